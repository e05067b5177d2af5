"""The operations that take images from clients: project and translate."""

import base64
import concurrent.futures as futures
import io
import time
import zipfile

import pytest
from pngs import one_colour, pixels, size

DOT = one_colour(2, 2, (9,))


@pytest.fixture(scope="module")
def exact(start, runs):
    """A server that generates in the arithmetic of the search."""
    with start(runs, "--precision", "f32") as server:
        yield server


def size_of(image):
    return size(base64.b64decode(image["png"]))


def is_grey(image):
    return base64.b64decode(image["png"])[25] == 0


def test_an_image_is_projected_to_a_point_that_makes_it(exact):
    server = exact
    images = [one["png"] for one in server.generate(count=2, seed=5, format="json").json()["images"]]
    ask = {"images": images, "steps": 150, "vectors": True}
    answer = server.post("/api/v1/models/tiny/project", ask).json()
    assert [pixels(one) for one in answer["given"]] == [pixels({"png": one}) for one in images], "of that size already"
    assert max(answer["errors"]) < 0.02, answer["errors"]
    again = server.generate(z=[one["z"] for one in answer["images"]], format="json").json()["images"]
    assert [pixels(one) for one in again] == [pixels(one) for one in answer["images"]]
    assert server.post("/api/v1/models/tiny/project", ask).json() == answer, "the same seed finds the same"


def test_a_class_is_projected_into(server):
    names = server.get("/api/v1/models/classes").json()["classes"]
    ask = {"images": [one_colour(40, 30, (200, 30, 30))], "steps": 5, "class": names[1]}
    answer = server.post("/api/v1/models/classes/project", ask).json()
    assert answer["images"][0]["class"] == names[1] and size_of(answer["given"][0]) == (16, 16)


def test_images_are_translated(translating, server):
    (listed,) = translating.get("/api/v1/models").json()["models"]
    assert listed["translates"] == {"width": 16, "height": 16, "channels": 3} and listed["image"]["channels"] == 1
    assert all(one["translates"] is None for one in server.get("/api/v1/models").json()["models"])
    given = [one_colour(16, 16, (255, 0, 0)), one_colour(60, 20, (128,))]
    answer = translating.post("/api/v1/models/grey/translate", {"images": given}).json()
    assert [size_of(one) for one in answer["images"] + answer["given"]] == [(16, 16)] * 4
    assert [is_grey(one) for one in answer["images"] + answer["given"]] == [True, True, False, False]
    assert pixels(answer["given"][0]) != pixels(answer["given"][1])
    files = translating.post("/api/v1/models/grey/translate", {"images": given, "format": "zip"}).body
    with zipfile.ZipFile(io.BytesIO(files)) as archive:
        assert len(archive.namelist()) == 2


@pytest.mark.parametrize(
    "fields, field",
    [
        ({}, "images"),
        ({"images": []}, "images"),
        ({"images": ["/etc/passwd"]}, "images[0]"),
        ({"images": ["!!!!"]}, "images[0]"),
        ({"images": ["Zg==\n"]}, "images[0]"),
        ({"images": ["Zm9v"]}, "images[0]"),
        ({"images": ["Zg=v"]}, "images[0]"),
        ({"images": [DOT, "abc"]}, "images[1]"),
        ({"images": [one_colour(4000, 1100, (0,))]}, "images[0]"),
        ({"images": [DOT] * 17}, "images"),
        ({"images": [DOT], "steps": 1001}, "steps"),
    ],
)
def test_what_is_no_image_is_named(server, fields, field):
    answer = server.post("/api/v1/models/tiny/project", fields)
    problem = answer.problem()
    assert answer.status == 422 and problem["errors"][0]["field"] == field, problem


def test_a_model_does_only_what_it_can(server, translating):
    ask = {"images": [DOT]}
    assert server.post("/api/v1/models/tiny/translate", ask).status == 422
    for operation, asked in (("project", ask), ("generate", {"count": 1}), ("walk", {})):
        answer = translating.post(f"/api/v1/models/grey/{operation}", asked)
        detail = answer.problem()["detail"]
        assert answer.status == 422 and "translates" in detail and "/" not in detail, detail
    assert server.post("/api/v1/models/nobody/project", ask).status == 404


def test_generation_goes_on_beside_a_search(server):
    with futures.ThreadPoolExecutor() as pool:
        ask = {"images": [DOT], "steps": 1000}
        slow = pool.submit(server.post, "/api/v1/models/tiny/project", ask)
        begin = time.monotonic()
        server.generate(count=1, seed=1)
        quick = time.monotonic() - begin
        assert slow.result().status == 200 and quick < 5


def test_a_server_that_ends_waits_for_no_search(start, runs):
    with start(runs) as server:
        ask = {"images": [DOT] * 16, "steps": 1000}
        with futures.ThreadPoolExecutor() as pool:
            slow = [pool.submit(server.post, "/api/v1/models/tiny/project", ask) for _ in range(4)]
            time.sleep(0.5)
            begin = time.monotonic()
            server.process.terminate()
            assert server.process.wait(timeout=20) == 0 and time.monotonic() - begin < 10
            answers = [one.result() for one in slow]
    assert {answer.status for answer in answers} <= {200, 503} and answers[-1].status == 503
