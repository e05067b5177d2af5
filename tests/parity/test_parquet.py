"""Parity: data sets that Hugging Face's `datasets` and pyarrow write as Parquet, pixel for pixel as they were given.

Run by `scripts/test slow`, with a program that is built with Apache Arrow."""

import io
import json
import random
import subprocess

import numpy as np
import pytest

from program import ROOT, program

datasets = pytest.importorskip("datasets")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
from PIL import Image  # noqa: E402

TINY = ROOT / "tests" / "support" / "tiny.toml"
NAMES = ["plane", "car", "bird"]


def run(*arguments, cache, code=0):
    result = subprocess.run([str(program()), *map(str, arguments)], capture_output=True, text=True, timeout=120,
                            check=False, env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(cache)})
    if "cannot read Parquet" in result.stderr:
        pytest.skip("this program is built without Apache Arrow")
    assert result.returncode == code, result.stderr
    return result


def pixels(number):
    return np.random.default_rng(number).integers(0, 256, (64, 64, 3), np.uint8)


def encoded(number):
    stream = io.BytesIO()
    Image.fromarray(pixels(number)).save(stream, "PNG")
    return stream.getvalue()


def hub_set(numbers, labels):
    """As a user of the Hub makes one: images and classes by name."""
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=NAMES),
                                  "age": datasets.Value("float32"), "caption": datasets.Value("string")})
    return datasets.Dataset.from_dict(
        {"image": [{"bytes": encoded(n), "path": f"{n}.png"} for n in numbers], "label": labels,
         "age": [20 + n for n in numbers], "caption": [f"image {n}" for n in numbers]}, features=features)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "set" / "data").mkdir(parents=True)
    (tmp_path / "set" / "README.md").write_text("---\nlicense: mit\n---\n")
    for shard in range(2):
        numbers = list(range(10 * shard, 10 * shard + 10))
        hub_set(numbers, [(n + 2) % 3 for n in numbers]).to_parquet(
            str(tmp_path / "set" / "data" / f"train-{shard:05d}-of-00002.parquet"))
    hub_set([30, 31], [0, 1]).to_parquet(str(tmp_path / "set" / "data" / "test-00000-of-00001.parquet"))
    return tmp_path / "set"


def info(path, tmp_path, *flags):
    return json.loads(run("data", "info", path, "--json", *flags, cache=tmp_path / "cache").stdout)


def test_a_set_of_the_hub(folder, tmp_path):
    said = info(folder, tmp_path)
    assert said["count"] == 20
    assert [entry["name"] for entry in said["classes"]] == NAMES  # in the order of their numbers, not of the alphabet
    assert [entry["count"] for entry in said["classes"]] == [7, 6, 7]
    notes = " ".join(said["notes"])
    assert "this is 'train'" in notes and "left out: 2 images of other splits" in notes
    assert "the classes are those of the Parquet files, column 'label'" in notes
    assert info(folder, tmp_path, "--split", "test")["count"] == 2


def test_one_file_a_range_and_columns(folder, tmp_path):
    data = folder / "data"
    assert info(data / "train-00001-of-00002.parquet", tmp_path)["count"] == 10
    assert info(data / "train-{00000..00001}-of-00002.parquet", tmp_path)["count"] == 20
    conditions = info(folder, tmp_path, "--condition", "age")
    assert "the condition 'age' is 20 to 39" in " ".join(conditions["notes"])
    line = run("data", "info", folder, "--label", "nothing", cache=tmp_path / "cache", code=2).stderr
    assert "nothing" in line and line.startswith("error: ")


def test_pixels_are_those_that_were_given(folder, tmp_path):
    """Mean and deviation are numpy's, and each image stands in the preview, in the row of its class."""
    given = np.stack([pixels(n) for n in range(20)])
    said = info(folder, tmp_path)
    assert np.allclose(said["mean"], given.mean((0, 1, 2)) / 255, atol=1e-6)
    assert np.allclose(said["std"], given.std((0, 1, 2)) / 255, atol=1e-6)
    run("data", "preview", folder, "-n", 7, "-o", tmp_path / "preview.png", cache=tmp_path / "cache")
    sheet = np.asarray(Image.open(tmp_path / "preview.png").convert("RGB"))
    windows = np.lib.stride_tricks.sliding_window_view(sheet, (1, 64, 3))[:, :, 0, 0]
    rows = {}
    for number, image in enumerate(given):
        places = np.argwhere((windows == image[0]).all((2, 3)))  # where its first row of pixels is
        assert len(places) == 1, number
        y, x = places[0]
        assert (sheet[y : y + 64, x : x + 64] == image).all(), number
        rows.setdefault((number + 2) % 3, set()).add(y)
    assert [len(rows[label]) for label in range(3)] == [1, 1, 1]
    assert min(rows[0]) < min(rows[1]) < min(rows[2])


def test_training_on_it(folder, tmp_path):
    run("train", TINY, "--set", 'data.name="folder"', "--set", f'data.path="{folder}"', "--set",
        "data.size=16", "--steps", 2, "--set", "train.batch_size=4", "-o", tmp_path / "run", cache=tmp_path / "cache")
    assert (tmp_path / "run" / "model.safetensors").is_file()


def test_rows_without_an_image_and_further_columns(tmp_path):
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({
        "mask": pa.array([encoded(n) for n in range(4)], pa.large_binary()),
        "picture": pa.array([{"bytes": encoded(1)}, None, {"bytes": None, "path": "lost.png"}, {"bytes": encoded(2)}],
                            struct),
        "label": pa.array(["b", "a", None, "a"]).dictionary_encode(),
        "boxes": pa.array([[1], [], None, [2]], pa.list_(pa.int32())),
    })
    pq.write_table(table, tmp_path / "four.parquet")
    said = info(tmp_path / "four.parquet", tmp_path)
    assert said["count"] == 4
    assert "the images are those of the column 'mask'; left out: those of 'picture'" in " ".join(said["notes"])
    pq.write_table(table.drop_columns(["mask"]), tmp_path / "four.parquet")
    said = info(tmp_path / "four.parquet", tmp_path)
    assert said["count"] == 2 and [entry["name"] for entry in said["classes"]] == ["a", "b"]
    assert "left out: 2 rows without an image (the first: four.parquet: row 1)" in " ".join(said["notes"])


def test_no_images_in_it(tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "raw": [b"words", b"more"]}), tmp_path / "numbers.parquet")
    line = run("data", "info", tmp_path / "numbers.parquet", cache=tmp_path / "cache", code=1).stderr
    assert "none of the columns (a, raw) holds images" in line and str(tmp_path / "numbers.parquet") in line


def test_damaged_files_get_one_line(folder, tmp_path):
    """Cut short, and with bytes changed at random: an answer or one line, never an end by a signal."""
    whole = (folder / "data" / "test-00000-of-00001.parquet").read_bytes()
    bad = tmp_path / "bad.parquet"
    chance = random.Random(1)
    for attempt in range(100):
        content = bytearray(whole)
        if attempt % 3 == 0:
            content = content[: chance.randrange(len(content))]
        else:
            for _ in range(attempt % 7 + 1):
                content[chance.randrange(len(content))] = chance.randrange(256)
        bad.write_bytes(content)
        result = subprocess.run([str(program()), "data", "info", str(bad)], capture_output=True, text=True, timeout=60,
                                check=False, env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path / "c")})
        assert result.returncode in (0, 1, 2), (attempt, result.stderr)
        assert result.returncode == 0 or result.stderr.count("\nerror: ") + result.stderr.startswith("error: ") == 1


def test_a_column_that_unpacks_to_more_than_may_be_held(tmp_path):
    """700 KB that become 900 MB."""
    table = pa.table({"image": pa.array([bytes(30 << 20)] * 30)})
    pq.write_table(table, tmp_path / "bomb.parquet", compression="zstd", use_dictionary=False)
    assert (tmp_path / "bomb.parquet").stat().st_size < 1 << 20
    line = run("data", "info", tmp_path / "bomb.parquet", cache=tmp_path / "cache", code=1).stderr
    assert "unpacks to more than may be held" in line
