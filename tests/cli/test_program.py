"""The program as a process: what the tests' warm program does is what the program does."""
import re
import subprocess

import pytest
from training import TINY


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("train", "--help"),
        (),
        ("sumary", "x"),
        ("summary", TINY, "--json"),
        ("summary", "nothing/here"),
        ("-q", "recipes"),
        ("data", "info", "shapes", "--json"),
        ("--threads", "nine", "recipes"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments))[-30:] or "nothing",
)
def test_the_warm_program_is_the_program(ganymede, warm, tmp_path, arguments):
    if warm is None:
        pytest.skip("the warm program was not built: every test starts the program itself")
    started = subprocess.run(
        [ganymede.path, *map(str, arguments)], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    forked = ganymede(*arguments, cwd=tmp_path)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


def test_a_command_that_takes_too_long_is_ended(ganymede, warm, tmp_path):
    if warm is None:
        pytest.skip("the warm program was not built: every test starts the program itself")
    with pytest.raises(subprocess.TimeoutExpired):
        ganymede("train", TINY, "--output", tmp_path / "run", "--steps", 1000000, timeout=0.5)
    assert ganymede("--version").stdout, "and the next one runs"


def shell(ganymede, command, **options):
    return subprocess.run(
        ["bash", "-c", command.replace("GANYMEDE", f"'{ganymede.path}'")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    "command",
    [
        "GANYMEDE recipes > /dev/full",
        "GANYMEDE summary shapes-hinge --json > /dev/full",
        "GANYMEDE --help > /dev/full",
        "GANYMEDE recipes >&-",
    ],
)
def test_results_that_do_not_get_out_are_an_error(ganymede, command):
    result = shell(ganymede, command)
    assert (
        result.returncode == 1 and "standard output" in result.stderr and result.stderr.count("\n") == 1
    ), result.stderr


def test_nothing_lands_in_a_file_that_takes_a_closed_streams_place(ganymede, tmp_path):
    model = tmp_path / "run"
    assert (
        shell(ganymede, f"GANYMEDE -q --threads 1 train '{TINY}' --steps 1 --output '{model}' <&- >&- 2>&-").returncode
        == 1
    )
    for path in model.rglob("*"):
        assert not path.is_file() or b"trained 1 step" not in path.read_bytes(), path


def test_a_full_stderr_stops_nothing(ganymede, tmp_path):
    result = shell(ganymede, f"GANYMEDE --threads 1 train '{TINY}' --steps 2 --output '{tmp_path / 'run'}' 2>/dev/full")
    assert result.returncode == 0 and "trained 2 steps" in result.stdout


def test_a_reader_that_goes_away_does_not_end_a_training(ganymede, tmp_path):
    run = tmp_path / "run"
    result = shell(ganymede, f"GANYMEDE --threads 1 train '{TINY}' --output '{run}' 2>&1 | head -c 1")
    assert len(result.stdout) == 1 and (run / "checkpoints" / "step-000040.safetensors").exists()


def test_names_cannot_steer_the_terminal(ganymede, tmp_path):
    folder = tmp_path / "a\x1b]0;owned\x07\u202eb\n\x9b31m"
    folder.mkdir()
    for arguments in (
        ("summary", folder),
        ("sample", folder / "x.safetensors", "-o", "y.png"),
        ("data", "info", "folder", "--data", folder),
    ):
        result = ganymede(*arguments, cwd=tmp_path)
        assert result.returncode in (1, 2) and result.stderr.count("\n") == 1, result.stderr
        assert not any(c in result.stderr for c in "\x1b\x07\u202e\x9b"), repr(result.stderr)
        assert "\\x1b]0;owned\\x07\\u202Eb" in result.stderr, repr(result.stderr)


def test_no_line_is_longer_than_it_helps(ganymede, tmp_path):
    result = ganymede("summary", "x" * 5000)
    assert result.returncode in (1, 2) and len(result.stderr) < 1100 and result.stderr.startswith("error: ")


def test_help_is_grouped_and_has_examples(ganymede):
    text = ganymede("--help").stdout
    places = [
        text.index(group + ":")
        for group in ("Recipes and data", "Train", "Use models", "Models in and out", "The program itself")
    ]
    assert places == sorted(places) and "help COMMAND" in text
    commands = re.findall(r"^  ([a-z]+)  ", text, re.M)
    assert {"train", "sample", "data", "cache"} <= set(commands)
    for command in commands:
        shown = ganymede("help", command).stdout
        examples = shown[shown.index("Examples:") :]
        assert f"ganymede {command}" in examples
        for line in re.findall(rf"ganymede ({command} [^\n|]*)", examples):
            words = line.split()
            deeper = words[1] if command in ("data", "explore", "recipes") and len(words) > 1 else ""
            known = ganymede("help", command, *([deeper] if deeper else [])).stdout
            for flag in re.findall(r"(?<=\s)--?[a-z][a-z-]*", line):
                assert re.search(rf"(^|[\s,]){flag}\b", known), f"{line}: {flag}"


@pytest.mark.parametrize("command", ["train", "evaluate", "data info", "data preview", "data prepare", "data dedup"])
def test_many_flags_stand_in_groups(ganymede, command):
    text = ganymede(*command.split(), "--help").stdout
    groups = re.findall(r"^([A-Z][A-Za-z ]+):\n((?:  .*\n)+)", text, re.M)
    flags = {name: re.findall(r"^  (?:-\w,)?--[a-z]", lines, re.M) for name, lines in groups}
    assert len(flags) >= 4 and all(len(found) <= 8 for found in flags.values()), flags


def test_each_command_of_a_command_has_examples_of_its_own(ganymede):
    below = {
        command: re.findall(r"^  ([a-z]+)  ", ganymede(command, "--help").stdout.split("Examples:")[0], re.M)
        for command in ("recipes", "data", "cache", "explore")
    }
    assert {"dedup", "fetch"} <= set(below["data"]) and below["cache"] == ["clear"]
    for command, names in below.items():
        for name in names:
            examples = ganymede(command, name, "--help").stdout.split("Examples:\n")[1]
            assert all(line.startswith(f"  ganymede {command} {name}") for line in examples.strip("\n").split("\n"))


COLOURS = """
import os, pty, sys, tempfile
def output_of(extra):
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", **extra)
        os.execvp(sys.argv[1], [*sys.argv[1:], "-o", os.path.join(tempfile.mkdtemp(dir="."), "run")])
    text = b""
    while True:
        try:
            text += os.read(terminal, 65536)
        except OSError:
            break
    os.waitpid(child, 0)
    return text
print(b"\\x1b[32m" in output_of({}), b"\\x1b[32m" in output_of({"NO_COLOR": ""}))
plain = output_of({"NO_COLOR": "1"})
print(b" info " in plain, b"\\x1b[3" in plain)
"""


def test_a_terminal_gets_no_colours_where_none_are_wanted(ganymede, tmp_path):
    command = [ganymede.path, "--threads", 1, "train", TINY, "--steps", 1]
    shown = subprocess.run(
        ["/usr/bin/python3", "-c", COLOURS, *map(str, command)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )
    assert shown.stdout == "True True\nTrue False\n"


def test_help_of_what_is_no_command_is_refused(ganymede):
    assert "runs/conv" in ganymede("help", "explore", "walk").stdout
    for words, hint in (
        (("sampel",), "did you mean 'sample'?"),
        (("explore", "wlk"), "did you mean 'walk'?"),
        (("train", "x"), "unexpected 'x'"),
    ):
        wrong = ganymede("help", *words)
        assert wrong.returncode == 2 and not wrong.stdout and hint in wrong.stderr, wrong.stderr


def test_commands_to_type_are_quoted(ganymede, tmp_path):
    folder = tmp_path / "it's mine"
    folder.mkdir()
    copied = ganymede("recipes", "copy", "shapes-dcgan", "-o", folder / "a.toml").stdout
    assert copied.splitlines()[0] == str(folder / "a.toml")
    assert copied.count("'" + str(folder / "a.toml").replace("'", "'\\''") + "'") == 2, copied
    told = ganymede("train", "shapes-dcgan", "--data", "my photos").stderr
    assert "--data 'my photos' --set 'data.name=\"folder\"'" in told


def test_ranges_are_words(ganymede):
    for command in (("bench",), ("explore", "walk"), ("serve",), ("data", "preview"), ("plot",)):
        assert not re.search(r"(INT|FLOAT|UINT) in \[", ganymede(*command, "--help").stdout), command
    assert "stays (0.01 to 60)" in ganymede("explore", "walk", "--help").stdout
    assert ganymede("plot", "x", "--smooth", 2).returncode == 2
