"""What the machine's processes and GPUs do while trainings run, and who is told of one that was killed."""

import contextlib
import http.server
import json
import os
import signal
import subprocess
import threading
import time

import pytest
from serving import SUPPORT

ENDLESS = ("--set", "train.steps=1000000", "--set", "train.log_every=1000", "--set", "train.checkpoint_every=1000000")


@contextlib.contextmanager
def in_a_terminal(program, run, *flags):
    """A training that no server started."""
    command = [program, "--threads", "1", "-q", "train", SUPPORT / "tiny.toml", "--output", run, *ENDLESS, *flags]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def training(server):
    return server.get("/api/v1/training").json()


def test_a_training_of_a_terminal_is_measured(program, trainer, place):
    assert training(trainer)["others"] == []
    with in_a_terminal(program, place / "mine") as process:
        trainer.wait_for(lambda: training(trainer)["others"])
        trainer.wait_for(lambda: (training(trainer)["others"] or [{}])[0].get("processors"))
        (other,) = training(trainer)["others"]
        assert other["id"] == "mine" and other["memory_bytes"] > 1e7 and 0 < other["processors"] < 3
        assert trainer.get("/api/v1/runs/mine/log").status == 404
        (place / "mine" / "train.log").write_text("step 1\n")
        assert trainer.get("/api/v1/runs/mine/log").json()["text"] == "step 1\n", "where its folder has one"
        process.kill()
        process.wait()
        trainer.wait_for(lambda: training(trainer)["others"] == [])


def test_a_lock_of_another_machine_measures_nothing(trainer, place, runs):
    import fcntl
    import shutil

    shutil.copytree(runs / "tiny", place / "theirs")
    with open(place / "theirs" / ".lock", "w") as lock:
        lock.write("1")  # a process that there is, and that does not hold it
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        trainer.wait_for(lambda: trainer.get("/api/v1/runs/theirs").status == 200)
        assert trainer.get("/api/v1/runs/theirs").json()["state"] != "lost"
        assert training(trainer)["others"] == []


@pytest.fixture
def fake_smi(tmp_path):
    """A folder for PATH with an nvidia-smi that says what is in the file `says`, and counts how often it is asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "says").write_text("Pretended GPU, 37, 1024, 4096\n")
    (folder / "nvidia-smi").write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/asked\n[ ! -e {folder}/before ] || . {folder}/before\ncat {folder}/says\n'
    )
    (folder / "nvidia-smi").chmod(0o755)
    return folder


def serving(start, place, folder):
    place.mkdir()
    return start(place, "--allow-training", env={"PATH": f"{folder}:{os.environ['PATH']}"})


def test_gpus_are_shown(start, place, fake_smi):
    with serving(start, place, fake_smi) as server:
        server.wait_for(lambda: training(server)["gpus"])
        assert training(server)["gpus"] == [
            {"name": "Pretended GPU", "busy": 0.37, "memory_bytes": 1 << 30, "memory_in_all": 4 << 30}
        ]
        assert "--query-gpu=name,utilization.gpu,memory.used,memory.total" in (fake_smi / "asked").read_text()
        (fake_smi / "says").write_text("Pretended GPU, [N/A], 2048, 4096\n")
        server.wait_for(lambda: training(server)["gpus"][0]["busy"] is None)


def test_a_slow_nvidia_smi_holds_up_nobody(start, place, fake_smi):
    (fake_smi / "before").write_text("sleep 3\n")
    with serving(start, place, fake_smi) as server:
        began = time.monotonic()
        for _ in range(5):
            assert training(server)["gpus"] == []
        assert time.monotonic() - began < 2
        server.wait_for(lambda: training(server)["gpus"])


def test_without_nvidia_smi_there_are_none(start, place, tmp_path):
    (tmp_path / "none").mkdir()
    place.mkdir()
    with start(place, "--allow-training", env={"PATH": str(tmp_path / "none")}) as server:
        for _ in range(3):
            assert training(server)["gpus"] == []


@pytest.fixture
def hook():
    """An address that keeps what it is told."""
    told = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/told", told
    server.shutdown()
    thread.join()


def test_a_run_that_is_killed_is_told_of(program, start, place, hook):
    address, told = hook
    place.mkdir()
    with start(place, "--allow-training", "--webhook", address) as server:
        with in_a_terminal(program, place / "mine") as process:
            server.wait_for(lambda: [run["state"] for run in server.get("/api/v1/runs").json()["runs"]] == ["running"])
            time.sleep(1.5)  # it was seen so
            process.send_signal(signal.SIGKILL)
            process.wait()
            server.wait_for(lambda: told)
        time.sleep(2.5)
    assert told == [{"run": "mine", "state": "lost", "why": "its process ended without saying why"}], "once"
