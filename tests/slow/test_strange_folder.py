"""A folder of 5,543 photographs with twenty strange files among them: one command says all, one flag trains.

The photographs are those of faces/people.zip below GANYMEDE_DATA, unpacked at run time; the strange files are made of
them and by hand. What a file comes to is said of each, in the text and in the JSON document."""

import json
import os
import pathlib
import struct
import zipfile

import pytest
from deep import png16, random_samples, tiff16
from images import png
from training import TINY, train

ROOT = pathlib.Path(__file__).resolve().parents[2]

PHOTOGRAPHS = 5543
# The head of a JPEG: start, a frame of 8 x 8 with one component, and nothing behind it.
HEAD = b"\xff\xd8\xff\xc1\x00\x0b\x0c\x00\x08\x00\x08\x01\x01\x11\x00\xff\xd9"


def bomb():
    """A PNG whose header promises 60,000 x 60,000 pixels."""
    whole = png(1, 2, 3)
    return whole[:16] + struct.pack(">II", 60_000, 60_000) + whole[24:]


def bad_files(photograph):
    """Name below a class folder -> content and the words that are said of it."""
    half = photograph[: len(photograph) // 2]
    return {
        "a-empty.jpg": (b"", "is empty"),
        "b-cut.jpg": (half, "cut short"),
        "c-page.jpg": (b"<!DOCTYPE html><html><body>404</body></html>", "this is a web page"),
        "d-pointer.jpg": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS pointer"),
        "e-text.png": (b"these are words", "not an image that is read"),
        "f-head.jpg": (HEAD, "the JPEG is damaged"),
        "g-bomb.png": (bomb(), "over the limit"),
        "h-cut.png": (png(9, 9, 9, width=64, height=64)[:60], "cut short"),
        "i-zeros.jpg": (bytes(4096), "not an image that is read"),
        "j\nline.jpg": (b"", "is empty"),
    }


def strange_but_sound(photograph):
    """What is taken, whatever it is called or how it is stored."""
    return {
        "k-really-jpeg.png": photograph,
        "l-no-ending": photograph,
        "m-grey.png": png(77, width=40, height=30),
        "n-deep.png": png16(33, 44, 4, random_samples(33 * 44 * 4, 1, 0, 65536)),
        "p-small.png": png(1, 2, 3, width=5, height=4),
        "o-deep.tiff": tiff16(20, 25, 1, random_samples(20 * 25, 2, 0, 65536)),
    }


# Neither images nor classes.
LEFT_OUT = {
    "man/q-drawing.svg": b"<svg/>",
    "woman/r-raw.nef": b"II*\0",
    "man/s-words.txt": b"notes",
    "man/.DS_Store": b"\0",
}


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    archive = (
        pathlib.Path(os.environ.get("GANYMEDE_DATA", ROOT.parent / "shared" / "datasets")) / "faces" / "people.zip"
    )
    if not archive.exists():
        pytest.skip(f"{archive} is not at hand")
    folder = tmp_path_factory.mktemp("strange") / "people"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
        names = packed.namelist()
    assert len(names) == PHOTOGRAPHS
    photograph = (folder / names[0]).read_bytes()
    files = {f"man/{name}": content for name, (content, _) in bad_files(photograph).items()}
    files |= {f"woman/{name}": content for name, content in strange_but_sound(photograph).items()} | LEFT_OUT
    assert len(files) == 20
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder, bad_files(photograph)


def test_one_command_says_all(ganymede, photographs, tmp_path):  # noqa: F811
    folder, bad = photographs
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    found = json.loads(ganymede("data", "check", folder, "--json", env=cache).stdout)
    assert found["images"] == PHOTOGRAPHS + 16
    said = {one["name"]: one["fault"] for one in found["bad"]}
    assert set(said) == {"man/" + name.replace("\n", "\\n") for name in bad}
    for name, (_, words) in bad.items():
        assert words in said["man/" + name.replace("\n", "\\n")]
    assert {one["name"]: one["count"] for one in found["classes"]}.keys() == {"man", "woman"}
    text = ganymede("data", "check", folder, "--recipe", "dcgan-64", env=cache).stdout
    assert "of which 10 cannot be used" in text and "to train without the bad ones: --skip-bad" in text
    for words in (
        "left out: 10 bad images",
        "2 images have more than 8 bits a sample",
        "(1 .nef, 1 .svg)",
        "that is no image (1 .txt)",
        "the same as another, pixel by pixel",
    ):
        assert words in text, words
    for note in found["left_out"]:
        assert note in text
    assert sum(line.startswith("  bad ") for line in text.splitlines()) == 10


def test_one_flag_trains(ganymede, photographs, tmp_path):  # noqa: F811
    folder, _ = photographs
    given = ("--data", folder, "--set", 'data.name="folder"', "--set", "data.count=0", "--steps", 4)
    refused = train(ganymede, tmp_path / "run", *given, recipe=TINY, timeout=600)
    assert refused.returncode == 1 and "10 of 5,559 images cannot be used" in refused.stderr.splitlines()[-1]
    assert not (tmp_path / "run" / "model.safetensors").exists()
    result = train(ganymede, tmp_path / "run", *given, "--skip-bad", recipe=TINY, timeout=600)
    assert result.returncode == 0, result.stderr
    assert "left out: 10 bad images" in result.stderr
    data = json.loads((tmp_path / "run" / "environment.json").read_text())["data"]
    assert any("left out: 10 bad images" in note for note in data["notes"])
    assert (tmp_path / "run" / "model.safetensors").exists()
