"""Fixtures of all tests that need a server: the program, runs of tiny recipes, and servers."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest
from client import Server

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))

import program as support  # noqa: E402
from program import ganymede, warm  # noqa: E402, F401

os.environ.setdefault("GANYMEDE_DEVICE", "cpu")  # bytes are compared, and a GPU's are others


@pytest.fixture(scope="session")
def program():
    return support.program()


def stdout_of(ganymede, *arguments, **options):  # noqa: F811
    """What a command says, which succeeds."""
    result = ganymede(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def train(ganymede, recipe, output, *flags):  # noqa: F811
    """Trains a small recipe on one thread."""
    stdout_of(ganymede, "--threads", 1, "-q", "train", recipe, "--output", output, *flags)


@pytest.fixture(scope="session")
def runs(ganymede, tmp_path_factory):  # noqa: F811
    """A folder with two runs, "tiny" and "classes"; tests only read it."""
    folder = tmp_path_factory.mktemp("runs")
    for name, recipe, log_every in (("tiny", "tiny.toml", 5), ("classes", "tiny_classes.toml", 2)):
        train(ganymede, SUPPORT / recipe, folder / name, "--precision", "f32", "--set", f"train.log_every={log_every}")
    return folder


@pytest.fixture(scope="session")
def start(program):
    """Starts servers: `with start(PLACE, "--flag") as server`."""

    @contextlib.contextmanager
    def starter(*arguments, **options):
        server = Server(program, arguments, **options)
        try:
            yield server
        finally:
            server.end()

    return starter


@pytest.fixture(scope="session")
def server(start, runs):
    """A server of both runs for all tests that leave it as it is."""
    with start(runs) as running:
        yield running


@pytest.fixture(scope="session")
def translating(ganymede, start, tmp_path_factory):  # noqa: F811
    """A server of a run, "grey", that translates colour shapes into grey ones, both 16 x 16."""
    place = tmp_path_factory.mktemp("translating")
    train(ganymede, SUPPORT / "tiny_translation.toml", place / "grey", "--precision", "f32")
    with start(place) as running:
        yield running


@contextlib.contextmanager
def read_only(runs):
    """A server of a copy of the runs that it may not write, and the copy."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root, to serve as somebody else")
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        shutil.copytree(runs, folder / "runs")
        for one in [folder, *folder.rglob("*")]:
            one.chmod(0o755 if one.is_dir() else 0o644)
        as_nobody = folder / "ganymede"
        # Not the command, which would have to find the program: nobody may not look into root's home.
        loaded = support.loaded_program()
        as_nobody.write_text(f'#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups {loaded} "$@"\n')
        as_nobody.chmod(0o755)
        said = subprocess.run([as_nobody, "--version"], capture_output=True, text=True, check=False).stderr
        if "cannot open shared object file" in said:
            pytest.skip("only root may read the LibTorch of this build")
        server = Server(as_nobody, [folder / "runs"])
        try:
            yield server, folder / "runs"
        finally:
            server.end()
    finally:
        shutil.rmtree(folder)
