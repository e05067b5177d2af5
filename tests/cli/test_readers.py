"""A user's own images: nothing is lost or changed without a word, and bad files are found before training."""

import io
import json
import os
import struct
import subprocess
import tarfile
import zipfile
import zlib

import icc
import pytest
from images import fails, png, write
from training import TINY

FOLDER = ("--set", 'data.name="folder"', "--set", "data.count=0")


def info(ganymede, path, *flags, **options):
    result = ganymede("data", "info", path, "--json", *flags, **options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def counts(document):
    return {row["name"]: row["count"] for row in document["classes"]}


def raw_zip(path, members):
    """A zip whose names are bytes with no mark of UTF-8, as old tools on Windows write them."""
    body, index = b"", b""
    for name, data in members:
        crc, at = zlib.crc32(data), len(body)
        head = struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 33, crc, len(data), len(data), len(name), 0)
        body += b"PK\x03\x04" + head + name + data
        index += b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHLL", 0, 0, 0, 0, at) + name
    end = struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(index), len(body), 0)
    path.write_bytes(body + index + b"PK\x05\x06" + end)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_members_with_any_name_are_read(ganymede, tmp_path, locale):
    env = {"LC_ALL": locale, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with zipfile.ZipFile(tmp_path / "cyrillic.zip", "w") as archive:
        for i in range(4):
            archive.writestr(f"тест/{i}.png", png(i))
            archive.writestr(f"other/{i}.png", png(i))
    assert counts(info(ganymede, tmp_path / "cyrillic.zip", env=env)) == {"other": 4, "тест": 4}
    members = [("猫/".encode("shift_jis") + b"%d.png" % i, png(i)) for i in range(4)]
    members += [("表/".encode("shift_jis") + b"%d.png" % i, png(i)) for i in range(3)]
    raw_zip(tmp_path / "sjis.zip", members)
    assert counts(info(ganymede, tmp_path / "sjis.zip", env=env)) == {"\\x94L": 4, "\\x95\\\\": 3}
    with tarfile.open(tmp_path / "latin.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        for folder in (b"caf\xe9", b"the"):
            for i in range(4):
                member = tarfile.TarInfo(os.fsdecode(folder + b"/%d.png" % i))
                member.size = len(png(i))
                archive.addfile(member, io.BytesIO(png(i)))
    assert counts(info(ganymede, tmp_path / "latin.tar", env=env)) == {"caf\\xe9": 4, "the": 4}


def test_folders_with_any_name_train(ganymede, tmp_path):
    for i in range(8):
        for folder in (b"caf\xe9", b"two\nlines"):
            path = os.path.join(os.fsencode(tmp_path), b"set", folder, b"%d.png" % i)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(png(i, i, i))
    assert counts(info(ganymede, tmp_path / "set")) == {"caf\\xe9": 8, "two\\nlines": 8}
    result = ganymede(
        "--threads", 1, "train", TINY, *FOLDER, "--data", tmp_path / "set", "--steps", 1, "--output", tmp_path / "run"
    )
    assert result.returncode == 0, result.stderr
    command = [ganymede.path, "train", TINY, *FOLDER, "--data", os.fsencode(tmp_path) + b"/caf\xe9"]
    fails(subprocess.run(command, capture_output=True, text=True, check=False), "not UTF-8", "caf\\xe9", code=2)


def test_train_prints_what_it_took_and_what_it_left_out(ganymede, tmp_path):
    files = {f"{folder}/{i}.png": png(i, i, i) for folder in "ab" for i in range(10)}
    files |= {
        "a/notes.txt": b"x",
        "b/drawing.svg": b"<svg/>",
        "cover.png": png(1, 2, 3),
        "@eaDir/a/1.png": b"x",
        "b/broken.png": b"",
    }
    command = (
        "--threads",
        1,
        "train",
        TINY,
        *FOLDER,
        "--data",
        write(tmp_path / "set", files),
        "--steps",
        1,
        "--output",
        tmp_path / "run",
    )
    fails(ganymede(*command), "the image file is empty", "broken.png", "--skip-bad")
    assert not (tmp_path / "run").exists()
    result = ganymede(*command, "--skip-bad")
    assert result.returncode == 0, result.stderr
    for line in (
        "taken: 20 images (20 PNG)",
        "left out: 1 bad image (the image file is empty)",
        "left out: 1 image beside the class folders",
        "left out: 1 image of formats that are not read (1 .svg)",
        "left out: 1 file that is no image (1 .txt)",
    ):
        assert line in result.stderr
    assert "left out: 1 image file that is hidden or a system's own (1 @eaDir)" in result.stderr
    again = ganymede("--threads", 1, "train", "--resume", "--output", tmp_path / "run", "--steps", 2)
    assert again.returncode == 0, again.stderr


def test_data_that_a_recipe_ignores_is_refused(ganymede, tmp_path):
    for path in (write(tmp_path / "mine", {"1.png": png(1, 2, 3)}), "nowhere"):
        fails(
            ganymede("train", "shapes-dcgan", "--data", path),
            "makes its own images",
            f"--data {path} --set 'data.name=\"folder\"'",
            code=2,
        )
    fails(ganymede("train", TINY, *FOLDER, "--data", "nowhere"), "no such file or folder", "nowhere")


def test_few_images_are_said_to_repeat(ganymede, tmp_path):
    files = {f"{i}.png": png(i, i, i) for i in range(3)}
    result = ganymede("--threads", 1, "train", TINY, *FOLDER, "--data", write(tmp_path / "set", files), "--steps", 1,
                      "--output", tmp_path / "run")
    assert "shows some of the 3 images more than once" in result.stderr


@pytest.mark.parametrize(
    "seed", ["-1", "010", "1.5", "9007199254740992", "18446744073709551615", "18446744073709551616", "null", ""]
)
def test_seeds_have_one_limit_and_one_refusal(ganymede, tmp_path, seed):
    words = f"'{seed}' is no seed: a seed is a whole number from 0 to 9007199254740991 in decimal digits"
    fails(ganymede("train", TINY, "--seed", seed), words, code=2)
    fails(ganymede("sample", tmp_path, "--seed", seed, "-o", "x.png"), words, code=2)


def test_seeds_of_recipes_have_the_same_limit(ganymede, tmp_path):
    for seed in (-1, 9007199254740992):
        fails(
            ganymede("train", TINY, "--set", f"train.seed={seed}"),
            f"'seed' is {seed}: a seed is a whole number from 0 to",
            code=2,
        )
    result = ganymede(
        "--threads", 1, "train", TINY, "--seed", 9007199254740991, "--steps", 1, "--output", tmp_path / "run"
    )
    assert result.returncode == 0, result.stderr


def test_celeba_says_which_images_its_lists_do_not_know(ganymede, tmp_path):
    files = {f"img_align_celeba/{i:06}.png": png(i, i, i) for i in range(1, 11)}
    rows = ["image_id,Male,Smiling"] + [f"{i:06}.jpg,{1 if i % 2 else -1},1" for i in range(1, 9)]
    files["list_attr_celeba.csv"] = b"\xef\xbb\xbf" + "\r\n".join(rows).encode()  # as Excel saves it
    document = info(ganymede, "celeba", "--data", write(tmp_path / "celeba", files), "--attribute", "Male")
    assert document["count"] == 8
    assert "left out: 2 images that are not in the lists" in document["notes"]


def test_check_says_all_about_a_folder(ganymede, tmp_path):
    files = {f"{folder}/{i}.png": png(10 * i, 1, 2, width=20 + i % 2) for folder in "ab" for i in range(6)}
    files |= {"b/grey.png": png(5), "b/cut.png": png(1, 2, 3)[:40], "a/empty.jpg": b"", "a/read me.txt": b"x"}
    folder, sheet = write(tmp_path / "set", files), tmp_path / "sheet.png"
    result = ganymede("data", "check", folder, "--recipe", TINY, "-o", sheet)
    assert result.returncode == 0, result.stderr
    for words in ("15 images, of which 2 cannot be used", "6 20x8, 6 21x8, 1 8x8", "12 RGB, 1 grey", "6  a", "7  b",
                  "a/empty.jpg: the image file is empty", "b/cut.png: the PNG is cut short", "b/0.png = a/0.png",
                  "16x16 RGB, of 13 images", "13 are smaller", "to train without the bad ones: --skip-bad",
                  "the recipe reads 'shapes': to train it on these add --set 'data.name=\"folder\"'"):
        assert words in result.stdout, words
    assert "refuses" not in result.stdout
    classes = ganymede("data", "check", folder, "--recipe", TINY.with_name("tiny_classes.toml")).stdout
    assert "a training refuses them: its networks are for 3 classes, not 2" in classes
    assert sheet.read_bytes().startswith(b"\x89PNG")
    document = json.loads(ganymede("data", "check", folder, "--json").stdout)
    assert document["sizes"] == {"20x8": 6, "21x8": 6, "8x8": 1} and len(document["copies"]) == 6
    assert [row["name"] for row in document["bad"]] == ["a/empty.jpg", "b/cut.png"]
    fails(ganymede("data", "check", tmp_path / "none"), "no such file or folder")


def test_profiles_are_said_and_converted_where_that_is_asked_for(ganymede, tmp_path):
    made = {
        "a.png": icc.with_profile(png(200, 60, 60), icc.rgb(1.0)),
        "b.png": icc.with_profile(png(200, 60, 60), icc.broken()),
        "c.png": png(200, 60, 60),
    }
    folder = write(tmp_path / "images", made)
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    convert = ("--profiles", "convert")

    def said(*flags):
        result = ganymede("data", "info", folder, *flags, "--json", env=cache)
        if "this build converts no ICC profiles" in result.stderr:
            pytest.skip("built without Little CMS")
        return json.loads(result.stdout)

    stored, converted = said(), said(*convert)
    assert any(
        '2 images have a colour profile other than sRGB, which is not applied '
        '(1 A broken test profile, 1 A wide test profile): '
        'profiles = "convert"' in note
        for note in stored["notes"]
    )
    assert "1 image was converted to sRGB from another colour profile (1 A wide test profile)" in converted["notes"]
    assert any(
        "(1 A broken test profile): it is damaged, or one of other colours" in note for note in converted["notes"]
    )
    assert stored["checksum"] != converted["checksum"] and converted["mean"][1] > stored["mean"][1] + 0.05
    assert said()["checksum"] == stored["checksum"], "what was found with conversion is kept apart"
    for flags in ((), convert):
        assert ganymede("data", "prepare", folder, "--size", 8, *flags, env=cache).returncode == 0
    assert [said("--size", 8, *flags)["mean"] for flags in ((), convert)] == [stored["mean"], converted["mean"]]
    fails(ganymede("data", "info", "shapes", "--profiles", "convert"), "'profiles' means nothing to shapes", code=2)
