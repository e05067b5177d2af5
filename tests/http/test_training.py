"""Trainings started, stopped and resumed through the API: real ones, of a few steps."""
import contextlib
import pathlib
import signal
import subprocess

import pytest
from schema import Schemas

SMALL = {"recipe": "shapes-dcgan", "steps": 2}
LONG = {"recipe": "shapes-dcgan", "steps": 100_000}


@pytest.fixture(scope="module")
def document(server):
    return server.get("/api/v1/openapi.json").json()


def training(server):
    return server.get("/api/v1/training").json()


def current(server):
    """What runs, without what it uses."""
    now = training(server)["current"]
    return now and {key: now[key] for key in ("id", "operation", "stopping")}


def states(server):
    return {run["id"]: run["state"] for run in server.get("/api/v1/runs").json()["runs"]}


def wait_for_end(server, run, state):
    server.wait_for(lambda: training(server)["current"] is None, 120)
    server.wait_for(lambda: states(server).get(run) == state)


def test_start_watch_and_done(trainer, place):
    answer = trainer.post("/api/v1/runs", {**SMALL, "name": "first", "seed": 5})
    assert answer.status == 202 and answer.json() == {"id": "first"}
    assert current(trainer) == {"id": "first", "operation": "train", "stopping": False}
    wait_for_end(trainer, "first", "done")
    assert training(trainer)["failed"] is None
    run = trainer.get("/api/v1/runs/first").json()
    assert (
        run["step"] == 2
        and run["recipe"] == "shapes-dcgan"
        and run["environment"]["seed"] == 5
        and run["environment"]["threads"] == 1
    )
    trainer.wait_for(lambda: trainer.generate("first", count=1).status == 200)
    assert "2" in (place / "first" / "train.log").read_text()
    assert trainer.post("/api/v1/runs/first/resume", {}).problem()["status"] == 409, "it is complete"
    again = trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    assert again.status == 409 and again.problem()["errors"][0]["field"] == "name"


def test_stop_and_resume(trainer, place, program):
    assert trainer.post("/api/v1/runs", LONG).json() == {"id": "shapes-dcgan"}
    trainer.wait_for(lambda: states(trainer).get("shapes-dcgan") == "running", 120)
    assert trainer.post("/api/v1/runs/shapes-dcgan/resume", {}).status == 409
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/shapes-dcgan").json()["rows"], 120)
    for _ in range(3):
        assert trainer.post("/api/v1/runs/shapes-dcgan/stop", {}).status in (202, 409)
    wait_for_end(trainer, "shapes-dcgan", "stopped")
    assert training(trainer)["failed"] is None
    checkpoints = place / "shapes-dcgan" / "checkpoints"
    reached = int(max(checkpoints.iterdir()).stem.removeprefix("step-"))
    assert 0 < reached < 100_000
    assert trainer.post("/api/v1/runs/shapes-dcgan/stop", {}).problem()["status"] == 409, "it stopped already"

    assert trainer.post("/api/v1/runs/shapes-dcgan/resume", {}).status == 202
    trainer.wait_for(lambda: f"going on from step {reached}" in (place / "shapes-dcgan" / "train.log").read_text(), 120)
    trainer.wait_for(lambda: states(trainer)["shapes-dcgan"] == "running", 120)
    audits = [line for line in trainer.audits() if line["run"] == "shapes-dcgan"]
    said = [line["audit"] for line in audits]  # it was asked to stop up to three times
    assert [one for i, one in enumerate(said) if said[i - 1 : i] != [one]] == [
        "training started",
        "training stopped",
        "training resumed",
    ]
    assert all(line["remote"] == "127.0.0.1" and line["time"] for line in audits)
    assert audits[0]["words"][0] == "shapes-dcgan" and "100000" in audits[0]["words"]
    trainer.process.send_signal(signal.SIGTERM)  # the training saves and ends with the server
    assert trainer.process.wait(timeout=60) == 0
    assert int(max(checkpoints.iterdir()).stem.removeprefix("step-")) >= reached
    done = subprocess.run(
        [program, "train", "--resume", "--output", place / "shapes-dcgan", "--steps", "1", "-q"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, "nobody holds the folder any more: " + done.stderr


def test_others_wait_for_their_turn(trainer, place):
    assert trainer.post("/api/v1/runs", {**LONG, "name": "first"}).status == 202
    for name in ("second", "third"):
        assert trainer.post("/api/v1/runs", {**SMALL, "name": name}).status == 202
    assert trainer.post("/api/v1/runs", SMALL).json() == {"id": "shapes-dcgan"}
    assert trainer.post("/api/v1/runs", SMALL).json() == {"id": "shapes-dcgan-2"}, "that name waits already"
    assert [one["id"] for one in training(trainer)["waiting"]] == ["second", "third", "shapes-dcgan", "shapes-dcgan-2"]
    again = trainer.post("/api/v1/runs", {**SMALL, "name": "third"})
    assert again.status == 409 and again.problem()["errors"][0]["field"] == "name"
    for name in ("third", "shapes-dcgan", "shapes-dcgan-2"):
        assert trainer.post(f"/api/v1/runs/{name}/stop", {}).status == 202
    assert training(trainer)["waiting"] == [{"id": "second", "operation": "train"}] and not (place / "second").exists()
    trainer.wait_for(lambda: states(trainer).get("first") == "running", 120)
    assert trainer.post("/api/v1/runs/first/stop", {}).status == 202
    trainer.wait_for(lambda: (place / "second").exists(), 60)  # without being asked
    wait_for_end(trainer, "second", "done")
    assert not (place / "third").exists() and training(trainer)["failed"] is None


def test_the_log_comes_in_parts(trainer, server, place):
    assert server.get("/api/v1/runs/tiny/log").status == 403
    trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    wait_for_end(trainer, "first", "done")
    answer = trainer.get("/api/v1/runs/first/log")
    log = answer.json()
    whole = (place / "first" / "train.log").read_bytes()
    assert log["from"] == 0 and log["text"].encode() == whole and log["end"] == len(whole) and "2 steps" in log["text"]
    again = trainer.get("/api/v1/runs/first/log", **{"If-None-Match": answer.headers["etag"]})
    assert again.status == 304
    assert trainer.get(f"/api/v1/runs/first/log?from={log['end']}").json()["text"] == ""
    with open(place / "first" / "train.log", "ab") as file:
        file.write(b"more \xff\nunfinished")
    part = trainer.get(f"/api/v1/runs/first/log?from={log['end']}").json()
    assert part["text"] == "more \N{REPLACEMENT CHARACTER}\n" and part["end"] == len(whole) + 7
    assert trainer.get("/api/v1/runs/first/log?from=99999999").json()["from"] == 0
    assert trainer.get("/api/v1/runs/first/log?from=-1").status == 422
    (place / "first" / "train.log").unlink()
    assert trainer.get("/api/v1/runs/first/log").status == 404
    (place / "first" / "train.log").symlink_to("/etc/hostname")
    assert trainer.get("/api/v1/runs/first/log").status == 404


def test_the_default_name_is_free(trainer, place):
    (place / "shapes-dcgan").mkdir()
    (place / "shapes-dcgan-2").write_text("")
    assert trainer.post("/api/v1/runs", SMALL).json() == {"id": "shapes-dcgan-3"}
    wait_for_end(trainer, "shapes-dcgan-3", "done")
    assert list((place / "shapes-dcgan").iterdir()) == []


def test_a_failure_is_said(start, place, tmp_path):
    place.mkdir()
    with start(place, "--allow-training", env={"GANYMEDE_DATA": str(tmp_path / "none")}) as server:
        assert server.post("/api/v1/runs", {"recipe": "cifar10-conv", "name": "none"}).status == 202
        server.wait_for(lambda: training(server)["failed"])
        failed = training(server)
        assert (
            failed["current"] is None and failed["failed"]["id"] == "none" and "cifar10" in failed["failed"]["detail"]
        )
        assert not (place / "none").exists(), "the name is free again"
        assert server.post("/api/v1/runs", {**SMALL, "name": "none"}).status == 202
        assert training(server)["failed"] is None
        wait_for_end(server, "none", "done")


@pytest.mark.parametrize(
    "fields, field, words",
    [
        ({}, "recipe", "missing"),
        ({"recipe": "shapes-dcgam"}, "recipe", "'shapes-dcgan'"),
        ({"recipe": "recipes/shapes-dcgan.toml"}, "recipe", "none of the recipes"),
        ({"recipe": "/etc/passwd"}, "recipe", "none of the recipes"),
        ({"recipe": "--help"}, "recipe", "none of the recipes"),
        ({"recipe": 1}, "recipe", "text"),
        ({**SMALL, "name": "../x"}, "name", "letters"),
        ({**SMALL, "name": "a/b"}, "name", "letters"),
        ({**SMALL, "name": "/tmp/x"}, "name", "letters"),
        ({**SMALL, "name": ""}, "name", "letters"),
        ({**SMALL, "name": "x" * 300}, "name", "letters"),
        ({**SMALL, "name": ".."}, "name", "letters"),
        ({**SMALL, "name": "--output"}, "name", "letters"),
        ({**SMALL, "name": "a\0b"}, "name", "letters"),
        ({**SMALL, "name": "ü"}, "name", "letters"),
        ({**SMALL, "name": 1}, "name", "text"),
        ({**SMALL, "steps": 0}, "steps", "whole number"),
        ({**SMALL, "steps": 1.5}, "steps", "whole number"),
        ({**SMALL, "seed": -1}, "seed", "whole number"),
        ({**SMALL, "on_collapse": "nonsense"}, "on_collapse", "one of ignore, stop, rewind"),
        ({**SMALL, "out": "/tmp/x"}, "out", "not known"),
        ({**SMALL, "set": ["a=b"]}, "set[0]", "unknown key 'a'"),
        ({**SMALL, "set": ["--help=1"]}, "set[0]", "unknown key '--help'"),
        ({**SMALL, "set": "train.ema=0"}, "set", "list"),
        ({**SMALL, "webhook": "http://127.0.0.1:1"}, "webhook", "not known"),
        ({**SMALL, "track": "mlflow=http://127.0.0.1:1"}, "track", "not known"),
    ],
)
def test_wrong_fields_are_named(refusing, fields, field, words):
    server, place = refusing
    problem = server.post("/api/v1/runs", fields).problem()
    assert problem["status"] == 422 and problem["errors"][0]["field"] == field and words in problem["detail"]
    assert training(server)["current"] is None and not list(place.iterdir())


@pytest.fixture(scope="module")
def refusing(start, tmp_path_factory):
    """A server that may train, for requests that start nothing."""
    folder = tmp_path_factory.mktemp("refusing")
    with start(folder, "--allow-training") as running:
        yield running, folder


def test_nothing_starts_without_a_json_body(refusing, document):
    """What a form of a foreign page can send: no body, or one of three types."""
    server, place = refusing
    for path in ("/api/v1/runs", "/api/v1/runs/any/resume", "/api/v1/runs/any/stop"):
        for headers in (
            {},
            {"Content-Type": "text/plain"},
            {"Content-Type": "application/x-www-form-urlencoded"},
            {"Content-Type": "multipart/form-data; boundary=x"},
        ):
            for body in (None, "", '{"recipe": "shapes-dcgan"}'):
                assert server.request("POST", path, body, headers).problem()["status"] == 415
        assert server.request("POST", path, "", {"Content-Type": "application/json"}).problem()["status"] == 400
        assert server.post(path, []).problem()["status"] == 422
        answer = server.post(path, {}, Host="evil.example")
        assert answer.problem()["status"] == 421
    assert server.post("/api/v1/runs/any/stop", {"signal": 9}).problem()["errors"][0]["field"] == "signal"
    for verb in ("stop", "resume"):
        assert server.post(f"/api/v1/runs/none/{verb}", {}).problem()["status"] == 404
        assert server.post(f"/api/v1/runs/..%2F..%2Fetc/{verb}", {}).problem()["status"] == 404
    assert not list(place.iterdir())


def test_it_is_off_unless_allowed(server, runs):
    assert training(server) == {
        "allowed": False,
        "recipes": [],
        "images": [],
        "current": None,
        "waiting": [],
        "others": [],
        "gpus": [],
        "failed": None,
    }
    before = sorted(runs.iterdir())
    for path, body in (("/api/v1/runs", SMALL), ("/api/v1/runs/tiny/stop", {}), ("/api/v1/runs/tiny/resume", {})):
        problem = server.post(path, body).problem()
        assert problem["status"] == 403 and "--allow-training" in problem["detail"]
    assert sorted(runs.iterdir()) == before


def test_the_recipes_are_those_of_the_program(refusing, program, document):
    known = training(refusing[0])
    assert all(one["bits"] == 8 and one["conditions"] == [] for one in known["recipes"]), "no shipped one has others"
    assert known["allowed"] and {one["name"] for one in known["recipes"]} == {
        path.stem for path in (pathlib.Path(__file__).parents[2] / "recipes").glob("*.toml")
    }
    assert not Schemas(document).errors({"$ref": "#/components/schemas/Training"}, known)


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--open"], ["--token-file"]),
        (["--open", "--host", "0.0.0.0"], ["--token-file"]),
        (["--host", "0.0.0.0"], ["--token-file"]),
        (["MODEL"], ["no folder of runs"]),
    ],
)
def test_only_who_may_is_allowed(ganymede, runs, flags, words):
    flags = [str(runs / "tiny") if flag == "MODEL" else flag for flag in flags]
    result = ganymede("serve", "--allow-training", "--port", 0, *flags, cwd=runs, timeout=60)
    assert (
        result.returncode == 2 and result.stderr.startswith("error: ") and all(word in result.stderr for word in words)
    ), result.stderr


def test_a_token_guards_trainings(start, place, tmp_path):
    place.mkdir()
    (tmp_path / "token").write_text("a secret of more than sixteen characters")
    with start(place, "--allow-training", "--token-file", tmp_path / "token") as server:
        assert server.post("/api/v1/runs", SMALL).status == 401
        assert server.get("/api/v1/training").status == 401
    assert not list(place.iterdir())


def test_a_training_of_others_is_left_alone(trainer, place, program):
    """One that runs in a terminal can be watched, not stopped."""
    command = [
        program,
        "-q",
        "--threads",
        "1",
        "train",
        "shapes-dcgan",
        "--output",
        place / "other",
        "--steps",
        "100000",
    ]
    with subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL) as other:
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(other.terminate)
            trainer.wait_for(lambda: states(trainer).get("other") == "running", 120)
            assert trainer.post("/api/v1/runs/other/stop", {}).problem()["status"] == 409
            assert trainer.post("/api/v1/runs/other/resume", {}).problem()["status"] == 409
            assert other.poll() is None


def test_a_place_that_cannot_be_written(trainer, place):
    place.rmdir()
    place.write_text("no folder")
    assert trainer.post("/api/v1/runs", SMALL).problem()["status"] == 409
    assert training(trainer)["current"] is None


def test_a_run_is_evaluated(trainer, place):
    trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    wait_for_end(trainer, "first", "done")
    address = "/api/v1/runs/first/evaluation"
    assert trainer.get(address).status == 404
    ask = {"count": 64, "real_count": 64, "metrics": ["swd"], "seed": 3}
    assert trainer.post("/api/v1/runs/first/evaluate", ask).status == 202
    assert current(trainer) == {"id": "first", "operation": "evaluate", "stopping": False}
    assert trainer.post("/api/v1/runs/first/evaluate", ask).status == 409
    wait_for_end(trainer, "first", "done")
    assert training(trainer)["failed"] is None
    found = trainer.get(address).json()
    assert list(found["metrics"]) == ["swd"] and found["protocol"]["fake"]["images"] == 64, found
    (place / "first" / "evaluation.json").write_text("[" * 100_000)
    assert trainer.get(address).status == 404
    (place / "first" / "evaluation.json").unlink()
    (place / "first" / "evaluation.json").symlink_to("/etc/hostname")
    assert trainer.get(address).status == 404


def test_what_cannot_be_evaluated(trainer, server, place):
    assert server.post("/api/v1/runs/tiny/evaluate", {}).status == 403
    assert trainer.post("/api/v1/runs/nobody/evaluate", {}).status == 404
    trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    wait_for_end(trainer, "first", "done")
    for field, value in (("count", 50_001), ("metrics", ["fdi"]), ("model", "/etc"), ("features", "x.pt"), ("size", 8)):
        problem = trainer.post("/api/v1/runs/first/evaluate", {field: value}).problem()
        assert problem["status"] == 422 and problem["errors"][0]["field"] == field, problem
    assert trainer.post("/api/v1/runs/first/evaluate", {"metrics": ["accuracy --output x"]}).status == 422
    assert trainer.post("/api/v1/runs/first/evaluate", {"feature_size": 32}).status == 422
    (place / "first" / "model.safetensors").unlink()
    assert trainer.post("/api/v1/runs/first/evaluate", {"count": 8}).status in (404, 409)


def test_the_features_of_a_run_are_tested(trainer, server, place):
    assert server.post("/api/v1/runs/tiny/features", {}).status == 403
    trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    wait_for_end(trainer, "first", "done")
    address = "/api/v1/runs/first/features"
    assert trainer.get(address).status == 404
    for field, value in (("repeats", 0), ("data", "/etc"), ("output", "/tmp/x")):
        problem = trainer.post(address, {field: value}).problem()
        assert problem["status"] == 422 and problem["errors"][0]["field"] == field, problem
    assert trainer.post(address, {"labels": 100, "no_baselines": True, "seed": 3}).status == 202
    assert training(trainer)["current"]["operation"] == "features"
    assert "features" in trainer.post("/api/v1/runs/first/evaluate", {}).problem()["detail"]
    wait_for_end(trainer, "first", "done")
    assert training(trainer)["failed"] is None
    found = trainer.get(address).json()
    assert list(found["results"]) == ["trained"] and 0 <= found["results"]["trained"]["accuracy"]["mean"] <= 1, found
    assert found["protocol"]["model"] == "first" and found["protocol"]["labels"] == 100, found
    assert str(place) not in trainer.get(address).body.decode()
    (place / "first" / "features.json").write_text('{"results": 1, "protocol": {}}')
    assert trainer.get(address).status == 404


def test_a_failed_evaluation_says_why(trainer):
    trainer.post("/api/v1/runs", {**SMALL, "name": "first"})
    wait_for_end(trainer, "first", "done")
    assert trainer.post("/api/v1/runs/first/evaluate", {"metrics": ["swd"], "count": 2}).status == 202
    trainer.wait_for(lambda: training(trainer)["failed"], 60)
    failed = training(trainer)["failed"]
    assert (failed["id"], failed["operation"]) == ("first", "evaluate") and "images" in failed["detail"], failed
    assert states(trainer)["first"] == "done"
