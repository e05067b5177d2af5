"""What the tests of the library and of the packages share."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "GANYMEDE_DEVICE": "cpu"}


def run(*command, cwd=None, **variables):
    """What a command prints; the test fails where it does."""
    result = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=300,
        check=False,
        env={**ENVIRONMENT, **{name: str(value) for name, value in variables.items()}},
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
    return result.stdout
