"""POST generate, interpolate and arithmetic: what is generated, and that it never depends on what else is asked."""
import base64
import concurrent.futures
import io
import json
import struct
import zipfile

import pytest
from pngs import PNG, pixels, size
from serving import stdout_of

def sample(ganymede, model, *flags):
    stdout_of(ganymede, "--threads", 1, "sample", model, *flags)


@pytest.fixture(scope="module")
def exact(start, runs):
    """A server that computes as `sample` does."""
    with start(runs, "--precision", "f32") as server:
        yield server


@pytest.mark.parametrize("model", ["tiny", "classes"])
@pytest.mark.parametrize("untrained", [False, True])
def test_the_bytes_are_those_of_sample(ganymede, exact, runs, tmp_path, model, untrained):
    for count, seed in ((1, 0), (9, 4), (64, 7)):
        grid, folder = tmp_path / f"{count}.png", tmp_path / f"{count}"
        flags = ["-n", count, "--seed", seed, *(["--untrained"] if untrained else [])]
        sample(ganymede, runs / model, *flags, "-o", grid)
        sample(ganymede, runs / model, *flags, "-o", folder)
        answer = exact.generate(model, count=count, seed=seed, untrained=untrained, format="grid")
        assert answer.status == 200 and answer.type == "image/png" and answer.headers["x-ganymede-seed"] == str(seed)
        if model == "tiny":  # over columns of one class each the command writes the classes' names
            assert answer.body == grid.read_bytes()
        singles = [path.read_bytes() for path in sorted(folder.iterdir())]
        document = exact.generate(model, count=count, seed=seed, untrained=untrained, format="json").json()
        assert [base64.b64decode(image["png"]) for image in document["images"]] == singles
        packed = exact.generate(model, count=count, seed=seed, untrained=untrained, format="zip")
        assert packed.type == "application/zip"
        with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
            assert archive.testzip() is None
            assert {name: archive.read(name) for name in archive.namelist()} == {
                f"{i:04}.png": one for i, one in enumerate(singles)
            }


def test_png_is_the_image_itself_or_a_grid(server):
    one = server.generate(count=1, seed=5, format="png")
    assert size(one.body) == (16, 16)
    assert server.generate(count=1, seed=5).body == one.body, "png is what one gets unasked"
    assert server.generate(count=4, seed=5).body == server.generate(count=4, seed=5, format="grid").body


def test_seeds_have_one_limit_and_one_sentence(server):
    words = "a seed is a whole number from 0 to 9007199254740991 in decimal digits"
    assert server.generate(count=1, seed=9007199254740991).status == 200
    for seed in (9007199254740992, 9007199254740993, 18446744073709551615, -1, 1.5, "7", None):
        for asked in ({"count": 1, "seed": seed}, {"points": [{"seed": seed, "index": 0}]}):
            answer = server.generate(**asked)
            assert answer.status == 422 and words in answer.body.decode(), asked


def test_without_a_seed_every_answer_is_another_and_names_its_seed(server):
    first, second = (server.generate(count=2) for _ in range(2))
    assert first.body != second.body
    assert server.generate(count=2, seed=int(first.headers["x-ganymede-seed"])).body == first.body


def test_batching_never_shows(server):
    wanted = {(count, seed, untrained): server.generate(count=count, seed=seed, untrained=untrained).body
              for count in (1, 3, 16, 64) for seed in (1, 2) for untrained in (False, True)}
    asked = list(wanted) * 8
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda key: server.generate(count=key[0], seed=key[1], untrained=key[2]), asked))
    assert all(answer.status == 200 for answer in answers)
    assert all(answer.body == wanted[key] for key, answer in zip(asked, answers))
    text = server.get("/metrics").body.decode()
    batches = int(
        next(line for line in text.splitlines() if line.startswith("ganymede_batch_seconds_count")).split()[1]
    )
    requests = int(
        next(line for line in text.splitlines() if line.startswith("ganymede_batched_requests_total")).split()[1]
    )
    assert batches < requests, "some were generated together"


def test_replicas_never_show(start, runs):
    asked = [
        (model, count, seed, untrained)
        for model in ("tiny", "classes")
        for count in (1, 16, 64)
        for seed in (1, 2)
        for untrained in (False, True)
    ] * 4

    def bodies(*flags):
        with start(runs, *flags, threads=2) as server, concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(
                pool.map(lambda one: server.generate(one[0], count=one[1], seed=one[2], untrained=one[3]), asked)
            )
            assert all(answer.status == 200 for answer in answers)
            return [answer.body for answer in answers]

    assert bodies() == bodies("--replicas", "2") == bodies("--replicas", "5")


def test_classes(server):
    details = server.get("/api/v1/models/classes").json()
    names = details["classes"]
    assert len(names) > 1
    turn = server.generate("classes", count=len(names) + 1, seed=1, format="json").json()["images"]
    assert [image["class"] for image in turn] == [*names, names[0]]
    only = server.generate("classes", count=3, seed=1, format="json", **{"class": names[1]}).json()["images"]
    assert [image["class"] for image in only] == [names[1]] * 3
    assert only[1]["png"] == turn[1]["png"] and only[0]["png"] != turn[0]["png"]
    assert server.generate("classes", count=1, **{"class": "unicorn"}).problem()["errors"][0]["field"] == "class"
    assert server.generate("tiny", count=1, **{"class": names[0]}).problem()["errors"][0]["field"] == "class"


def test_the_noise_itself(server):
    generated = server.generate(count=3, seed=8, format="json", vectors=True).json()["images"]
    latents = [image["z"] for image in generated]
    assert len(latents[0]) == server.get("/api/v1/models/tiny").json()["latent"]["size"]
    again = server.generate(z=latents, format="json").json()
    assert [pixels(image) for image in again["images"]] == [pixels(image) for image in generated]
    assert "seed" not in again


def test_directions_are_added_to_points(server):
    ask = {"with": [{"seed": 1, "index": 0}], "without": [{"seed": 1, "index": 1}], "apply": [{"seed": 2, "index": 3}]}
    found = server.post("/api/v1/models/tiny/direction", {**ask, "strength": 2, "frames": 3, "vectors": True}).json()
    moved = server.generate(
        points=ask["apply"] * 2, directions=[found["direction"]] * 2, strengths=[3, -1], format="json", vectors=True
    ).json()
    assert "seed" not in moved and moved["images"][0] == {**moved["images"][1], "index": 0}
    assert max(abs(a - b) for a, b in zip(moved["images"][0]["z"], found["images"][2]["z"])) < 1e-5


def test_truncation(server):
    generated = server.generate(count=64, seed=3, truncation=0.5, vectors=True, format="json").json()["images"]
    values = [value for image in generated for value in image["z"]]
    free = server.generate(count=64, seed=3, vectors=True, format="json").json()["images"]
    plain = [value for image in free for value in image["z"]]
    assert max(map(abs, values)) <= 0.5 < max(map(abs, plain))
    assert max(map(abs, values)) > 0.45, "the whole range is used"
    assert sorted(range(len(plain)), key=plain.__getitem__) == sorted(
        range(len(values)), key=values.__getitem__
    ), "order stays"
    wide = server.generate(count=64, seed=3, truncation=10, vectors=True, format="json").json()["images"]
    assert max(abs(a - b) for a, b in zip(plain, (value for image in wide for value in image["z"]))) < 1e-5


@pytest.mark.parametrize(
    "fields, field",
    [
        ({}, "count"),
        ({"count": 0}, "count"),
        ({"count": 65}, "count"),
        ({"count": -1}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": "abc"}, "count"),
        ({"count": "4"}, "count"),
        ({"count": True}, "count"),
        ({"count": []}, "count"),
        ({"count": 1e300}, "count"),
        ({"count": 2**64}, "count"),
        ({"count": 1, "seed": -1}, "seed"),
        ({"count": 1, "seed": 2**60}, "seed"),
        ({"count": 1, "seed": 0.5}, "seed"),
        ({"count": 1, "untrained": "yes"}, "untrained"),
        ({"count": 1, "format": "gif"}, "format"),
        ({"count": 1, "truncation": 0}, "truncation"),
        ({"count": 1, "truncation": "x"}, "truncation"),
        ({"count": 1, "cuont": 1}, "cuont"),
        ({"z": []}, "z"),
        ({"z": [[1, 2]]}, "z"),
        ({"z": [["a"] * 8]}, "z"),
        ({"z": [[1e300] * 8]}, "z"),
        ({"z": "x"}, "z"),
        ({"z": [[0] * 8], "count": 2}, "count"),
        ({"z": [[0] * 8], "seed": 1}, "seed"),
        ({"count": 1, "directions": [[1, 2]]}, "directions"),
        ({"count": 1, "directions": [[0] * 8] * 17}, "directions"),
        ({"count": 1, "directions": [[0] * 8], "strengths": [1, 2]}, "strengths"),
        ({"count": 1, "strengths": [1]}, "strengths"),
    ],
)
def test_wrong_fields_are_named(server, fields, field):
    answer = server.generate(**fields)
    problem = answer.problem()
    assert answer.status == 422 and problem["errors"][0]["field"] == field, problem
    assert problem["detail"].startswith(field)


def test_a_mistyped_field_gets_the_nearest_name(server):
    assert "'count'" in server.generate(count=1, cuont=1).problem()["detail"]


def test_whole_numbers_may_be_written_as_fractions(server):
    assert (
        server.request(
            "POST", "/api/v1/models/tiny/generate", '{"count": 2.0, "seed": 1e1}', {"Content-Type": "application/json"}
        ).status
        == 200
    )


def test_interpolate(server):
    points = [{"seed": 1, "index": 0}, {"seed": 1, "index": 3}, {"seed": 2, "index": 5}]
    answer = server.post(
        "/api/v1/models/tiny/interpolate", {"points": points, "frames": 5, "interpolation": "linear", "vectors": True}
    ).json()
    images = answer["images"]
    ends = server.generate(count=4, seed=1, format="json", vectors=True).json()["images"]
    last = server.generate(count=6, seed=2, format="json").json()["images"][5]
    assert [pixels(images[i]) for i in (0, 2, 4)] == [pixels(one) for one in (ends[0], ends[3], last)]
    middle = [(a + b) / 2 for a, b in zip(ends[0]["z"], ends[3]["z"])]
    assert max(abs(a - b) for a, b in zip(images[1]["z"], middle)) < 1e-5
    curved = server.post(
        "/api/v1/models/tiny/interpolate", {"points": points[:2], "frames": 3, "vectors": True}
    ).json()["images"][1]["z"]
    length = lambda z: sum(value * value for value in z) ** 0.5  # noqa: E731
    assert min(map(length, (ends[0]["z"], ends[3]["z"]))) - 1e-4 <= length(curved) + 0.5 and curved != middle
    strip = server.post("/api/v1/models/tiny/interpolate", {"points": points, "frames": 5, "format": "grid"})
    assert size(strip.body)[0] > 4 * size(strip.body)[1], "one row"


def test_a_way_as_an_animation(server):
    ask = {"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 3}], "frames": 5, "milliseconds": 200}
    files = {name: server.post("/api/v1/models/tiny/interpolate", {**ask, "format": name}) for name in ("gif", "apng")}
    assert [answer.headers["content-type"] for answer in files.values()] == ["image/gif", "image/apng"]
    assert (
        files["gif"].body[:6] == b"GIF89a" and files["gif"].body.count(b"\x21\xf9\x04") == 5
    ), "a control block a frame"
    assert files["apng"].body[:8] == b"\x89PNG\r\n\x1a\n" and files["apng"].body.count(b"fcTL") == 5
    assert size(files["apng"].body) == (128, 128), "enlarged by whole pixels"


def test_interpolates_between_classes(server):
    first, second = server.get("/api/v1/models/classes").json()["classes"][:2]
    ask = {"points": [{"seed": 1, "index": 0}] * 2, "frames": 5}
    between = server.post("/api/v1/models/classes/interpolate", {**ask, "class": second, "to_class": first}).json()[
        "images"
    ]
    ends = [
        server.post("/api/v1/models/classes/interpolate", {**ask, "class": name}).json()["images"][0]
        for name in (second, first)
    ]
    assert [between[0]["png"], between[4]["png"]] == [end["png"] for end in ends] and between[2]["png"] != ends[0][
        "png"
    ]
    assert [image["class"] for image in (between[0], between[4])] == [second, first]


def test_arithmetic(server):
    groups = {
        "a": [{"seed": 1, "index": i} for i in range(3)],
        "b": [{"seed": 2, "index": 0}],
        "c": [{"seed": 3, "index": 1}, {"seed": 3, "index": 2}],
    }
    answer = server.post("/api/v1/models/tiny/arithmetic", {**groups, "vectors": True}).json()
    generated = {
        seed: [
            image["z"] for image in server.generate(count=3, seed=seed, format="json", vectors=True).json()["images"]
        ]
        for seed in (1, 2, 3)
    }
    mean = lambda rows: [sum(column) / len(rows) for column in zip(*rows)]  # noqa: E731
    a, b, c = mean(generated[1]), generated[2][0], mean(generated[3][1:])
    result = answer["images"][4]["z"]
    assert max(abs(x - (i - j + k)) for x, i, j, k in zip(result, a, b, c)) < 1e-5
    assert max(abs(x - y) for x, y in zip(answer["mean_a"]["z"], a)) < 1e-5
    for perturbed in (answer["images"][i]["z"] for i in (0, 1, 2, 3, 5, 6, 7, 8)):
        assert 0 < max(abs(x - y) for x, y in zip(perturbed, result)) <= 0.25 + 1e-6
    alone = server.post("/api/v1/models/tiny/arithmetic", {**groups, "radius": 0}).json()["images"]
    assert len({image["png"] for image in alone}) == 1
    assert size(server.post("/api/v1/models/tiny/arithmetic", {**groups, "format": "grid"}).body) == (56, 56)


def test_nearest_images(server):
    ask = {"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 1}], "count": 3}
    answer = server.post("/api/v1/models/tiny/nearest_images", ask).json()
    assert answer["data"] == "shapes" and len(answer["nearest"]) == 2
    for nearest in answer["nearest"]:
        distances = [one["distance"] for one in nearest]
        assert len(nearest) == 3 and distances == sorted(distances) and distances[0] > 0
        assert all(one["class"] and size(base64.b64decode(one["png"])) == (16, 16) for one in nearest)
    assert server.post("/api/v1/models/tiny/nearest_images", ask).json() == answer
    untrained = server.post("/api/v1/models/tiny/nearest_images", {**ask, "untrained": True}).json()
    assert untrained["nearest"][0][0]["distance"] != answer["nearest"][0][0]["distance"]


def pngs(answer):
    assert answer.status == 200, answer.body
    return [image["png"] for image in answer.json()["images"]]


def test_points_are_generated_as_their_seed_draws_them(server):
    first = pngs(server.generate("classes", count=5, seed=6, format="json"))
    points = [{"seed": 6, "index": 4}, {"seed": 6, "index": 0}, {"seed": 6, "index": 4, "network": "untrained"}]
    generated = server.generate("classes", points=points, format="json")
    before = pngs(server.generate("classes", count=5, seed=6, untrained=True, format="json"))
    assert pngs(generated) == [first[4], first[0], before[4]] and "seed" not in generated.json()
    names = server.get("/api/v1/models/classes").json()["classes"]
    of_class = server.generate(
        "classes", points=[{"seed": 6, "index": 4, "class": name, "truncation": 0.5} for name in names], format="json"
    )
    assert [image["class"] for image in of_class.json()["images"]] == names
    assert (
        pngs(of_class)[1]
        == pngs(server.generate("classes", count=5, seed=6, truncation=0.5, format="json", **{"class": names[1]}))[4]
    )


def test_the_best_come_first(exact):
    best = exact.generate(count=20, seed=3, best=4, format="json").json()["images"]
    everything = pngs(exact.generate(count=20, seed=3, format="json"))
    assert [image["png"] for image in best] == [everything[image["index"]] for image in best] and len(best) == 4


def test_a_direction(exact):
    seed = lambda *indices: [{"seed": 2, "index": i} for i in indices]  # noqa: E731
    answer = exact.post(
        "/api/v1/models/tiny/direction",
        {"with": seed(4, 5), "without": seed(6), "apply": seed(0, 1), "strength": 2, "frames": 3, "vectors": True},
    ).json()
    z = [image["z"] for image in exact.generate(count=7, seed=2, format="json", vectors=True).json()["images"]]
    along = [(one + other) / 2 - without for one, other, without in zip(z[4], z[5], z[6])]
    assert max(abs(a - b) for a, b in zip(answer["direction"], along)) < 1e-6 and answer["frames"] == 3
    rows = [
        [value + 2 * (2 * step / 2 - 1) * by for value, by in zip(z[row], along)]
        for row in range(2)
        for step in range(3)
    ]
    assert [image["png"] for image in answer["images"]] == pngs(exact.generate(z=rows, format="json"))


def test_a_blend(exact):
    corners = [{"seed": 2, "index": i} for i in range(4)]
    z = [image["z"] for image in exact.generate(count=4, seed=2, format="json", vectors=True).json()["images"]]
    blend = lambda **fields: exact.post(
        "/api/v1/models/tiny/blend", {"points": corners, "vectors": True, **fields}
    )  # noqa: E731
    x, y = 0.3, 0.9
    shares = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]
    length = sum(share * share for share in shares) ** 0.5
    wanted = [sum(share * one[i] for share, one in zip(shares, z)) / length for i in range(len(z[0]))]
    for answer in (blend(x=x, y=y), blend(weights=[shares])):
        assert max(abs(a - b) for a, b in zip(answer.json()["images"][0]["z"], wanted)) < 1e-5
    assert blend(x=1, y=0).json()["images"][0]["z"] == z[1]


def test_a_walk_is_that_of_the_command(exact, ganymede, runs, tmp_path):
    sample_flags = ["--stops", 3, "--frames", 6, "--seed", 5, "--json", "-o", tmp_path / "walk.png"]
    said = stdout_of(ganymede, "--threads", 1, "explore", "walk", runs / "tiny", *sample_flags)
    answer = exact.post("/api/v1/models/tiny/walk", {"stops": 3, "frames": 6, "seed": 5, "vectors": True}).json()
    assert [image["z"] for image in answer["images"]] == json.loads(said)["latents"]


def test_a_walk_has_as_many_images_as_a_request_may_make(server):
    answers = [
        server.post("/api/v1/models/tiny/walk", {**ask, "format": "json", "seed": 1}).json()
        for ask in ({}, {"frames": 64})
    ]
    assert len(answers[0]["images"]) == 64 and answers[0]["images"] == answers[1]["images"]


def test_nearest_images_are_those_of_the_old_name(server):
    ask = {"points": [{"seed": 1, "index": 0}], "count": 2}
    new, old = (server.post(f"/api/v1/models/tiny/{name}", ask).json() for name in ("nearest_images", "neighbours"))
    assert new["nearest"] == old["neighbours"] and "neighbours" not in new


def test_the_answer_says_which_network_it_was(server):
    for network, said in (("untrained", True), ("trained", False)):
        for ask in (
            {"points": [{"seed": 1, "index": 0, "network": network}]},
            {"points": [{"seed": 1, "index": 0}], "network": network},
        ):
            assert server.post("/api/v1/models/tiny/generate", {**ask, "format": "json"}).json()["untrained"] is said
    both = server.post("/api/v1/models/tiny/generate", {"count": 1, "network": "trained", "untrained": True}).problem()
    assert both["errors"][0]["field"] == "untrained" and "give one" in both["detail"]


@pytest.mark.parametrize(
    "verb, fields, field",
    [
        ("generate", {"points": [{"seed": 1, "index": 0}], "count": 2}, "count"),
        ("generate", {"points": [{"seed": 1, "index": 0, "network": "x"}]}, "points[0].network"),
        ("generate", {"points": [{"seed": 1, "index": 0, "class": "x"}]}, "points[0].class"),
        ("generate", {"points": [{"seed": 1, "index": 0}] * 65}, "points"),
        ("direction", {"with": [{"seed": 1, "index": 0}]}, "without"),
        ("blend", {"points": [{"seed": 1, "index": 0}] * 2}, "weights"),
        ("blend", {"points": [{"seed": 1, "index": 0}] * 2, "x": 0, "y": 0}, "points"),
        ("blend", {"points": [{"seed": 1, "index": 0}] * 4, "x": 0}, "y"),
        ("blend", {"points": [{"seed": 1, "index": 0}] * 2, "weights": [[1]]}, "weights"),
        ("walk", {"frames": 65}, "frames"),
        ("nearest_images", {"points": [{"seed": 1, "index": 0}], "data": "/etc"}, "data"),
        (
            "interpolate",
            {"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 1, "network": "untrained"}]},
            "points[1].network",
        ),
        (
            "direction",
            {
                "with": [{"seed": 1, "index": 0}],
                "without": [{"seed": 1, "index": 1}],
                "apply": [{"seed": 1, "index": 2}] * 5,
                "frames": 16,
            },
            "frames",
        ),
        ("nearest_images", {"points": []}, "points"),
        ("nearest_images", {"points": [{"seed": 1, "index": 0}], "count": 21}, "count"),
        ("nearest_images", {"points": [{"seed": 1, "index": 0}], "format": "png"}, "format"),
        ("interpolate", {}, "points"),
        ("interpolate", {"points": [{"seed": 1, "index": 0}]}, "points"),
        ("interpolate", {"points": [1, 2]}, "points[0]"),
        ("interpolate", {"points": [{"seed": 1}, {}]}, "points[0].index"),
        ("interpolate", {"points": [{"z": [1]}, {"seed": 1, "index": 1}]}, "points[0].z"),
        ("interpolate", {"points": [{"seed": 1, "index": 1, "x": 1}, {"seed": 1, "index": 1}]}, "points[0].x"),
        ("interpolate", {"points": [{"seed": 1, "index": 0}] * 2, "frames": 65}, "frames"),
        ("interpolate", {"points": [{"seed": 1, "index": 0}] * 2, "way": "curly"}, "way"),
        ("interpolate", {"points": [{"seed": 1, "index": 0}] * 2, "format": "gif", "milliseconds": 5}, "milliseconds"),
        ("interpolate", {"points": [{"seed": 1, "index": 0}] * 2, "to_class": "heart"}, "to_class"),
        ("arithmetic", {"a": [{"seed": 1, "index": 0}], "b": []}, "b"),
    ],
)
def test_wrong_points_are_named(server, verb, fields, field):
    answer = server.post(f"/api/v1/models/tiny/{verb}", fields)
    assert answer.status == 422
    found = answer.problem()["errors"][0]["field"]
    assert found == field or found.startswith(field), found
