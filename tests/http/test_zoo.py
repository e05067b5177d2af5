"""The models that come with the program are served unasked, and generate."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "models").glob("*.safetensors"))


@pytest.fixture(scope="module")
def zoo(start):
    with start(ROOT / "models") as server:
        yield server


def test_all_are_listed(zoo):
    assert sorted(model["id"] for model in zoo.get("/api/v1/models").json()["models"]) == SHIPPED


@pytest.mark.parametrize("model", SHIPPED)
def test_each_draws(zoo, model):
    answer = zoo.generate(model, count=4)
    assert answer.status == 200 and answer.body.startswith(b"\x89PNG")
