"""The program under test: $GANYMEDE, or the newest build's. GANYMEDE_DATA names the folder of real data."""
import os
import pathlib
import subprocess

import pytest
from warm import WarmProgram

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_program():
    """Its path; None where none was built."""
    named = os.environ.get("GANYMEDE")
    candidates = [pathlib.Path(named)] if named else ROOT.glob("build/*/ganymede")
    built = [path for path in candidates if path.is_file()]
    return max(built, key=lambda path: path.stat().st_mtime).resolve() if built else None


def program():
    """Its path; skips where there is none."""
    return find_program() or pytest.skip("no program: build it, or name it with GANYMEDE")


def loaded_program():
    """What the command becomes: the file that is linked with LibTorch."""
    path = program().parent / "libexec" / "ganymede"
    return path if path.is_file() else program()


@pytest.fixture(scope="session")
def warm():
    """The program, loaded already; None where only the program itself was built, or has to start itself again."""
    path = program().parent / "tests" / "ganymede_warm"
    if not path.is_file() or "GANYMEDE_ISA" in os.environ:
        yield None
        return
    loaded = WarmProgram(path)
    yield loaded
    loaded.close()


@pytest.fixture(scope="session")
def ganymede(warm):
    """Runs the program: ganymede("data", "list") -> CompletedProcess with text stdout and stderr."""
    path = program()

    def run(*arguments, env=None, cwd=None, timeout=600):
        # Bytes are compared, and a GPU's are others: a test that wants one names it.
        variables = {
            "GANYMEDE_DEVICE": "cpu",
            **os.environ,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            **(env or {}),
        }
        command = [str(path), *map(str, arguments)]
        if warm and "--isa" not in command and "GANYMEDE_ISA" not in variables:
            return warm.run(command, variables, cwd, timeout)
        return subprocess.run(
            command, capture_output=True, text=True, env=variables, cwd=cwd, timeout=timeout, check=False
        )

    run.path = path
    return run


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data sets; skips where there is none."""
    folder = pathlib.Path(os.environ.get("GANYMEDE_DATA", ROOT.parent / "shared" / "datasets"))
    if not folder.is_dir():
        pytest.skip("no real data: set GANYMEDE_DATA to its folder")
    return folder.resolve()
