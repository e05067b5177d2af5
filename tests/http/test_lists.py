"""What a list of many runs asks for: thinned curves, thumbnails, answers that are packed and not sent twice; and data
of a folder."""

import gzip
import json
import shutil
import struct
import zlib

import pytest
from serving import SUPPORT, train


@pytest.fixture(scope="module")
def long(start, runs, tmp_path_factory):
    """A server of a run of 100,000 rows, one of them a peak."""
    place = tmp_path_factory.mktemp("long") / "runs"
    shutil.copytree(runs / "tiny", place / "long")
    rows = (f"{i},{i / 8},{i * 8},{i / 10},{99 if i == 77_777 else 1 + i % 7}," for i in range(1, 100_001))
    (place / "long" / "metrics.csv").write_text("step,epoch,images,seconds,loss_d,fid\n" + "\n".join(rows) + "\n")
    with start(place) as server:
        yield server


def png_size(body):
    assert body.startswith(b"\x89PNG")
    return struct.unpack(">II", body[16:24])


def test_documents_are_packed_and_not_sent_twice(long):
    for path in ("/api/v1/runs/long", "/api/v1/runs/long/metrics", "/api/v1/openapi.json"):
        plain = long.get(path)
        packed = long.get(path, **{"Accept-Encoding": "gzip, br"})
        assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body and len(packed.body) < 0.6 * len(plain.body), path
        assert packed.headers["etag"] == plain.headers["etag"] and packed.headers["vary"] == "Accept-Encoding"
        again = long.get(path, **{"If-None-Match": plain.headers["etag"]})
        assert again.status == 304 and again.body == b"" and again.headers["etag"] == plain.headers["etag"]
        assert packed.headers["cache-control"] == "private, no-cache"
    assert long.get("/healthz").headers["etag"]
    assert "etag" not in long.get("/api/v1/runs/none").headers


def test_curves_keep_their_peaks(long):
    answer = long.get("/api/v1/runs/long/curves?points=1000")
    curves = answer.json()
    assert (curves["first"], curves["rows"]) == (0, 100_000) and len(answer.body) < 100_000
    assert all(len(values) == 1000 for values in curves["columns"].values())
    steps = curves["columns"]["step"]
    assert steps == sorted(steps) and (steps[0], steps[-1]) == (1, 100_000)
    assert max(curves["columns"]["loss_d"]) == 99 and set(curves["columns"]["fid"]) == {None}
    some = long.get("/api/v1/runs/long/curves?points=10&columns=loss_d,none").json()["columns"]
    assert list(some) == ["loss_d"] and len(some["loss_d"]) == 10
    for query, field in (
        ("points=1", "points"),
        ("points=10001", "points"),
        ("points=x", "points"),
        ("columns=" + "a," * 70, "columns"),
    ):
        assert long.get(f"/api/v1/runs/long/curves?{query}").problem()["errors"][0]["field"] == field
    assert long.get("/api/v1/runs/none/curves").status == 404


def test_curves_of_many_runs_come_together(server):
    curves = server.get("/api/v1/curves?columns=loss_d,loss_g").json()["curves"]
    assert set(curves) == {"tiny", "classes"}
    assert set(curves["tiny"]["columns"]) == {"loss_d", "loss_g"} and curves["tiny"]["rows"] == 8
    assert curves["tiny"]["columns"]["loss_d"] == server.get("/api/v1/runs/tiny/metrics").json()["columns"]["loss_d"]
    assert set(server.get("/api/v1/curves?runs=tiny,none").json()["curves"]) == {"tiny"}


def test_a_thumbnail_has_whole_images_as_they_are(server, runs):
    answer = server.get("/api/v1/runs/tiny/thumbnail")
    assert answer.type == "image/png"
    width, height = png_size(answer.body)
    assert (width, height) == (52, 52), "three images of 16 pixels a row, two pixels between"
    assert server.get("/api/v1/runs/tiny/thumbnail", **{"If-None-Match": answer.headers["etag"]}).status == 304
    assert server.get("/api/v1/runs/none/thumbnail").status == 404


def test_a_thumbnail_is_without_the_names_of_classes(server, runs):
    sheet = png_size((runs / "classes" / "samples" / "step-000006.png").read_bytes())
    assert sheet == (56, 94), "three by three images of 16 x 16, and names above them"
    assert png_size(server.get("/api/v1/runs/classes/thumbnail").body) == (52, 52)


def test_a_thumbnail_of_what_is_no_image(start, runs, tmp_path):
    for name in ("none", "damaged"):
        shutil.copytree(runs / "tiny", tmp_path / "runs" / name)
    shutil.rmtree(tmp_path / "runs" / "none" / "samples")
    for file in (tmp_path / "runs" / "damaged" / "samples").iterdir():
        file.write_bytes(b"\x89PNG\r\n\x1a\n of nothing")
    with start(tmp_path / "runs") as server:
        assert "no sample" in server.get("/api/v1/runs/none/thumbnail").problem()["detail"]
        assert "cannot be read" in server.get("/api/v1/runs/damaged/thumbnail").problem()["detail"]


def write_png(path, value):
    rows = b"".join(
        b"\0" + bytes([value, 255 - value, (3 * value + x) % 256][i % 3] for x in range(16) for i in range(3))
        for _ in range(16)
    )
    chunk = (
        lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    )  # noqa: E731
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_nearest_images_of_a_folder(start, ganymede, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(16):
        write_png(photos / f"{i}.png", 15 * i)
    train(ganymede, SUPPORT / "tiny.toml", tmp_path / "runs" / "own", "--data", photos, "--set", 'data.name="folder"')
    with start(tmp_path / "runs") as server:
        asked = {"points": [{"seed": 1, "index": 0}], "count": 3}
        answer = server.post("/api/v1/models/own/nearest_images", asked)
        assert answer.status == 200, answer.body
        assert len({near["index"] for near in answer.json()["nearest"][0]}) == 3
        assert str(tmp_path) not in answer.body.decode()
        photos.rename(tmp_path / "elsewhere")
    with start(tmp_path / "runs") as server:
        assert (
            "not where the server looks" in server.post("/api/v1/models/own/nearest_images", asked).problem()["detail"]
        )
        assert json.loads(server.get("/healthz").body)
