"""The program as a process: what the tests' warm program does is what the program does."""
import subprocess

import pytest
from training import TINY


@pytest.mark.parametrize("arguments", [
    ("--version",), ("--help",), ("train", "--help"), (), ("sumary", "x"), ("summary", TINY, "--json"), ("summary", "nothing/here"),
    ("-q", "recipes"), ("data", "info", "shapes", "--json"), ("--threads", "nine", "recipes"),
], ids=lambda arguments: " ".join(map(str, arguments))[-30:] or "nothing")
def test_the_warm_program_is_the_program(ganymede, warm, tmp_path, arguments):
    if warm is None:
        pytest.skip("the warm program was not built: every test starts the program itself")
    started = subprocess.run([ganymede.path, *map(str, arguments)], capture_output=True, text=True, cwd=tmp_path, check=False)
    forked = ganymede(*arguments, cwd=tmp_path)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_a_command_that_takes_too_long_is_ended(ganymede, warm, tmp_path):
    if warm is None:
        pytest.skip("the warm program was not built: every test starts the program itself")
    with pytest.raises(subprocess.TimeoutExpired):
        ganymede("train", TINY, "--out", tmp_path / "run", "--steps", 1000000, timeout=0.5)
    assert ganymede("--version").stdout, "and the next one runs"
