"""`ganymede explore`: interpolation, arithmetic, directions and projection, each as a sheet and, with --json, as
vectors."""

import json
import struct

import pytest
from test_sample import pixels
from training import shared_model, trained


@pytest.fixture
def explore(ganymede, tmp_path):
    """Runs `explore KIND` on the shared model into tmp_path / name; returns the file and the JSON document."""
    model = shared_model(ganymede)

    def run(kind, name, *flags):
        result = ganymede("explore", kind, model, *flags, "-o", tmp_path / name, "--json")
        assert result.returncode == 0, result.stderr
        document = json.loads(result.stdout)
        assert document["file"] == str(tmp_path / name)
        return tmp_path / name, document

    return run


def test_interpolate(ganymede, explore, tmp_path):
    strip, document = explore(
        "interpolate", "strip.png", "--points", "3:0,3:4", "--frames", 5, "--interpolation", "linear"
    )
    z = document["latents"]
    assert len(z) == 5 and all(abs(a + b - 2 * m) < 1e-5 for a, b, m in zip(z[0], z[4], z[2]))
    sample = tmp_path / "sample"
    ganymede("sample", shared_model(ganymede), "-n", 5, "--seed", 3, "-o", sample)
    width, _, rows = pixels(strip)
    assert width == 5 * 130 + 2, "as large as the frames of an animation"
    for place, index in ((0, 0), (4, 4)):
        left = 2 + place * 130
        shown = [b"".join(row[3 * x:3 * x + 3] for x in range(left, left + 128, 8)) for row in rows[2:130:8]]
        assert shown == [bytes(row) for row in pixels(sample / f"{index:04}.png")[2]]
    assert (
        explore("interpolate", "again.png", "--points", "0,4", "--seed", 3, "--frames", 5, "--interpolation", "linear")[
            1
        ]["latents"]
        == z
    )


@pytest.mark.parametrize("ending, signature", [("gif", b"GIF89a"), ("apng", b"\x89PNG\r\n\x1a\n")])
def test_walk(explore, ending, signature):
    file, document = explore("walk", f"walk.{ending}", "--stops", 3, "--frames", 12, "--seed", 5)
    content = file.read_bytes()
    assert content.startswith(signature) and len(document["latents"]) == 12
    assert content.count(b"fcTL" if ending == "apng" else b"\x21\xf9\x04") == 12
    assert struct.unpack("<HH" if ending == "gif" else ">II", content[6:10] if ending == "gif" else content[16:24]) == (
        128,
        128,
    )
    assert explore("walk", f"again.{ending}", "--stops", 3, "--frames", 12, "--seed", 5)[0].read_bytes() == content


def test_arithmetic(explore):
    file, document = explore(
        "arithmetic", "sheet.png", "--a", "1:0,1:1,1:2", "--b", "2:0", "--c", "3:0,3:1", "--radius", 0.1
    )
    mean = lambda rows: [sum(column) / len(rows) for column in zip(*rows)]  # noqa: E731
    a, b, c = (mean(document[name]) for name in "abc")
    assert max(abs(r - (x - y + w)) for r, x, y, w in zip(document["result"], a, b, c)) < 1e-5
    assert len(document["perturbations"]) == 9 and document["perturbations"][4] == document["result"]
    assert max(abs(x - y) for row in document["perturbations"] for x, y in zip(row, document["result"])) <= 0.1 + 1e-6
    assert pixels(file)[0] > 4 * 64


def test_operands_of_an_arithmetic_have_names(ganymede, tmp_path):
    def sheet(*flags):
        return ganymede(
            "explore",
            "arithmetic",
            shared_model(ganymede),
            "--a",
            "1:0,1:1",
            "--b",
            "2:0",
            "--c",
            "3:0",
            *flags,
            "-o",
            tmp_path / "sheet.png",
        )

    assert sheet().stdout.startswith("A \u2212 B + C in ")
    named = sheet("--labels", "smiling woman,woman,man")
    assert named.returncode == 0 and named.stdout.startswith("smiling woman \u2212 woman + man in "), named.stderr
    wrong = sheet("--labels", "one,two")
    assert wrong.returncode == 2 and "2 names for three operands" in wrong.stderr and "--labels" in wrong.stderr


def test_direction(explore):
    _, document = explore("direction", "sheet.png", "--with", "0,1", "--without", "2,3", "--apply", "4,5")
    _, groups = explore("interpolate", "ends.png", "--points", "0,1,2,3", "--frames", 4, "--interpolation", "linear")
    z = groups["latents"]
    assert max(abs(d - (p + q - r - s) / 2) for d, p, q, r, s in zip(document["direction"], *z)) < 1e-5
    assert len(document["latents"]) == 2


def test_project(ganymede, explore, tmp_path):
    ganymede("sample", shared_model(ganymede), "-n", 2, "--seed", 8, "-o", tmp_path / "given")
    files = sorted((tmp_path / "given").iterdir())
    _, few = explore("project", "few.png", *files, "--steps", 2)
    _, many = explore("project", "many.png", *files, "--steps", 150)
    assert len(many["errors"]) == 2 and all(after < before for before, after in zip(few["errors"], many["errors"]))
    assert max(many["errors"]) < 0.02


def test_nearest(explore):
    file, document = explore("nearest", "sheet.png", "--points", "4:0,4:1,4:2", "-k", 3)
    assert document["data"] == "shapes" and len(document["nearest"]) == 3
    for nearest in document["nearest"]:
        distances = [one["distance"] for one in nearest]
        assert len(nearest) == 3 and distances == sorted(distances) and distances[0] > 0
        assert len({one["index"] for one in nearest}) == 3 and all(one["class"] for one in nearest)
    assert pixels(file)[0] > 4 * 64
    _, one = explore("nearest", "one.png", "--points", "4:1", "-k", 1)
    assert one["nearest"] == [[document["nearest"][1][0]]]


def test_exemplars_make_the_groups_of_arithmetic(ganymede, tmp_path):
    model = trained(ganymede, tmp_path / "run", "--set", "data.count=200", "--steps", 2)
    cache = {"XDG_CACHE_HOME": str(tmp_path)}

    def explore(kind, *flags):
        result = ganymede(
            "--threads", 1, "explore", kind, model, "-o", tmp_path / "sheet.png", "--json", *flags, env=cache
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    found = explore("exemplars", "-k", 2, "--among", 30, "--seed", 4)
    assert len(found["classes"]) == 10 and abs(sum(row["share"] for row in found["classes"]) - 1) < 1e-9
    for row in found["classes"]:
        assert len(row["points"]) == 2 and row["probability"] == sorted(row["probability"], reverse=True)
        assert all(point.startswith("4:") and 0 <= int(point[2:]) < 30 for point in row["points"])
    assert [file for file in tmp_path.rglob("classifiers/*.safetensors")], "it is kept"
    assert explore("exemplars", "-k", 2, "--among", 30, "--seed", 4) == found
    assert pixels(tmp_path / "sheet.png")[1] > 10 * 16

    names = [row["class"] for row in found["classes"]]
    first, second = (",".join(row["points"]) for row in found["classes"][:2])
    classified = explore("arithmetic", "--a", first, "--b", second, "--c", second, "--radius", 0, "--classify")[
        "classified"
    ]
    assert classified["perturbations"] == [classified["result"]] * 9 and classified["result"] in names
    surest = max(found["classes"], key=lambda row: row["probability"][0])
    point = surest["points"][0]
    assert (
        explore("arithmetic", "--a", point, "--b", first, "--c", first, "--radius", 0, "--classify")["classified"][
            "result"
        ]
        == surest["class"]
    )


def test_the_data_is_where_the_run_had_it(ganymede, tmp_path):
    """A model file has no paths: the folder of its run knows where the images are, whoever asks."""
    for shape in ("circle", "cross"):
        files = tmp_path / "ph" / shape
        for seed in range(4):
            result = ganymede(
                "sample", shared_model(ganymede), "-n", 8, "--seed", f"{len(shape)}{seed}", "-o", files / f"{seed}"
            )
            assert result.returncode == 0, result.stderr
    run = trained(ganymede, tmp_path / "run", "--data", tmp_path / "ph", "--set", 'data.name="folder"', "--steps", 2)
    for kind, flags in (("nearest", ["--points", "0", "-k", 1]), ("exemplars", ["--among", 4, "-k", 1]),
                        ("arithmetic", ["--a", 0, "--b", 1, "--c", 2, "--classify"])):
        result = ganymede(
            "--threads",
            1,
            "explore",
            kind,
            run,
            *flags,
            "-o",
            tmp_path / "sheet.png",
            env={"XDG_CACHE_HOME": str(tmp_path)},
        )
        assert result.returncode == 0, result.stderr


def test_truncation(explore):
    _, document = explore("walk", "walk.png", "--stops", 8, "--frames", 8, "--truncation", 0.3)
    assert max(abs(value) for row in document["latents"] for value in row) <= 0.3


@pytest.mark.parametrize(
    "kind, flags, words",
    [
        ("interpolate", ["--points", "a,b"], ["--points", "7:0"]),
        ("interpolate", ["--points", "1"], ["two"]),
        ("interpolate", ["--points", "010:1,7:2"],
         ["--points: '010' is no seed: a seed is a whole number from 0 to 9007199254740991 in decimal digits"]),
        ("interpolate", ["--points", "9007199254740992:1,7:2"], ["--points: '9007199254740992' is no seed: a seed is"]),
        ("interpolate", ["--points", "-1:1,7:2"], ["--points: '-1' is no seed: a seed is"]),
        ("interpolate", ["--points", ""], ["--points"]),
        ("walk", ["--frames", "1"], ["--frames"]),
        ("walk", ["--class", "cat"], ["no classes"]),
        ("arithmetic", ["--a", "1", "--b", "2"], ["--c"]),
        ("interpolate", ["--to-class", "cat"], ["no classes", "--to-class"]),
        ("exemplars", ["--among", "0"], ["--among"]),
        ("nearest", ["-k", "0"], ["--count"]),
        ("nearest", ["--features", "none.pt"], ["none.pt"]),
        ("project", ["none.png"], ["none.png"]),
    ],
)
def test_wrong_usage_is_one_line(ganymede, tmp_path, kind, flags, words):
    result = ganymede("explore", kind, shared_model(ganymede), *flags, "-o", tmp_path / "out.png")
    assert result.returncode in (1, 2) and result.stderr.count("error: ") == 1, result.stderr
    assert all(word in result.stderr for word in words), result.stderr


def test_endings_are_checked(ganymede, tmp_path):
    for kind, name in (("interpolate", "out.mp4"), ("walk", "out")):
        result = ganymede("explore", kind, shared_model(ganymede), "--frames", 2, "-o", tmp_path / name)
        assert result.returncode == 2 and ".gif" in result.stderr
