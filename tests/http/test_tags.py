"""A served model that is conditioned on several labels and a number."""
import pathlib
import sys

import pytest
from serving import SUPPORT, train

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from test_conditions import made_images  # noqa: E402


@pytest.fixture(scope="module")
def served(ganymede, start, tmp_path_factory):
    runs, images = tmp_path_factory.mktemp("runs"), made_images(tmp_path_factory.mktemp("images"))
    train(ganymede, SUPPORT / "tiny_conditions.toml", runs / "tags", "--data", images, "--precision", "f32")
    with start(runs) as server:
        yield server


def test_a_model_says_what_it_is_conditioned_on(served):
    (about,) = served.get("/api/v1/models").json()["models"]
    assert about["classes"] == [] and about["bits"] == 8
    assert about["conditions"] == [
        {"name": "red", "low": 0, "high": 1},
        {"name": "wide", "low": 0, "high": 1},
        {"name": "age", "low": 20, "high": 51},
    ]


def test_values_are_given_as_a_class(served):
    images = served.generate("tags", count=3, seed=5, format="json").json()["images"]
    assert [one["class"] for one in images] == ["red=0,wide=0,age=20", "red=1,wide=0,age=21", "red=0,wide=1,age=22"]
    aged = served.generate("tags", count=1, seed=5, format="json", **{"class": "age=40"}).json()["images"][0]
    assert aged["class"] == "red=0,wide=0,age=40" and aged["png"] != images[0]["png"]
    wrong = served.generate("tags", count=1, seed=5, **{"class": "years=40"})
    assert wrong.status == 422 and "unknown condition" in wrong.body.decode()
