"""The command is a small launcher: it answers some words itself, and becomes the program for all others."""
import os
import re
import shutil
import subprocess

import pytest
from program import ROOT, loaded_program, program


def answers():
    """{words: text} of all that the launcher was built with, every way to ask."""
    loaded = loaded_program()
    if loaded == program():
        pytest.skip("no launcher: a program of its own")
    place = program().parent / "src" / "launcher" / "answers"
    parts = iter(place.read_text(encoding="utf-8").split("\0")[:-1])
    found = {}
    for first in parts:
        ways = [first, *iter(lambda: next(parts), "")]
        text = next(parts)
        found.update({tuple(way.split("\n")): text for way in ways})
    return found


def called(command, *arguments, **options):
    return subprocess.run([command, *arguments], capture_output=True, text=True, timeout=120, check=False, **options)


@pytest.fixture
def alone(tmp_path):
    """The launcher without the program."""
    answers()
    return shutil.copy(program(), tmp_path / "ganymede")


def test_it_says_what_the_program_says(ganymede, alone):
    known = answers()
    for words, text in known.items():
        said, meant = called(alone, *words), ganymede(*words)
        assert (said.returncode, said.stdout, said.stderr) == (0, text, ""), words
        assert (meant.returncode, meant.stdout, meant.stderr) == (0, text, ""), words
    for words in ("--help", "help data check", "recipes", "recipes show pegasus", "summary dcgan-64 --json"):
        assert tuple(words.split()) in known


def test_each_command_has_its_help():
    commands = re.findall(r"^#+ ganymede (.+)$", (ROOT / "docs/reference/commands.md").read_text(), re.M)
    missing = [one for one in commands if (*one.split(), "--help") not in answers()]
    assert len(commands) > 40 and not missing


def test_other_words_are_the_programs(alone, tmp_path):
    broken = [("recipes\nshow\npegasus",), ("summary", "dcgan-64\n--json")]  # a line break is no end of a word
    for words in (*broken, (), ("recipes", "--al"), ("--version",), ("summary", "dcgan-64", "--jso"),
                  ("train", "shapes-hinge")):
        said = called(alone, *words)
        assert said.returncode == 1 and "libexec/ganymede" in said.stderr and not said.stdout, words
    assert called(program(), "recipes", "--al", cwd=tmp_path).returncode == 2
    assert called(program(), "--version").stdout.startswith("0.")


def test_a_level_that_is_none_is_refused(ganymede):
    environment = {**os.environ, "GANYMEDE_ISA": "mmx"}
    assert called(program(), "recipes", env=environment).returncode == 2


def test_it_is_found_where_it_is_installed(ganymede, tmp_path):
    answers()
    (tmp_path / "bin").mkdir()
    (tmp_path / "libexec" / "ganymede").mkdir(parents=True)
    shutil.copy(program(), tmp_path / "bin" / "ganymede")
    (tmp_path / "libexec" / "ganymede" / "ganymede").symlink_to(loaded_program())
    (tmp_path / "link").symlink_to(tmp_path / "bin" / "ganymede")
    assert called(tmp_path / "link", "--version").stdout == called(program(), "--version").stdout
