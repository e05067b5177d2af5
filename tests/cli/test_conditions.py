"""Several labels at once and numbers on a scale, from the table beside the images to what a model generates."""

import json
import pathlib
import tempfile

import pytest
from images import fails, png, write
from training import TINY, tensors, train, trained

RECIPE = TINY.with_name("tiny_conditions.toml")
_run = {}


def made_images(folder, count=32):
    """Images whose colour follows three columns of a table."""
    rows, files = ["file,red,wide,age"], {}
    for i in range(count):
        red, wide, age = i % 2, i // 2 % 2, 20 + i
        files[f"{i:02}.png"] = png(255 * red, 255 * wide, 4 * i, width=16, height=16)
        rows.append(f"{i:02}.png,{red},{wide},{age}")
    return write(folder, {**files, "labels.csv": "\n".join(rows).encode()})


@pytest.fixture
def run(ganymede):
    if "folder" not in _run:
        _run["holder"] = tempfile.TemporaryDirectory()
        folder = pathlib.Path(_run["holder"].name)
        _run["folder"] = trained(
            ganymede, folder / "run", "--data", made_images(folder / "images"), "--precision", "f32", recipe=RECIPE
        )
    return _run["folder"]


def sampled(ganymede, run, folder, *flags):
    result = ganymede("sample", run, "-o", folder, *flags, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["classes"], [path.read_bytes() for path in sorted(folder.iterdir())]


def test_training_says_what_it_takes_and_resumes(ganymede, run, tmp_path):
    data = json.loads((run / "environment.json").read_text())["data"]
    assert "the conditions are the columns red, wide, age" in data["notes"]
    assert "the condition 'age' is 20 to 51, which become 0 to 1" in data["notes"]
    half = trained(
        ganymede, tmp_path / "half", "--data", run.parent / "images", "--precision", "f32", "--steps", 6, recipe=RECIPE
    )
    trained(ganymede, half, "--resume", "--steps", 12, recipe=RECIPE)
    assert (half / "model.safetensors").read_bytes() == (run / "model.safetensors").read_bytes()


def test_samples_have_the_conditions_asked_for(ganymede, run, tmp_path):
    named, own = sampled(ganymede, run, tmp_path / "own", "-n", 4)
    assert named == ["red=0,wide=0,age=20", "red=1,wide=0,age=21", "red=0,wide=1,age=22", "red=1,wide=1,age=23"]
    named, some = sampled(ganymede, run, tmp_path / "some", "-n", 4, "--class", "age=45,red=0.5")
    assert named == ["red=0.5,wide=0,age=45", "red=0.5,wide=0,age=45", "red=0.5,wide=1,age=45", "red=0.5,wide=1,age=45"]
    assert all(a != b for a, b in zip(own, some)), "the generator looks at them"
    again, same = sampled(ganymede, run, tmp_path / "again", "-n", 2, "--class", "red=0,wide=0,age=20")
    assert again[1] == "red=0,wide=0,age=20" and same[0] == own[0]
    fails(
        ganymede("sample", run, "-o", tmp_path / "x.png", "--class", "rad=1"),
        "unknown condition 'rad'",
        "did you mean 'red'",
        code=2,
    )
    fails(ganymede("sample", run, "-o", tmp_path / "x.png", "--class", "red"), "gets no number", code=2)
    for twice in ("age=45,age=30", "age=45,red=1,age=45"):
        fails(ganymede("sample", run, "-o", tmp_path / "x.png", "--class", twice),
              "--class: 'age' is given twice; name it once", code=2)
    beyond = ganymede("sample", run, "-o", tmp_path / "x.png", "--class", "red=1,age=99")
    fails(beyond, "--class: age=99 is out of range; the training data have 20 to 51", code=2)
    fails(ganymede("sample", run, "-o", tmp_path / "x.png", "--class", "red=1.5"), "red=1.5 is out of range", code=2)


def test_exploring_goes_from_value_to_value(ganymede, run, tmp_path):
    for flags in (("--class", "age=20", "--to-class", "age=51"), ()):
        done = ganymede("explore", "interpolate", run, *flags, "--frames", 4, "-o", tmp_path / "path.gif")
        assert done.returncode == 0, done.stderr
    done = ganymede("explore", "walk", run, "--class", "red=1", "--frames", 4, "-o", tmp_path / "walk.gif")
    assert done.returncode == 0, done.stderr


def test_metrics_and_exports(ganymede, run, tmp_path):
    result = ganymede("evaluate", run, "-n", 32, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["metrics"]["swd"]["mean"] > 0
    done = ganymede("export", run, "--format", "onnx", "-o", tmp_path / "model.onnx", "--json")
    assert done.returncode == 0 and "label [batch, 3]" in done.stdout, done.stdout + done.stderr


def test_packed_data_trains_the_same(ganymede, run, tmp_path):
    columns = [flag for name in ("red", "wide", "age") for flag in ("--condition", name)]
    packed = tmp_path / "all.packed"
    done = ganymede("data", "prepare", run.parent / "images", *columns, "-o", packed)
    assert done.returncode == 0, done.stderr
    info = json.loads(ganymede("data", "info", packed, "--condition", "age", "--json").stdout)
    assert info["conditions"] == [{"name": "age", "low": 20, "high": 51}]
    again = trained(
        ganymede, tmp_path / "run", "--data", packed, "--set", 'data.name="packed"', "--precision", "f32", recipe=RECIPE
    )
    assert tensors(again / "model.safetensors")[0] == tensors(run / "model.safetensors")[0]


def test_what_does_not_fit_is_refused(ganymede, tmp_path):
    images = made_images(tmp_path / "images", 8)
    two = ("--data", images, "--set", 'data.conditions=["red", "age"]')
    fails(
        train(ganymede, tmp_path / "run", *two, recipe=RECIPE),
        "the networks take 3 conditions but the data has 2",
        code=2,
    )
    fails(
        train(ganymede, tmp_path / "run", "--data", images, "--set", 'data.label="red"', recipe=RECIPE),
        "an image has a class or conditions",
        code=2,
    )
    info = json.loads(ganymede("data", "info", images, "--condition", "red", "--condition", "age", "--json").stdout)
    assert info["conditions"] == [{"name": "red", "low": 0, "high": 1}, {"name": "age", "low": 20, "high": 27}]
