"""Parity: our files in other people's readers, our networks in plain PyTorch.

The program is $GANYMEDE, else the newest build/*/ganymede. Tests whose reader is not installed are skipped and say so.
"""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_program():
    named = os.environ.get("GANYMEDE")
    if named:
        return pathlib.Path(named)
    built = [path for path in ROOT.glob("build/*/ganymede") if path.is_file()]
    return max(built, key=lambda path: path.stat().st_mtime, default=None)


@pytest.fixture(scope="session")
def ganymede():
    """Runs the program with the given arguments; fails the test when the program does."""
    program = find_program()
    if program is None:
        pytest.skip("no program: build it, or name it in GANYMEDE")

    def run(*arguments):
        result = subprocess.run(
            [str(program), *map(str, arguments)], capture_output=True, text=True, timeout=600, cwd=ROOT, check=False
        )
        assert result.returncode == 0, result.stderr
        return result

    return run


@pytest.fixture(scope="session")
def run_folder(ganymede, tmp_path_factory):
    """A short run of the smallest recipe, resumed once, so that it has two event files."""
    folder = tmp_path_factory.mktemp("parity") / "run"
    flags = ("--output", folder, "--seed", "1", "--set", "train.batch_size=8", "--set", "train.log_every=1", "--set", "sample.every=4")
    ganymede("train", "shapes-dcgan", "--steps", "6", *flags)
    ganymede("train", "shapes-dcgan", "--steps", "8", *flags, "--resume")
    return folder
