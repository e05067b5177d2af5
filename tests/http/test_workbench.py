"""What a person adds to runs, the trash, and the keys that recipes differ in: all of it in the runs' own folders."""
import json
import re
import shutil

import pytest
from serving import read_only


@pytest.fixture
def place(runs, tmp_path):
    shutil.copytree(runs, tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def bench(start, place):
    with start(place) as running:
        yield running


def run_of(server, name):
    return next(run for run in server.get("/api/v1/runs").json()["runs"] if run["id"] == name)


def names(server):
    return [run["id"] for run in server.get("/api/v1/runs").json()["runs"]]


def test_what_is_kept_lies_in_the_runs_folder(bench, place, start, tmp_path):
    assert not (place / "tiny" / "studio.json").exists(), "nothing is written before anything is added"
    first = run_of(bench, "tiny")
    assert (first["title"], first["note"], first["tags"], first["pinned"], first["archived"], first["keeps"]) == (
        None,
        None,
        [],
        False,
        False,
        True,
    )
    answer = bench.post(
        "/api/v1/runs/tiny/keep", {"title": "The small öne", "tags": ["paper", "paper", "a b"], "pinned": True}
    )
    assert answer.status == 200 and answer.json()["title"] == "The small öne", answer.body
    assert run_of(bench, "tiny")["tags"] == ["paper", "a b"], "and at once in the list"
    assert (
        bench.post("/api/v1/runs/tiny/keep", {"note": "two\nlines"}).json()["pinned"] is True
    ), "what is not named stays"
    kept = json.loads((place / "tiny" / "studio.json").read_text())
    assert kept == {
        "title": "The small öne",
        "note": "two\nlines",
        "tags": ["paper", "a b"],
        "pinned": True,
        "archived": False,
    }
    shutil.copytree(place / "tiny", tmp_path / "elsewhere" / "copied")
    with start(tmp_path / "elsewhere") as other:
        assert run_of(other, "copied")["note"] == "two\nlines", "a copied run brings it along"
    assert bench.post("/api/v1/runs/tiny/keep", {"title": "", "tags": [], "note": ""}).json()["title"] is None


@pytest.mark.parametrize(
    "body, field",
    [
        ({"title": "x" * 101}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"tags": ["a,b"]}, "tags[0]"),
        ({"tags": ["ok", ""]}, "tags[1]"),
        ({"tags": ["x"] * 17}, "tags"),
        ({"note": "x" * 4001}, "note"),
        ({"pinned": 1}, "pinned"),
        ({"titel": "x"}, "titel"),
    ],
)
def test_wrong_values_are_named(bench, place, body, field):
    problem = bench.post("/api/v1/runs/tiny/keep", body).problem()
    assert problem["status"] == 422 and problem["errors"][0]["field"] == field
    assert not (place / "tiny" / "studio.json").exists()


def test_a_damaged_file_is_as_none(bench, place):
    (place / "tiny" / "studio.json").write_text('{"tags": 3}')
    bench.wait_for(lambda: "studio.json" in bench.log())
    assert run_of(bench, "tiny")["tags"] == []
    assert bench.post("/api/v1/runs/tiny/keep", {"tags": ["new"]}).json()["tags"] == ["new"]


def test_the_trash(bench, place):
    gone = bench.post("/api/v1/runs/tiny/delete", {})
    assert (
        gone.status == 200
        and gone.json()["run"] == "tiny"
        and re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", gone.json()["deleted"])
    )
    assert names(bench) == ["classes"] and not (place / "tiny").exists()
    assert "tiny" not in [model["id"] for model in bench.get("/api/v1/models").json()["models"]]
    assert bench.get("/api/v1/trash").json()["runs"] == [gone.json()]
    assert bench.post("/api/v1/trash/../restore", {}).status == 404
    back = bench.post(f"/api/v1/trash/{gone.json()['name']}/restore", {})
    assert back.status == 200 and back.json() == {"id": "tiny"}
    assert sorted(names(bench)) == ["classes", "tiny"] and bench.get("/api/v1/trash").json()["runs"] == []
    assert bench.post(f"/api/v1/trash/{gone.json()['name']}/restore", {}).status == 404
    again = bench.post("/api/v1/runs/tiny/delete", {}).json()
    shutil.copytree(place / "classes", place / "tiny")
    assert bench.post(f"/api/v1/trash/{again['name']}/restore", {}).status == 409, "its name is taken"


def test_a_training_is_not_deleted(bench, place):
    import fcntl

    with open(place / "tiny" / ".lock", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert bench.post("/api/v1/runs/tiny/delete", {}).problem()["status"] == 409
    assert (place / "tiny").exists()


def test_a_run_named_itself_is_not_deleted(start, place):
    with start(place / "tiny") as server:
        assert server.post("/api/v1/runs/tiny/delete", {}).problem()["status"] == 409
        assert server.post("/api/v1/runs/tiny/keep", {"pinned": True}).status == 200


def test_an_open_server_changes_nothing(start, place):
    with start(place, "--open") as server:
        for path in ("/api/v1/runs/tiny/keep", "/api/v1/runs/tiny/delete", "/api/v1/trash/none/restore"):
            assert server.post(path, {}).problem()["status"] == 403
    assert sorted(entry.name for entry in place.iterdir()) == ["classes", "tiny"]


def test_a_read_only_folder_is_served(runs):
    with read_only(runs) as (server, folder):
        assert run_of(server, "tiny")["keeps"] is False
        assert "cannot be written" in server.post("/api/v1/runs/tiny/keep", {"pinned": True}).problem()["detail"]
        assert server.post("/api/v1/runs/tiny/delete", {}).problem()["status"] == 403
        assert (folder / "tiny").exists()


def test_keys_that_differ(bench, place):
    settings = bench.get("/api/v1/settings").json()["settings"]
    assert settings["train.steps"].keys() <= {"tiny", "classes"} and "train.batch_size" not in settings
    assert (
        settings["generator.init_std"]["tiny"] == "0.05"
        and settings["data.classes"]["classes"] == '[ "circle", "bars", "heart"]'
    )
    assert all(len(set(values.values())) > 1 or len(values) < 2 for values in settings.values())
    recipe = (place / "classes" / "recipe.toml").read_text()
    (place / "classes" / "recipe.toml").write_text(recipe.replace("batch_size = ", "batch_size = 1", 1))
    bench.wait_for(lambda: "train.batch_size" in bench.get("/api/v1/settings").json()["settings"])


def test_figures_for_the_list(bench):
    run = run_of(bench, "tiny")
    columns = bench.get("/api/v1/runs/tiny/metrics").json()["columns"]
    assert (
        run["best"]["loss_d"] == min(columns["loss_d"])
        and "step" not in run["best"]
        and run["started"].startswith("20")
    )
