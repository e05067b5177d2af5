"""Completion as the shells themselves do it, and manual pages as groff reads them."""
import shutil
import subprocess

import pytest

CASES = {  # what stands on the line before the cursor: some that are offered, some that are not
    "ganymede tr": ({"train", "translate"}, {"sample", "--threads"}),
    "ganymede explore int": ({"interpolate"}, {"walk"}),
    "ganymede train shapes-h": ({"shapes-hinge"}, {"shapes-wgan", "cifar10-conv"}),
    "ganymede recipes show shapes-h": ({"shapes-hinge"}, {"show"}),
    "ganymede export model --format ": ({"onnx", "torchscript", "safetensors"}, {"--output", "train"}),
    "ganymede sample model --tr": ({"--truncation"}, {"--replace"}),
    "ganymede data ch": ({"check"}, {"prepare"}),
    "ganymede --isa plain ben": ({"bench"}, {"explore"}),
}


@pytest.fixture
def script(ganymede, tmp_path_factory):
    def written(shell):
        file = tmp_path_factory.mktemp("completion") / f"ganymede.{shell}"
        result = ganymede("completion", shell)
        assert result.returncode == 0, result.stderr
        file.write_text(result.stdout)
        return file
    return written


def shell(*words):
    if not shutil.which(words[0]):
        pytest.skip(f"no {words[0]}: scripts/packages.sh has it among the tests' packages")
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0 and not result.stderr, result.stderr
    return result.stdout


def test_bash(script):
    file = script("bash")
    ask = 'source "$1"; COMP_WORDS=($2); [[ $2 != *" " ]] || COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))'
    ask += '; _ganymede; printf "%s\\n" "${COMPREPLY[@]}"'
    for line, (offered, others) in CASES.items():
        found = set(shell("bash", "-c", ask, "bash", file, line).split())
        assert offered <= found and not others & found, f"{line}: {found}"


def test_fish(script):
    file = script("fish")
    for line, (offered, others) in CASES.items():
        answer = shell("fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", file, line)
        found = {one.split("\t")[0] for one in answer.splitlines()}
        assert offered <= found and not others & found, f"{line}: {found}"


ZSH = r"""
import os, pty, select, sys, time
child, terminal = pty.fork()
if child == 0:
    os.environ.update(TERM="dumb", PS1="> ", HOME=sys.argv[1])
    os.execvp("zsh", ["zsh", "-f"])
def read(seconds):
    text, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]: text += os.read(terminal, 65536)
        elif text: break
    return text.decode(errors="replace")
def send(line): os.write(terminal, line.encode())
read(10)
send(f"fpath=({sys.argv[1]} $fpath); autoload -U compinit; compinit -D -u; "
     "zstyle ':completion:*' list-grouped false; LISTMAX=999; echo re''ady\n")
text = ""
while "ready" not in text: text += read(10)
send(sys.argv[2] + "\x04")  # lists what could follow
print(read(10))
"""


def test_zsh(script, tmp_path):
    shell("zsh", "-n", script("zsh"))
    shutil.copy(script("zsh"), tmp_path / "_ganymede")
    for line in ("ganymede tr", "ganymede train shapes-hi", "ganymede export model --format "):
        offered, _ = CASES.get(line, ({"shapes-hinge"}, set()))
        answer = shell("/usr/bin/python3", "-c", ZSH, tmp_path, line)
        assert all(one in answer for one in offered), f"{line}: {answer}"


def test_an_unknown_shell(ganymede):
    result = ganymede("completion", "tcsh")
    assert result.returncode == 2 and "bash" in result.stderr


def test_manual_pages_are_read_without_a_warning(ganymede, tmp_path):
    assert ganymede("reference", "--man", "-o", tmp_path).returncode == 0
    pages = sorted(tmp_path.glob("*.1"))
    helped = ganymede("--help").stdout.split("-q,--quiet")[1].splitlines()[1:]
    commands = [line.split()[0] for line in helped if line.startswith("  ") and line[2] != " "]
    assert len(commands) > 15
    assert {page.name for page in pages} == {"ganymede.1", *(f"ganymede-{command}.1" for command in commands)}
    for page in pages:
        text = shell("groff", "-man", "-Tutf8", "-ww", "-rLL=200n", "-P-cbou", page)
        assert "NAME" in text and "SYNOPSIS" in text, page
    train = shell("groff", "-man", "-Tascii", "-ww", "-rLL=200n", "-P-cbou", tmp_path / "ganymede-train.1")
    assert "--resume" in train and "--out " not in train, "old names are not shown"
    assert (
        "default: 16"
        in shell("groff", "-man", "-Tascii", "-rLL=200n", "-P-cbou", tmp_path / "ganymede-explore.1").split("--frames")[
            1
        ][:200]
    )
