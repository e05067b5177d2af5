"""Labels beside the images, shards and published sets: what `data check` says of each, and that a training takes
them."""

import io
import json
import struct
import tarfile

from images import fails, png, write
from training import TINY

FOLDER = ("--set", 'data.name="folder"', "--set", "data.count=0")


def tar(members):
    """The bytes of a plain tar of (name, content)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def samples(keys, label, first=0):
    return [(f"{key}.{ending}", content) for i, key in enumerate(keys)
            for ending, content in (("png", png(first + i, i, 2)), ("cls", str(label(i)).encode()))]


def check(ganymede, *arguments):
    result = ganymede("data", "check", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    document["classes"] = {row["name"]: row["count"] for row in document["classes"]}
    return document


def test_web_dataset_shards_are_checked_and_trained(ganymede, tmp_path):
    shards = write(tmp_path / "set", {
        "x-000000.tar": tar(samples("abc", lambda i: i % 2) + [("d.png", png(9, 9, 9)), ("e.cls", b"1")]),
        "x-000001.tar": tar(samples("ax", lambda i: 1, first=100)[::-1]), "classnames.txt": b"cat\ndog\n"})
    document = check(ganymede, shards)
    assert document["classes"] == {"cat": 2, "dog": 3} and document["unlabelled"] == 1 and document["images"] == 6
    for words in ("the classes are those of 5 .cls files", "left out: 1 sample without an image",
                  "1 key is in more than one shard, all of which are taken (the first: a)", "1 image has no label"):
        assert words in document["left_out"], words
    text = ganymede(
        "data", "check", f"{shards}/x-{{000000..000001}}.tar", "--recipe", TINY, "-o", tmp_path / "sheet.png"
    )
    assert text.returncode == 0, text.stderr
    for words in ("6 images (folder)", "2  cat", "1  (no label)", "note      left out: 1 sample without an image"):
        assert words in text.stdout, words
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
    result = ganymede(
        "--threads",
        1,
        "train",
        TINY,
        *FOLDER,
        "--data",
        f"{shards}/x-{{000000..000001}}.tar",
        "--steps",
        1,
        "--output",
        tmp_path / "run",
    )
    assert result.returncode == 0, result.stderr
    assert "taken: 6 images (6 PNG)" in result.stderr
    fails(ganymede("data", "check", f"{shards}/x-{{000000..000003}}.tar"), "2 of 4 shards are missing", "x-000002.tar")
    fails(ganymede("data", "check", f"{shards}/y-{{000000..000003}}.tar"), "no such file or folder")
    (shards / "x-000001.tar").write_bytes((shards / "x-000001.tar").read_bytes()[:700])
    fails(ganymede("data", "check", shards), "x-000001.tar")


def test_a_column_of_a_table_is_the_class(ganymede, tmp_path):
    files = {f"img/{i}.png": png(i, i, i) for i in range(6)}
    files["metadata.csv"] = b"\xef\xbb\xbffile_name,breed,age\r\n" + b"".join(
        b"img/%d.png,\"poodle, %s\",%d\r\n" % (i, b"small" if i % 2 else b"big", i % 3) for i in range(5)
    )
    folder = write(tmp_path / "set", files)
    document = check(ganymede, folder)
    assert document["classes"] == {"poodle, big": 3, "poodle, small": 2}
    assert "left out: 1 image without a row in metadata.csv" in document["left_out"]
    assert check(ganymede, folder, "--label", "age")["classes"] == {"0": 2, "1": 2, "2": 1}
    fails(ganymede("data", "check", folder, "--label", "colour"), "labels called 'colour'", code=2)
    fails(ganymede("data", "check", "shapes", "--label", "colour"), "'label' means nothing to shapes", code=2)
    command = (
        "--threads",
        1,
        "train",
        TINY,
        *FOLDER,
        "--data",
        folder,
        "--set",
        'data.label="age"',
        "--steps",
        1,
        "--output",
        tmp_path / "run",
    )
    result = ganymede(*command)
    assert result.returncode == 0, result.stderr
    assert "the classes are those of metadata.csv, column 'age'" in result.stderr
    assert 'label = "age"' in (tmp_path / "run" / "recipe.toml").read_text()
    (folder / "metadata.csv").write_bytes(b"file_name,label\nimg/1.png,\"a\n")
    fails(ganymede("data", "check", folder), "a quoted field does not end", "metadata.csv line 2")


def test_check_shows_sets_that_are_no_images(ganymede, tmp_path):
    def idx(magic, *sides, content):
        return struct.pack(f">{1 + len(sides)}I", magic, *sides) + content
    letters = write(
        tmp_path / "emnist",
        {
            "emnist-letters-train-images-idx3-ubyte": idx(
                0x803, 3, 28, 28, content=bytes([10]) * 784 + bytes([20]) * 784 * 2
            ),
            "emnist-letters-train-labels-idx1-ubyte": idx(0x801, 3, content=bytes([1, 3, 3])),
        },
    )
    document = check(ganymede, letters)
    assert (
        document["source"] == "emnist-letters"
        and document["sizes"] == {"28x28": 3}
        and document["copies"] == [["2", "1"]]
    )
    assert {name: count for name, count in document["classes"].items() if count} == {"A": 1, "C": 2}
    binary = write(
        tmp_path / "stl",
        {"unlabeled_X.bin": bytes(96 * 96 * 3), "train_X.bin": bytes(96 * 96 * 3), "train_y.bin": b"\x0a"},
    )
    text = ganymede("data", "check", binary, "--split", "train", "--split", "unlabeled")
    assert text.returncode == 0, text.stderr
    for words in ("2 images (stl10)", "1  truck", "1  (no label)", "train_X.bin: 1 of 5,000 images"):
        assert words in text.stdout, words

    def npy(kind, shape, content):
        header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content
    arrays = write(
        tmp_path / "arrays",
        {"x.npy": npy("|u1", (2, 4, 4), bytes(range(32))), "labels.npy": npy("<i4", (2,), struct.pack("<2i", 1, 0))},
    )
    document = check(ganymede, arrays / "x.npy")
    assert (
        document["source"] == "arrays"
        and document["classes"] == {"0": 1, "1": 1}
        and document["channels"] == {"grey": 2}
    )


def test_image_net_as_published(ganymede, tmp_path):
    inner = {name: tar([(f"{name}_{i}.JPEG", png(i, i, i, width=9 + i)) for i in range(count)])
             for name, count in (("n01440764", 3), ("n01443537", 2))}
    folder = write(
        tmp_path / "imagenet",
        {"ILSVRC2012_img_train.tar": tar([(f"{name}.tar", content) for name, content in inner.items()])},
    )
    document = check(ganymede, folder)
    assert (
        document["source"] == "imagenet"
        and document["classes"] == {"n01440764": 3, "n01443537": 2}
        and document["splits"] == ["train"]
    )
    result = ganymede(
        "--threads",
        1,
        "train",
        TINY,
        "--set",
        'data.name="imagenet"',
        "--set",
        "data.count=0",
        "--data",
        folder,
        "--steps",
        1,
        "--output",
        tmp_path / "run",
    )
    assert result.returncode == 0, result.stderr
    fails(ganymede("data", "check", folder, "--split", "val"), "ILSVRC2012_img_val.tar is missing")


def test_fetch_knows_where_sets_that_share_files_live(ganymede, tmp_path):
    listed = {row["name"]: row for row in json.loads(ganymede("data", "list", "--json").stdout)}
    for name in ("kmnist", "emnist-letters", "stl10", "flowers102"):
        assert listed[name]["downloadable"], name
    assert not listed["imagenet"]["downloadable"]
    write(tmp_path / "emnist", {"a": b""})
    listed = {
        row["name"]: row
        for row in json.loads(ganymede("data", "list", "--json", env={"GANYMEDE_DATA": str(tmp_path)}).stdout)
    }
    assert listed["emnist-digits"]["path"].endswith("/emnist")
