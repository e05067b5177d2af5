"""Trainings sent to a real `mlflow server`, read back by MLflow's own client.

`scripts/test slow` makes the environment that has it; the variable MLFLOW_PYTHON names another one's Python."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request

import pytest
from test_track import expect_all, rows_of, track  # noqa: F401
from training import start, trained, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = pathlib.Path(os.environ.get("MLFLOW_PYTHON", ROOT / "build" / "mlflow-venv" / "bin" / "python"))

# What MLflow's client says of the newest run of an experiment, as JSON.
READ = """
import json, sys, mlflow
client = mlflow.MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name(sys.argv[2])
runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time DESC"])
run = runs[0]
history = {key: [[m.step, m.value, m.timestamp] for m in client.get_metric_history(run.info.run_id, key)]
           for key in run.data.metrics}
def files(path=None):
    for entry in client.list_artifacts(run.info.run_id, path):
        if entry.is_dir: yield from files(entry.path)
        else: yield entry.path
folder = client.download_artifacts(run.info.run_id, "", sys.argv[3])
print(json.dumps({"runs": len(runs), "name": run.info.run_name, "status": run.info.status, "params": run.data.params,
                  "tags": run.data.tags, "history": history, "files": sorted(files()), "folder": folder,
                  "start": run.info.start_time, "end": run.info.end_time}))
"""


class Server:
    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.process = folder, None
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        command = [PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", self.port, "--workers", 1,
                   "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db", "--artifacts-destination",
                   self.folder / "artifacts"]
        with open(self.folder / "server.log", "a") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 300
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=5).read()
                return self
            except OSError:
                time.sleep(0.2)
        pytest.fail("mlflow server did not answer")

    def stop(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(60)
        self.process = None

    def read(self, experiment, to):
        to.mkdir()
        # Its own Python's packages: not those of the environment that runs this test.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        result = subprocess.run([PYTHON, "-c", READ, self.url, experiment, to], capture_output=True, text=True,
                                check=False, env=environment)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    if not PYTHON.exists():
        pytest.skip(f"no MLflow: {PYTHON} is not there")
    running = Server(tmp_path_factory.mktemp("mlflow")).start()
    yield running
    running.stop()


def expect_read(found, run, name, status):
    assert (found["runs"], found["name"], found["status"]) == (1, name, status)
    rows = rows_of(run)
    for key in {key for row in rows.values() for key in row}:
        told = [(step, value) for step, value, _ in found["history"][key]]
        assert told == [(step, row[key]) for step, row in rows.items() if key in row], key
    for history in found["history"].values():
        times = [when for _, _, when in history]
        assert times == sorted(times) and found["start"] - 1000 <= times[0] and times[-1] <= found["end"] + 2000
    recipe = tomllib.loads((run / "recipe.toml").read_text())
    assert found["params"]["train.batch_size"] == str(recipe["train"]["batch_size"])
    assert found["params"]["objective.name"] == recipe["objective"]["name"]
    assert found["tags"]["mlflow.source.name"] == "ganymede train"
    samples = {f"samples/{path.name}" for path in (run / "samples").iterdir()}
    there = {"recipe.toml", "environment.json", "metrics.csv", "model.safetensors", "losses.png", "real.png"}
    assert samples | there <= set(found["files"])
    for file in found["files"]:
        assert (pathlib.Path(found["folder"]) / file).read_bytes() == (run / file).read_bytes(), file


def test_a_training_is_all_there(ganymede, server, tmp_path):
    run = tmp_path / "hinge"
    flags = ("--steps", 60, "--set", "train.log_every=5", "--set", "sample.every=20")
    result = ganymede("train", "shapes-hinge", "-o", run, *flags, "--track", f"mlflow={server.url}",
                      env={"MLFLOW_EXPERIMENT_NAME": "the whole"}, timeout=1200)
    assert result.returncode == 0, result.stderr
    print(result.stderr)
    print(track(ganymede, run))
    expect_read(server.read("the whole", tmp_path / "read"), run, "hinge", "FINISHED")


def test_a_server_that_goes_and_comes_back_misses_nothing(ganymede, server, tmp_path):
    run = tmp_path / "run"
    os.environ["MLFLOW_EXPERIMENT_NAME"] = "away"
    try:
        process = start(ganymede, run, "--steps", 1000000, "--track", f"mlflow={server.url}")
    finally:
        del os.environ["MLFLOW_EXPERIMENT_NAME"]
    wait_for(run / "samples" / "step-000100.png", process, 300)
    server.stop()
    reached = len(list((run / "samples").iterdir()))
    wait_for(run / "samples" / f"step-{20 * (reached + 10):06}.png", process, 300)
    process.kill()
    process.communicate()
    server.start()
    print(track(ganymede, run))
    found = server.read("away", tmp_path / "first")
    assert found["status"] == "KILLED" and [row[0] for row in found["history"]["epoch"]] == list(rows_of(run))
    steps = max(rows_of(run)) + 100
    trained(ganymede, run, "--resume", "--steps", steps, "--track", f"mlflow={server.url}")
    print(track(ganymede, run))
    found = server.read("away", tmp_path / "second")
    assert [row[0] for row in found["history"]["loss_d"]] == list(rows_of(run)) and found["status"] == "FINISHED"
    assert [row[1] for row in found["history"]["loss_d"]] == [row["loss_d"] for row in rows_of(run).values()]


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-s"]))
