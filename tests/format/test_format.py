"""The C++ is as .clang-format says; `build/format-venv/bin/clang-format -i FILE...` makes it so."""
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def sources():
    return sorted(str(path.relative_to(ROOT)) for folder in ("src", "include", "tests", "bench", "examples", "fuzz")
                  for path in (ROOT / folder).rglob("*") if path.suffix in (".cpp", ".h"))


def test_sources_are_formatted():
    tool = shutil.which("clang-format", path=str(pathlib.Path(sys.executable).parent))
    if tool is None:
        pytest.skip("no package index: clang-format in its pinned version comes from PyPI")
    result = subprocess.run(
        [tool, "--dry-run", "--Werror", *sources()], capture_output=True, text=True, cwd=ROOT, check=False
    )
    named = sorted({line.split(":")[0] for line in result.stderr.splitlines() if "error:" in line})
    assert not named, "not formatted: " + " ".join(named)
