"""Runs sent to MLflow, of which the server here is pretended; tests/slow/test_mlflow.py has the real one."""

import csv
import json
import pathlib
import random
import re
import shutil
import signal
import time
import tomllib

import pytest
from pretended_mlflow import PretendedMlflow, basic
from training import shared_model, start, train, trained, wait_for


@pytest.fixture(autouse=True)
def supported(ganymede, tmp_path):
    """Without libcurl the program says so, and nothing else is to be tested."""
    if "FETCH" in ganymede("--version").stdout.partition("; not ")[2].split():
        result = train(ganymede, tmp_path / "none", "--track", "mlflow=http://127.0.0.1:1")
        assert result.returncode == 2 and "-DGANYMEDE_FETCH=ON" in result.stderr
        pytest.skip("the program was built without GANYMEDE_FETCH")


@pytest.fixture
def server():
    pretended = PretendedMlflow().start()
    yield pretended
    pretended.stop()


def track(ganymede, run, *flags, **options):
    result = ganymede("track", run, *flags, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def rows_of(run):
    with open(run / "metrics.csv", newline="") as file:
        rows = {int(row.pop("step")): row for row in csv.DictReader(file)}
    return {step: {key: float(value) for key, value in row.items() if value} for step, row in rows.items()}


def wait_until(condition, process=None, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def expect_all(server, run, status="FINISHED"):
    """Everything of the run is there, once."""
    assert server.rows() == rows_of(run)
    assert server.run()["info"]["status"] == status
    recipe = tomllib.loads((run / "recipe.toml").read_text())
    params = server.run()["params"]
    assert params["train.batch_size"] == str(recipe["train"]["batch_size"])
    assert json.loads(params["generator.layers"])[0] == recipe["generator"]["layers"][0]
    names = [f"samples/{path.name}" for path in (run / "samples").iterdir()]
    for name in [*names, "model.safetensors", "recipe.toml", "environment.json", "metrics.csv", "real.png"]:
        assert server.file(name) == (run / name).read_bytes(), name


def test_a_run_arrives_whole(ganymede, server, tmp_path):
    before = 1000 * time.time()
    run = trained(ganymede, tmp_path / "fine", "--track", f"mlflow={server.url}")
    expect_all(server, run)
    info = server.run()["info"]
    assert info["run_name"] == "fine" and list(server.experiments) == ["ganymede"]
    environment = json.loads((run / "environment.json").read_text())
    tags = server.run()["tags"]
    assert tags["ganymede.version"] == environment["ganymede"] and tags["ganymede.recipe"] == "tiny"
    assert tags["mlflow.source.name"] == "ganymede train"
    times = [metric["timestamp"] for metric in server.run()["metrics"]]
    assert before <= min(times) and times == sorted(times) and max(times) <= 1000 * time.time()
    assert before - 1000 <= info["start_time"] <= max(times) <= info["end_time"] + 1000
    assert "sent 0 rows and 0 files" in track(ganymede, run)


def test_the_environment_says_experiment_address_and_who(ganymede, server, tmp_path):
    secrets = {"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "pass-5e37"}
    named = {"MLFLOW_TRACKING_URI": server.url, "MLFLOW_EXPERIMENT_NAME": "faces & more"}
    run = tmp_path / "run"
    result = train(ganymede, run, "--steps", 5, "--track", "mlflow", env={**secrets, **named})
    assert result.returncode == 0, result.stderr
    assert list(server.experiments) == ["faces & more"]
    assert {headers.get("Authorization") for _, _, headers in server.requests} == {basic("ann", "pass-5e37")}
    server.requests.clear()
    result = ganymede("track", run, env={**secrets, "MLFLOW_TRACKING_TOKEN": "token-81ac"})
    assert {headers.get("Authorization") for _, _, headers in server.requests} == {"Bearer token-81ac"}
    for path in filter(pathlib.Path.is_file, run.rglob("*")):
        assert b"pass-5e37" not in path.read_bytes() and b"token-81ac" not in path.read_bytes(), path
    assert "81ac" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "value, problem",
    [
        ("wandb", "--track: 'wandb' is not mlflow=URL; write --track mlflow=http://HOST:PORT"),
        ("mlflow=ftp://host/", "'mlflow=ftp://host/' is not mlflow=URL"),
        ("mlflow=http://", "is not mlflow=URL"),
        ("mlflow", "MLFLOW_TRACKING_URI is not set"),
        ("mlflow=http://ann:pass-5e37@host:5000", "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD"),
        ("mlflow=http://host/?token=pass-5e37", "must have no user name, password"),
    ],
)
def test_what_is_no_server_is_said_before_anything_is_made(ganymede, tmp_path, value, problem):
    result = train(ganymede, tmp_path / "run", "--track", value, env={"MLFLOW_TRACKING_URI": ""})
    assert result.returncode == 2 and problem in result.stderr, result.stderr
    assert "5e37" not in result.stderr and not (tmp_path / "run").exists()


def test_a_server_that_is_away_delays_nothing_and_gets_all_later(ganymede, server, tmp_path):
    server.stop()
    begin = time.monotonic()
    result = train(ganymede, tmp_path / "it's away", "--track", f"mlflow={server.url}")
    assert result.returncode == 0 and time.monotonic() - begin < 30, result.stderr
    assert result.stderr.count("MLflow cannot be reached") == 1 and "trained 40 steps" in result.stdout
    run = tmp_path / "it's away"
    assert re.search(r"MLflow lacks 8 rows and 1\d files of this run", result.stderr), result.stderr
    assert f"ganymede track '{tmp_path}/it'\\''s away'" in result.stderr
    failed = ganymede("track", run)
    assert failed.returncode == 1 and "MLflow cannot be reached" in failed.stderr
    server.start()
    assert "sent 8 rows" in track(ganymede, run)
    expect_all(server, run)
    assert "sent 0 rows and 0 files" in track(ganymede, run)
    expect_all(server, run)


def test_a_server_that_comes_back_gets_all_at_once(ganymede, server, tmp_path):
    server.stop()
    run = tmp_path / "run"
    process = start(ganymede, run, "--steps", 1000000, "--track", f"mlflow={server.url}")
    wait_for(run / "samples" / "step-000020.png", process)
    server.start()
    wait_until(lambda: server.runs and len(server.run()["metrics"]) > 0, process)
    server.stop()
    server.start()
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert messages.count("MLflow cannot be reached") <= 2 and "MLflow takes this run again" in messages
    expect_all(server, run, status="KILLED")


@pytest.mark.parametrize("trouble", [500, 429, "late"])
def test_trouble_of_the_server_loses_and_doubles_nothing(ganymede, server, tmp_path, trouble):
    """Some requests fail, the first to send rows too; "late": it was done, and the answer is lost."""
    chance, failed = random.Random(7), set()

    def fail(_, path, body):
        what = (path, b"metrics" in body)
        first = what not in failed
        failed.add(what)
        return trouble if first or chance.random() < 0.2 else None

    server.fail = fail
    run = trained(ganymede, tmp_path / "run", "--track", f"mlflow={server.url}")
    server.fail = lambda method, path, body: None
    track(ganymede, run)
    # What was sent again is the same to the letter, which MLflow takes for what it has.
    metrics = server.run()["metrics"]
    server.run()["metrics"] = [dict(one) for one in {tuple(metric.items()) for metric in metrics}]
    expect_all(server, run)


def test_a_refusal_is_said_once_and_ends_nothing(ganymede, server, tmp_path):
    server.fail = lambda method, path, body: 401
    run = tmp_path / "run"
    result = train(ganymede, run, "--track", f"mlflow={server.url}")
    assert result.returncode == 0 and result.stderr.count("HTTP 401") == 1, result.stderr
    failed = ganymede("track", run)
    assert failed.returncode == 1 and "MLflow does not take it (HTTP 401" in failed.stderr
    assert "set MLFLOW_TRACKING_USERNAME" in failed.stderr
    server.fail = lambda method, path, body: None
    track(ganymede, run)
    expect_all(server, run)


def test_a_file_that_is_refused_hinders_nothing_else(ganymede, server, tmp_path):
    server.fail = lambda method, path, body: 413 if path.endswith("model.safetensors") else None
    run = tmp_path / "run"
    result = train(ganymede, run, "--track", f"mlflow={server.url}")
    assert result.returncode == 0 and "HTTP 413" in result.stderr and "MLflow lacks 0 rows and 1 file" in result.stderr
    assert server.run()["info"]["status"] == "FINISHED" and server.file("metrics.csv")
    assert ganymede("track", run).returncode == 1
    server.fail = lambda method, path, body: None
    track(ganymede, run)
    expect_all(server, run)


def test_a_slow_server_delays_the_end_by_seconds_alone(ganymede, server, tmp_path):
    server.delay = 3
    begin = time.monotonic()
    run = trained(ganymede, tmp_path / "run", "--track", f"mlflow={server.url}")
    assert time.monotonic() - begin < 30
    server.delay = 0
    track(ganymede, run)
    metrics = server.run()["metrics"]
    server.run()["metrics"] = [dict(one) for one in {tuple(metric.items()) for metric in metrics}]
    expect_all(server, run)


def test_a_killed_training_loses_nothing_and_goes_on_as_the_same_run(ganymede, server, tmp_path):
    run = tmp_path / "run"
    to = ("--track", f"mlflow={server.url}")
    process = start(ganymede, run, "--steps", 100000, *to)
    wait_until(lambda: server.runs and len(server.run()["metrics"]) > 0, process)
    server.stop()
    wait_for(run / "samples" / f"step-{20 * (len(list((run / 'samples').iterdir())) + 2):06}.png", process)
    process.kill()
    process.communicate()
    server.start()
    track(ganymede, run)
    assert server.rows() == rows_of(run) and server.run()["info"]["status"] == "KILLED"
    last = max(rows_of(run))
    process = start(ganymede, run, "--resume", "--steps", last + 200, *to)
    _, messages = process.communicate(timeout=120)
    assert process.returncode == 0, messages
    assert server.run()["statuses"] == ["KILLED", "RUNNING", "FINISHED"]
    sent, there = server.rows(), rows_of(run)
    assert list(sent) == list(there), "each row once, in order"
    # What was done again has the first time's speed.
    for step, row in there.items():
        assert {key: sent[step][key] for key in ("loss_d", "epoch")} == {key: row[key] for key in ("loss_d", "epoch")}


def test_what_a_server_took_and_could_not_confirm_is_not_done_again(ganymede, server, tmp_path):
    """A kill between the server's step and ours: the state is one of before."""
    run = trained(ganymede, tmp_path / "run", "--steps", 20, "--track", f"mlflow={server.url}")
    file = run / "track" / "mlflow.json"
    state = json.loads(file.read_text())
    file.write_text(json.dumps({**state, "step": 5}))
    trained(ganymede, run, "--resume", "--steps", 40, "--track", f"mlflow={server.url}")
    expect_all_but_speed = {step: row["loss_d"] for step, row in server.rows().items()}
    assert expect_all_but_speed == {step: row["loss_d"] for step, row in rows_of(run).items()}
    file.write_text(json.dumps({**state, "run_id": "", "step": None, "parameters": False, "files": {}}))
    track(ganymede, run)
    assert server.rows().keys() == rows_of(run).keys() and len(server.runs) == 1


def test_a_run_of_before_is_sent_whole_in_batches(ganymede, server, tmp_path):
    run = shutil.copytree(shared_model(ganymede), tmp_path / "old")
    header, *rows = (run / "metrics.csv").read_text().splitlines()
    cells = rows[-1].split(",")
    many = [",".join([str(step), str(step / 8), str(8 * step), str(step / 100), *cells[4:]]) for step in range(1, 2001)]
    many[2] = many[2].rsplit(",", 1)[0] + ",inf"
    (run / "metrics.csv").write_text("\n".join([header, *many, "2001,1,2,3,0.5"]))  # a row on its way
    assert "never sent" in ganymede("track", run).stderr and not (run / "track").exists()
    assert "sent 2000 rows" in track(ganymede, run, "--to", f"mlflow={server.url}/")
    sent = server.rows()
    assert list(sent) == list(range(1, 2001))
    assert header.split(",")[-1] not in sent[3], "what is not finite is left out"
    assert max(server.batches) > 900 and sum(server.batches) == len(server.run()["metrics"])
    environment = json.loads((run / "environment.json").read_text())
    first = server.run()["metrics"][0]["timestamp"] / 1000
    assert time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(first)) == environment["start"]


def test_a_server_that_moved_is_told_from_another_one(ganymede, server, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 5, "--track", f"mlflow={server.url}")
    other = f"http://localhost:{server.port}"
    assert "sent 0 rows and 0 files" in track(ganymede, run, "--to", f"mlflow={other}", env={"NO_PROXY": "localhost"})
    assert json.loads((run / "track" / "mlflow.json").read_text())["url"] == other
    another = PretendedMlflow().start()
    assert "sent 1 row" in track(ganymede, run, "--to", f"mlflow={another.url}")
    assert another.run()["info"]["status"] == "FINISHED"
    another.runs.clear()
    gone = ganymede("track", run)
    assert gone.returncode == 1 and "is deleted" in gone.stderr and "track/mlflow.json" in gone.stderr
    another.stop()


def test_files_that_the_server_cannot_take_stay(ganymede, server, tmp_path):
    server.artifacts = "s3://bucket/{run}"
    result = train(ganymede, tmp_path / "run", "--track", f"mlflow={server.url}")
    assert result.returncode == 0 and result.stderr.count("images and models stay here") == 1, result.stderr
    assert "MLflow lacks" not in result.stderr and not server.files
    assert server.rows() == rows_of(tmp_path / "run") and server.run()["info"]["status"] == "FINISHED"


def test_a_failed_training_is_one_there_too(ganymede, server, tmp_path):
    result = train(ganymede, tmp_path / "run", "--set", "optimizer.generator.learning_rate=100", "--track",
                   f"mlflow={server.url}")
    assert result.returncode == 1
    assert server.run()["info"]["status"] == "FAILED"


def test_a_resumed_run_that_is_not_told_to_sends_nothing_and_says_so(ganymede, server, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 5, "--track", f"mlflow={server.url}")
    before = len(server.requests)
    result = train(ganymede, run, "--resume", "--steps", 10)
    assert result.returncode == 0 and f"--track mlflow={server.url} goes on with that" in result.stderr
    assert len(server.requests) == before


def test_what_is_not_mlflow_is_said(ganymede, tmp_path, server):
    run = shutil.copytree(shared_model(ganymede), tmp_path / "run")
    server.result = lambda method, path, body: (200, {"hello": "world"})
    result = ganymede("track", run, "--to", f"mlflow={server.url}")
    assert result.returncode == 1 and "the answer is not MLflow's" in result.stderr
    server.result = lambda method, path, body: (301, {})
    assert "give the address that it sends to" in ganymede("track", run, "--to", f"mlflow={server.url}").stderr
    assert "not a run folder" in ganymede("track", tmp_path).stderr
