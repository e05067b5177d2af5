"""scripts/reproduce finds the commands of docs/results.md."""

import pathlib
import re
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADINGS = re.findall(r"^## .*$", (ROOT / "docs" / "results.md").read_text(), re.M)
ROWS = [name for heading in HEADINGS for name in re.findall(r"`([a-z0-9-]+)`", heading)]


def reproduce(*arguments):
    return subprocess.run([ROOT / "scripts" / "reproduce", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("recipe", ROWS)
def test_every_row_has_its_command(real_data, recipe):
    result = reproduce("--print", recipe)
    assert result.returncode == 0, result.stderr
    commands = [shlex.split(line) for line in result.stdout.splitlines()]
    assert commands and all(words[0] == "build/release/ganymede" for words in commands) and "train" in commands[0]
    for words in commands:
        if "train" not in words:
            trained = [command[command.index("-o") + 1] for command in commands if "train" in command]
            about = words[3] if words[1] == "explore" else words[2]
            assert (
                words[1] in ("evaluate", "explore", "features", "plot", "sample") and about in trained
            ), "it is about what was trained"
            continue
        assert (ROOT / "recipes" / f"{words[words.index('train') + 1]}.toml").exists()
        if "--data" in words:
            named = words[words.index("--data") + 1]
            assert (ROOT / named).exists() or pathlib.Path(named).exists(), named


def test_unknown_row_is_refused():
    result = reproduce("--print", "nope")
    assert result.returncode == 2 and "'nope'" in result.stderr and "cifar10-mlp" in result.stderr
