"""The pages that are compiled into the program are those that studio/ builds, byte for byte."""
import gzip
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "studio" / "dist"


def test_the_committed_page_is_the_built_one():
    if not shutil.which("npm"):
        pytest.skip("no npm: see tests/browser/requirements.txt")
    result = subprocess.run([ROOT / "scripts" / "studio", "--check"], capture_output=True, text=True, timeout=600)
    if any(word in result.stderr for word in ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED")):
        pytest.skip("npm reaches no registry")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", ["index.html.gz", "report.html.gz"])
def test_the_page_is_small(page):
    packed = (PAGES / page).read_bytes()
    assert len(packed) < 120_000
    assert b"</html>" in gzip.decompress(packed)
