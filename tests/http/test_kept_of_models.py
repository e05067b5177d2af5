"""What a person keeps of a model: named directions and images marked best, in a file beside it."""

import json
import shutil

import pytest
from serving import read_only

PNG = "iVBORw0KGgo="
SMILE = {
    "name": "smile",
    "step": 40,
    "with": [{"seed": 1, "index": 2, "class": "heart"}],
    "without": [{"seed": 1, "index": 3}],
}
MARK = {"seed": 7, "index": 1, "network": "untrained", "step": 40, "png": PNG}
EMPTY = {"directions": [], "marks": [], "keeps": True}


@pytest.fixture
def place(runs, tmp_path):
    shutil.copytree(runs, tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def server(start, place):
    with start(place) as running:
        yield running


def kept(server, model="tiny"):
    return server.get(f"/api/v1/models/{model}/kept").json()


def change(server, what, body, model="tiny"):
    return server.post(f"/api/v1/models/{model}/{what}", body)


def test_it_lies_with_the_model(server, start, place, tmp_path):
    assert kept(server) == EMPTY and not (place / "tiny" / "model.studio.json").exists()
    assert change(server, "directions/keep", SMILE).json()["directions"] == [SMILE]
    answer = change(server, "marks/keep", MARK)
    point = {"seed": 7, "index": 1, "network": "untrained"}
    assert answer.status == 200 and answer.json()["marks"] == [{"step": 40, "point": point, "png": PNG}]
    assert kept(server) == answer.json() and kept(server, "classes") == EMPTY, "and not another model's"
    shutil.copytree(place / "tiny", tmp_path / "elsewhere" / "copied")
    with start(tmp_path / "elsewhere") as other:
        assert kept(other, "copied") == answer.json(), "a copied run brings it along"
    with start(tmp_path / "elsewhere" / "copied" / "model.safetensors") as alone:
        assert kept(alone, "model") == answer.json(), "and so does its model"


def test_one_takes_the_place_of_its_like(server):
    change(server, "directions/keep", SMILE)
    assert change(server, "directions/keep", {**SMILE, "step": 7}).json()["directions"] == [{**SMILE, "step": 7}]
    for step in (40, 40, None):
        marks = change(server, "marks/keep", {**MARK, "step": step}).json()["marks"]
    assert [mark["step"] for mark in marks] == [40, None]
    unmark = {key: value for key, value in MARK.items() if key != "png"}
    assert [mark["step"] for mark in change(server, "marks/forget", unmark).json()["marks"]] == [None]
    assert change(server, "directions/forget", {"name": "smile"}).json()["directions"] == []
    assert change(server, "directions/forget", {"name": "smile"}).status == 200, "again, as when two tabs do so"


@pytest.mark.parametrize(
    "what, body, field",
    [
        ("directions/keep", {**SMILE, "name": "x" * 41}, "name"),
        ("directions/keep", {**SMILE, "name": "a\nb"}, "name"),
        ("directions/keep", {**SMILE, "with": []}, "with"),
        ("directions/keep", {**SMILE, "without": [{"seed": 1}]}, "without[0].index"),
        ("marks/keep", {**MARK, "png": "R0lGODlh"}, "png"),
        ("marks/keep", {**MARK, "seed": -1}, "seed"),
        ("marks/keep", {**MARK, "odd": 1}, "odd"),
        ("marks/forget", {"step": 4}, "seed"),
    ],
)
def test_wrong_values_are_named(server, place, what, body, field):
    problem = change(server, what, body).problem()
    assert problem["status"] == 422 and problem["errors"][0]["field"] == field
    assert not (place / "tiny" / "model.studio.json").exists()


def test_there_are_limits(server):
    for number in range(16):
        assert change(server, "directions/keep", {**SMILE, "name": str(number)}).status == 200
    assert "16 directions at most" in change(server, "directions/keep", SMILE).problem()["detail"]
    large = PNG[:-1] + "A" * 900_000
    answers = [change(server, "marks/keep", {**MARK, "index": i, "png": large}).status for i in range(5)]
    assert answers == [200, 200, 200, 200, 409]


def test_a_damaged_file_is_as_none(server, place):
    file = place / "tiny" / "model.studio.json"
    for text in ('{"marks": [{"png": 3}]}', "no JSON", '{"directions": 7}'):
        file.write_text(text)
        assert kept(server) == EMPTY and "model.studio.json" in server.log()
    file.unlink()
    file.symlink_to("/etc/passwd")
    assert kept(server) == EMPTY
    assert change(server, "directions/keep", SMILE).status == 200 and not file.is_symlink()
    assert json.loads(file.read_text())["directions"] == [SMILE]


def test_an_open_server_keeps_nothing(start, place):
    with start(place, "--open") as server:
        assert kept(server) == {**EMPTY, "keeps": False}
        assert change(server, "directions/keep", SMILE).problem()["status"] == 403
    assert not (place / "tiny" / "model.studio.json").exists()


def test_a_read_only_folder_says_so(runs):
    with read_only(runs) as (server, _):
        assert kept(server)["keeps"] is False
        assert "cannot be written" in change(server, "marks/keep", MARK).problem()["detail"]
