"""A served model of 4 channels of 16 bits: what a browser shows of it, and how all of it is had."""
import io
import pathlib
import sys
import zipfile

import pytest
from serving import SUPPORT, train

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from deep import images, read_npy  # noqa: E402


@pytest.fixture(scope="module")
def deep(ganymede, start, tmp_path_factory):
    runs, data = tmp_path_factory.mktemp("deep"), tmp_path_factory.mktemp("data") / "data.npy"
    data.write_bytes(images(32, 16, 16, 4))
    train(ganymede, SUPPORT / "tiny_deep.toml", runs / "deep", "--data", data, "--precision", "f32")
    with start(runs) as server:
        yield server


def test_what_is_shown_and_what_is_all(deep):
    about = deep.get("/api/v1/models/deep").json()
    assert (
        about["image"] == {"width": 16, "height": 16, "channels": 4}
        and about["bits"] == 16
        and about["conditions"] == []
    )
    assert [one["bits"] for one in deep.get("/api/v1/models").json()["models"]] == [16]
    for format in ("png", "grid"):
        png = deep.generate("deep", count=1, seed=5, format=format).body
        assert png.startswith(b"\x89PNG") and (png[24], png[25]) == (8, 2)
    packed = deep.generate("deep", count=2, seed=5, format="zip")
    with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
        assert archive.namelist() == ["0000.npy", "0001.npy"]
        assert read_npy(archive.read("0000.npy"))[0] == (16, 16, 4)
    assert deep.generate("deep", count=1, seed=5, format="json").json()["images"][0]["png"]
