"""The page that is compiled into the program is the one that studio/ builds, byte for byte."""
import gzip
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "studio" / "dist" / "index.html.gz"


def test_the_committed_page_is_the_built_one():
    if not shutil.which("npm"):
        pytest.skip("no npm: see tests/browser/requirements.txt")
    result = subprocess.run([ROOT / "scripts" / "studio", "--check"], capture_output=True, text=True, timeout=600)
    if any(word in result.stderr for word in ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED")):
        pytest.skip("npm reaches no registry")
    assert result.returncode == 0, result.stderr


def test_the_page_is_small():
    assert PAGE.stat().st_size < 120_000
    assert b"</html>" in gzip.decompress(PAGE.read_bytes())
