"""The unit tests beside the page's pure code (Vitest)."""
import pathlib
import shutil
import subprocess

import pytest

STUDIO = pathlib.Path(__file__).resolve().parents[2] / "studio"


def test_the_pure_code():
    if not shutil.which("npm"):
        pytest.skip("no npm: see tests/browser/requirements.txt")
    if not (STUDIO / "node_modules" / ".bin" / "vitest").exists():
        pytest.skip("vitest is not installed: scripts/studio --check installs it")
    result = subprocess.run(["npm", "run", "--silent", "test"], cwd=STUDIO, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
