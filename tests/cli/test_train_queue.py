"""scripts/train-queue: a list of runs trained one after another, stopped and gone on with, and the rows it writes."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import queue_rows  # noqa: E402

TINY = ROOT / "tests" / "support" / "tiny.toml"
RESULTS = "# Results\n\n| run | length |\n|---|---|\n<!-- table -->\n\n<!-- rows -->\n\n## By hand\n"
PROTOCOL = """
[quality.swd]
train = ["quality.metric=swd", "quality.count=32"]
evaluate = ["--metrics", "swd", "-n", "32"]
"""
LONG = "1000000 steps"
# Stands in for the program where how it is started counts: trains until it is told to stop.
STUB = """#!/usr/bin/env bash
[[ $3 == train ]] || exit 1
mkdir -p "$6/checkpoints"
trap 'kill $!; chrt -p $$ >"$0.saved"; echo "stopped and saved at step 1"; exit 0' TERM
sleep 100 & touch "$6/started"; wait
"""


def entry(length="20 steps", **keys):
    keys = {
        "recipe": str(TINY),
        "name": "tiny",
        "length": length,
        "quality": "swd",
        "every": "20 steps",
        "images": 9,
        **keys,
    }
    return "[[run]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


class Queue:
    """A list, a folder of runs and a folder of documents of its own."""

    def __init__(self, folder, program):
        self.folder, self.runs, self.docs, self.list = folder, folder / "runs", folder / "docs", folder / "queue.toml"
        self.started = []
        self.docs.mkdir()
        (self.docs / "results.md").write_text(RESULTS)
        (self.docs / "gallery.md").write_text("# Gallery\n\n<!-- rows -->\n")
        self.command = [
            ROOT / "scripts" / "train-queue",
            "--list",
            self.list,
            "--runs",
            self.runs,
            "--docs",
            self.docs,
            "--program",
            program,
            "--threads",
            "1",
            "--eager",
            "--commit",
            "abc1234",
        ]

    def write(self, *entries):
        self.list.write_text(PROTOCOL + "\n".join(entries))

    def __call__(self, *words, aside=False):
        command = [word for word in self.command if not aside or word != "--eager"]
        return subprocess.run([*command, *words], capture_output=True, text=True, timeout=300, check=False)

    def start(self, aside=False):
        command = [word for word in self.command if not aside or word != "--eager"]
        started = subprocess.Popen([*command, "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.started.append(started)
        return started

    def state(self, name="tiny"):
        return json.loads((self.runs / name / "queue.json").read_text())

    def child(self):
        """The training's process: the queue writes it down once it runs."""
        found = lambda: (self.runs / "queue.pid").read_text().split()[1]  # noqa: E731
        wait_until(lambda: found() != "-")
        return int(found())

    def end(self):
        """A test that failed leaves no training behind: that goes with its queue."""
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def queue(ganymede, tmp_path):
    made = Queue(tmp_path, ganymede.path)
    yield made
    made.end()


def wait_until(true, seconds=120):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def ended(pid):
    """Whether a process is gone, or a corpse that its new parent has not yet buried."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def test_trains_by_priority_and_writes_rows(queue):
    fine = entry(
        name="fine",
        extra=["--from", "runs/tiny"],
        after="tiny",
        priority=9,
        length="5 epochs",
        about="From the other's weights.",
    )
    queue.write(fine, entry(priority=1, extra=["--seed", "7"]), entry(name="nope", recipe="nope"))
    result = queue("run")
    assert result.returncode == 1, "one of them failed"
    assert "error: nope: " in result.stdout
    assert [queue.state(name)["state"] for name in ("tiny", "fine")] == ["done", "done"]
    assert queue.state("tiny")["parts"][0]["started"] <= queue.state("fine")["parts"][0]["started"], (
        "what is waited for comes first"
    )

    results = (queue.docs / "results.md").read_text()
    assert (
        results.index("as tiny: 20 steps")
        < results.index("as fine: 5 epochs")
        < results.index("<!-- rows -->")
        < results.index("## By hand")
    )
    assert "| [tiny](#" in results.split("<!-- table -->")[0] and "From the other's weights." in results
    row = results.split("<!-- row tiny -->")[1].split("<!-- end tiny -->")[0]
    assert "| 7 | 20 | 2.5 |" in row and "| 1 | abc1234 |" in row and "32 images against 64" in row
    commands = [shlex.split(line) for line in row.splitlines() if line.startswith("    ganymede ")]
    assert [words[3] if "--threads" in words else words[1] for words in commands] == [
        "train",
        "evaluate",
        "sample",
        "plot",
    ]
    assert 'quality.every="20 steps"' in commands[0] and "runs/tiny" in commands[0] and "--seed" in commands[0]
    for image in ("tiny.png", "tiny-chart.png", "fine.png", "fine-chart.png"):
        assert (queue.docs / "images" / image).read_bytes().startswith(b"\x89PNG") and image in results

    assert "](images/tiny.png)" in (queue.docs / "gallery.md").read_text()

    # Once more: nothing is trained again, and a row is replaced, with what was seen.
    assert queue("run", "tiny").returncode == 0 and len(queue.state()["parts"]) == 1
    assert queue("row", "tiny", "--seen", "Grey squares.").returncode == 0
    again = (queue.docs / "results.md").read_text()
    assert again.count("<!-- row tiny -->") == 1 and again.count("| [tiny](#") == 1 and "Grey squares." in again
    assert "Grey squares." in (queue.docs / "gallery.md").read_text()

    # Into the folder of models goes what somebody has looked at.
    models = queue.folder / "models"
    models.mkdir()
    unseen = queue("zoo", "fine", "--models", models)
    assert unseen.returncode == 1 and "nobody has looked" in unseen.stderr and not list(models.iterdir())
    assert queue("zoo", "tiny", "--models", models).returncode == 0
    assert (models / "tiny.safetensors").read_bytes() == (queue.runs / "tiny" / "best.safetensors").read_bytes()
    card = json.loads((models / "tiny.json").read_text())
    assert card["seen"] == "Grey squares." and "32 images" in card["metrics"] and "--seed 7" in card["command"]


def test_stopped_training_goes_on(queue):
    queue.write(entry(length=LONG))
    running = queue.start()
    wait_until((queue.runs / "tiny" / "metrics.csv").exists)
    child = queue.child()
    assert "training" in queue("status").stdout
    second = queue("run")
    assert second.returncode == 1 and "another queue works there" in second.stderr
    assert queue("stop").returncode == 0
    assert running.wait(60) == 0 and ended(child) and "stopped" in running.stdout.read()
    assert queue.state()["state"] == "stopped" and (queue.docs / "results.md").read_text() == RESULTS, (
        "no row before the end"
    )
    step = int(queue("status").stdout.splitlines()[-1].split()[2])
    assert "no queue works there" in queue("stop").stdout

    queue.write(entry(length=f"{step + 20} steps"))
    result = queue("run")
    assert result.returncode == 0 and "--resume" in result.stdout
    assert queue.state()["state"] == "done" and len(queue.state()["parts"]) == 2
    assert f"| {step + 20:,} | " in (queue.docs / "results.md").read_text()


def test_a_kill_is_survived(queue):
    queue.write(entry(length=LONG))
    running = queue.start()
    wait_until(lambda: list((queue.runs / "tiny").glob("checkpoints/*.safetensors")))
    first = queue.child()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: queue.child() != first)
    child = queue.child()
    assert [len(queue.state()["parts"]), queue.state()["state"]] == [1, "stopped"] and running.poll() is None, (
        "it goes on by itself"
    )
    # The training ends with its queue.
    running.kill()
    running.wait(60)
    wait_until(lambda: ended(child))
    queue.write(entry(length="20 steps"))
    assert queue("run").returncode == 0, "the folder is free, and what it holds is gone on with"
    assert queue.state()["state"] == "done"


@pytest.fixture
def stub(tmp_path):
    program = tmp_path / "stub"
    program.write_text(STUB)
    program.chmod(0o755)
    return program


@pytest.fixture
def stubbed(tmp_path, stub):
    made = Queue(tmp_path, stub)
    yield made
    made.end()


def test_takes_only_what_nobody_wants(stubbed, tmp_path):
    queue = stubbed
    queue.write(entry())
    running = queue.start(aside=True)
    wait_until((queue.runs / "tiny" / "started").exists)
    child = queue.child()
    assert os.sched_getscheduler(child) == os.SCHED_IDLE and os.getpriority(os.PRIO_PROCESS, child) == 19
    autogroup = pathlib.Path(f"/proc/{child}/autogroup")
    assert not autogroup.exists() or autogroup.read_text().endswith("nice 19\n")
    variables = pathlib.Path(f"/proc/{child}/environ").read_text().split("\0")
    assert "OMP_WAIT_POLICY=passive" in variables
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0 and (tmp_path / "stub.saved").exists(), "the training was told to save"
    if os.geteuid() == 0:
        assert "SCHED_OTHER" in (tmp_path / "stub.saved").read_text(), "and did not have to wait for its turn"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[run]]\nrecipie = "x"', "run 1: unknown key 'recipie'"),
        ('[[run]]\nrecipe = "x"', "run 1: no length"),
        ('[[run]]\nrecipe = "x"\nlength = "long"', "run 1: the length 'long'"),
        ('[[run]]\nrecipe = "x"\nlength = "1 epochs"\nquality = "q"', "no [quality.q]"),
        (
            '[[run]]\nrecipe = "x"\nlength = "1 epochs"\n[[run]]\nrecipe = "x"\nlength = "2 epochs"',
            "run 2: a second run 'x'",
        ),
        ('[[run]]\nrecipe = "x"\nlength = "1 epochs"\nafter = "y"', "waits for 'y'"),
        ('[[run]]\nrecipe = "../x"\nlength = "1 epochs"', "no folder's name"),
        ("[[run]", "queue.toml: "),
    ],
)
def test_list_is_checked(tmp_path, stub, text, said):
    queue = Queue(tmp_path, stub)
    queue.list.write_text(text)
    for command in ("run", "status"):
        result = queue(command)
        assert result.returncode == 1 and result.stderr.startswith("error: ") and said in result.stderr


def test_metrics_are_told_with_their_protocol():
    evaluated = {
        "metrics": {"fd10k": 5.44, "is": {"mean": 2.5, "std": None}, "kid": {"mean": 0.31, "std": 0.02}},
        "protocol": {"fake": {"images": 10000}, "real": {"images": 18000}, "features": {"name": "net.pt"}},
    }
    said = queue_rows.metrics_text(evaluated)
    assert said == "fd10k 5.44, is 2.5, kid 0.31 +- 0.02 (10,000 images against 18,000, features of `net.pt`)"


def test_a_machine_without_git_has_a_queue_too(tmp_path):
    (tmp_path / "python3").symlink_to(sys.executable)
    result = subprocess.run(
        [sys.executable, ROOT / "scripts" / "train-queue", "--runs", tmp_path / "runs", "status"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(tmp_path)},
    )
    assert result.returncode == 0, result.stderr


def test_shipped_list_names_shipped_recipes(tmp_path):
    result = subprocess.run(
        [ROOT / "scripts" / "train-queue", "--runs", tmp_path, "status"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) > 10
    for line in (ROOT / "scripts" / "queue.toml").read_text().splitlines():
        if line.startswith("recipe = "):
            assert (ROOT / "recipes" / (line.split('"')[1] + ".toml")).exists(), line
