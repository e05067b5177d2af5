"""A second of libFuzzer for each reader, with the program that scripts/fuzz built. scripts/test runs it where that is
there."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def targets():
    listed = subprocess.run([ROOT / "scripts" / "fuzz", "list"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if line and " " not in line]


@pytest.mark.parametrize("target", targets())
def test_a_second(target):
    done = subprocess.run([ROOT / "scripts" / "fuzz", target, "1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
