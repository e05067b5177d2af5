"""A served model whose images are not square."""
import struct

import pytest
from serving import SUPPORT, train


@pytest.fixture(scope="module")
def wide(ganymede, start, tmp_path_factory):
    """A server of a run of 64 by 96 pixels."""
    runs = tmp_path_factory.mktemp("wide")
    train(ganymede, SUPPORT / "tiny_wide.toml", runs / "wide", "--precision", "f32")
    with start(runs) as server:
        yield server


def size(png):
    """Width and height of a PNG."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack_from(">II", png, 16)


def test_images_keep_height_and_width(wide):
    assert wide.get("/api/v1/models/wide").json()["image"] == {"width": 96, "height": 64, "channels": 3}
    assert size(wide.generate("wide", count=1, seed=5, format="png").body) == (96, 64)
    assert size(wide.generate("wide", count=4, seed=5, format="grid").body) == (2 * 98 + 2, 2 * 66 + 2)


def test_animations_and_neighbours(wide):
    points = [{"seed": 1, "index": index} for index in (0, 1)]
    frames = wide.post("/api/v1/models/wide/interpolate", {"points": points, "frames": 4, "format": "gif"}).body
    assert struct.unpack_from("<HH", frames, 6) == (96, 64)
    near = wide.post("/api/v1/models/wide/nearest_images", {"points": points[:1]})
    assert near.status == 200, near.body
