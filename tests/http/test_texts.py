"""What a PNG says of where it came from: enough to make it again."""
import base64
import io
import struct
import zipfile
import zlib

import pytest
from serving import stdout_of


def texts(png):
    """The texts of a PNG, read here by the format's own rules, checksums too."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4:at + 8], png[at + 8:at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", png, at + 8 + length)[0]
        if kind == b"tEXt":
            key, value = body.split(b"\0", 1)
            found[key.decode("latin-1")] = value.decode("latin-1")
        elif kind == b"iTXt":
            key, rest = body.split(b"\0", 1)
            found[key.decode("latin-1")] = rest[2:].split(b"\0", 2)[2].decode()
        at += 12 + length
    return found


def of(image):
    return texts(base64.b64decode(image["png"]))


def test_an_image_of_a_seed(server):
    images = server.generate("classes", count=3, seed=7, truncation=0.5, format="json").json()["images"]
    step = str(server.get("/api/v1/models/classes").json()["step"])
    assert of(images[2]) == {
        "Software": "Ganymede",
        "Model": "classes",
        "Step": step,
        "Recipe": "tiny_classes",
        "Seed": "7",
        "Index": "2",
        "Class": images[2]["class"],
        "Truncation": "0.5",
    }
    before = of(server.generate(count=1, seed=7, untrained=True, format="json").json()["images"][0])
    assert before["Network"] == "untrained" and "Class" not in before and "Truncation" not in before


def test_what_is_said_makes_it_again(server):
    points = [{"seed": 6, "index": 4}, {"seed": 9, "index": 1, "network": "untrained"}]
    for image in server.generate("classes", points=points, format="json").json()["images"]:
        said = of(image)
        point = {
            "seed": int(said["Seed"]),
            "index": int(said["Index"]),
            "class": said["Class"],
            "network": said.get("Network", "trained"),
        }
        assert server.generate(said["Model"], points=[point], format="json").json()["images"][0] == {
            **image,
            "index": 0,
        }


def test_sheets_archives_and_what_lies_between(server):
    sheet = texts(server.generate(count=4, seed=5, format="grid").body)
    assert (sheet["Seed"], sheet["Count"]) == ("5", "4") and "Index" not in sheet
    with zipfile.ZipFile(io.BytesIO(server.generate(count=2, seed=5, format="zip").body)) as archive:
        assert [texts(archive.read(name))["Index"] for name in sorted(archive.namelist())] == ["0", "1"]
    frames = server.post(
        "/api/v1/models/tiny/interpolate", {"points": [{"seed": 1, "index": 0}, {"seed": 1, "index": 3}], "frames": 3}
    ).json()["images"]
    assert all(
        of(one)["Model"] == "tiny" and "Seed" not in of(one) for one in frames
    ), "between points, and none itself"
    assert "Seed" not in of(server.generate(z=[[0.5] * 8], format="json").json()["images"][0])
    moved = server.generate(count=1, seed=5, directions=[[0.5] * 8], format="json").json()["images"][0]
    assert "Seed" not in of(moved) and "Index" not in of(moved)


@pytest.mark.parametrize("kind", ["interpolate", "direction"])
def test_the_commands_say_it_too(ganymede, runs, tmp_path, kind):
    flags = {"interpolate": ["--points", "0,1"], "direction": ["--with", "0", "--without", "1", "--apply", "2"]}[kind]
    stdout_of(ganymede, "--threads", 1, "explore", kind, runs / "tiny", *flags, "-o", tmp_path / "sheet.png")
    said = texts((tmp_path / "sheet.png").read_bytes())
    assert said["Software"] == "Ganymede" and (said["Model"], said["Recipe"]) == ("tiny", "tiny")


def test_sample_says_it_too(ganymede, runs, tmp_path):
    command = ["--threads", 1, "sample", runs / "tiny", "-n", 2, "--seed", 3]
    for output in ("grid.png", "folder"):
        stdout_of(ganymede, *command, "-o", tmp_path / output)
    assert texts((tmp_path / "grid.png").read_bytes())["Count"] == "2"
    single = texts(sorted((tmp_path / "folder").iterdir())[1].read_bytes())
    assert (single["Seed"], single["Index"], single["Model"]) == ("3", "1", "tiny")
