"""Parity: our files in other people's readers, our networks in plain PyTorch.

The program is $GANYMEDE, else the newest build/*/ganymede. Tests whose reader is not installed are skipped and say so.
"""

import pathlib
import subprocess
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from program import ROOT, find_program, program  # noqa: E402


@pytest.fixture(scope="session")
def ganymede():
    """Runs the program with the given arguments; fails the test when the program does."""
    path = program()

    def run(*arguments):
        result = subprocess.run(
            [str(path), *map(str, arguments)], capture_output=True, text=True, timeout=600, cwd=ROOT, check=False
        )
        assert result.returncode == 0, result.stderr
        return result

    return run


def refused(*flags, code=1):
    """The one line with which `import` refuses."""
    result = subprocess.run(
        [str(find_program()), "import", *map(str, flags)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == code, result.stdout + result.stderr
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def unpacked(name, folder):
    """A folder with what is in a zip beside the tests."""
    with zipfile.ZipFile(pathlib.Path(__file__).with_name(name)) as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def run_folder(ganymede, tmp_path_factory):
    """A short run of the smallest recipe, resumed once, so that it has two event files."""
    folder = tmp_path_factory.mktemp("parity") / "run"
    flags = (
        "--output",
        folder,
        "--seed",
        "1",
        "--set",
        "train.batch_size=8",
        "--set",
        "train.log_every=1",
        "--set",
        "sample.every=4",
    )
    ganymede("train", "shapes-dcgan", "--steps", "6", *flags)
    ganymede("train", "shapes-dcgan", "--steps", "8", *flags, "--resume")
    return folder
