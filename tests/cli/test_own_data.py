"""A run knows its images: what its [data] says holds for every command that reads them again."""

import csv
import json

import pytest
from images import fails, png, write
from training import train, trained

OWN = ("--set", 'data.name="folder"', "--precision", "f32")


def pictures(count, first=0):
    """Two folders of images that tell the two apart by eye, with a table of other labels beside them."""
    return {
        f"{'light' if i % 2 else 'dark'}/{i}.png": png(*(3 * [150 * (i % 2) + i % 100]), width=16, height=16)
        for i in range(first, first + count)
    }


@pytest.fixture(scope="module")
def labelled(ganymede, tmp_path_factory):
    """A run on three classes of a table's column, where the folders would tell two apart."""
    folder = tmp_path_factory.mktemp("labelled")
    images = write(folder / "images", pictures(60))
    with (images / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label", "third"])
        rows.writerows((f"{'light' if i % 2 else 'dark'}/{i}.png", "one", f"c{i % 3}") for i in range(60))
    choice = ("--set", 'data.label="third"', "--set", 'data.fit="pad"')
    return trained(ganymede, folder / "run", "--data", images, *OWN, *choice, "--steps", 4)


def test_features_are_of_the_run_s_own_labels(ganymede, labelled):
    result = ganymede("features", labelled, "--no-baselines", "--json")
    assert result.returncode == 0, result.stderr
    protocol = json.loads(result.stdout)["protocol"]
    assert protocol["classes"] == 3 and any("third" in note for note in protocol["notes"])


def test_a_run_that_left_bad_files_out_is_read_again(ganymede, tmp_path):
    images = write(tmp_path / "images", {**pictures(40), "dark/zz.png": b"no image"})
    run = trained(ganymede, tmp_path / "run", "--data", images, *OWN, "--skip-bad", "--steps", 4)
    for command in (("features", run, "--no-baselines"), ("evaluate", run, "-n", 40, "--metrics", "swd")):
        result = ganymede(*command, "--json")
        assert result.returncode == 0, result.stderr
        assert "left out: 1 bad image" in result.stdout
    other = write(tmp_path / "other", {**pictures(40, 100), "dark/zz.png": b"no image"})
    pair = ("evaluate", "--real", images, "--fake", other, "--metrics", "swd", "--json")
    fails(ganymede(*pair), "zz.png", "--skip-bad")
    assert ganymede(*pair, "--skip-bad").stdout.count("left out: 1 bad image") == 2
    fails(ganymede("features", run, "--data", other, "--no-baselines"), "zz.png")
    assert "left out: 1 bad image" in ganymede("features", run, "--data", other, "--no-baselines", "--skip-bad").stdout


def test_other_images_than_before_are_said(ganymede, tmp_path):
    images = write(tmp_path / "images", pictures(40))
    run = trained(ganymede, tmp_path / "run", "--data", images, *OWN, "--steps", 4)
    assert "other images" not in train(ganymede, run, "--resume", "--steps", 6, recipe=run / "recipe.toml").stderr
    (images / "dark/0.png").write_bytes(png(255, 0, 0, width=16, height=16))
    said = train(ganymede, run, "--resume", "--steps", 8, recipe=run / "recipe.toml").stderr
    assert "data: other images than the run was trained on (as many, with checksum" in said and "bit for bit" in said
    write(images, pictures(5, 200))
    said = train(ganymede, run, "--resume", "--steps", 10, recipe=run / "recipe.toml").stderr
    assert "(40 images then, 45 now)" in said
    write(images, pictures(1, 300))
    result = ganymede("evaluate", run, "-n", 40, "--metrics", "swd", "--json")
    assert "other images than the model was trained on: 45 images then, 46 now" in result.stdout


def test_data_nobody_would_read_are_refused(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 2)
    said = "makes itself ('shapes')"
    fails(ganymede("evaluate", run, "--data", tmp_path, "-n", 20), "error: --data", said, code=2)
    fails(ganymede("explore", "nearest", run, "--data", tmp_path, "-o", tmp_path / "x.png"), said, code=2)
    fails(ganymede("data", "info", "shapes", "--data", tmp_path), "it reads no files", code=2)


def test_pairs_are_brought_to_a_height_and_width(ganymede, tmp_path):
    wide = {f"{i}.png": png(i, 0, 0, width=48, height=24) for i in range(20)}
    high = {f"{i}.png": png(0, i, 0, width=24, height=48) for i in range(20)}
    pair = ("--real", write(tmp_path / "wide", wide), "--fake", write(tmp_path / "high", high), "--metrics", "swd")
    result = ganymede("evaluate", *pair, "--size", "16,32", "--fit", "pad", "--json")
    assert result.returncode == 0, result.stderr
    for side in ("real", "fake"):
        one = json.loads(result.stdout)["protocol"][side]
        assert (one["height"], one["width"]) == (16, 32)
        assert one["fit"] == "each on white in a rectangle, resized to 32x16 (triangle filter, antialiased)"
    fails(ganymede("evaluate", *pair, "--size", "16,x"), "'16,x' is no size", code=2)
    fails(ganymede("evaluate", *pair, "--size", "0"), "--size: must be from 1 to 4096", code=2)
    fails(ganymede("evaluate", *pair, "--fit", "squeeze"), "--fit: must be one of crop, pad, stretch", code=2)


def test_check_sees_what_the_recipe_takes(ganymede, labelled, tmp_path):
    images = labelled.parent / "images"
    checked = json.loads(ganymede("data", "check", images, "--recipe", labelled / "recipe.toml", "--json").stdout)
    assert [one["name"] for one in checked["classes"]] == ["c0", "c1", "c2"]
    text = (labelled / "recipe.toml").read_text()
    assert 'label = "third"' in text
    some = tmp_path / "some.toml"
    some.write_text(text.replace("classes = []", 'classes = ["c1"]', 1).replace("count = 64", "count = 10", 1))
    checked = json.loads(ganymede("data", "check", images, "--recipe", some, "--json").stdout)
    assert checked["images"] == 10 and checked["classes"] == [{"name": "c1", "count": 10}]
    plain = json.loads(ganymede("data", "check", images, "--json").stdout)
    assert plain["classes"] == [{"name": "one", "count": 60}]
