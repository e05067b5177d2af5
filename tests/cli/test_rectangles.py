"""Images that are not square, the whole way: data, networks, training, sheets, metrics, exports."""

import json
import pathlib
import struct
import tempfile

import pytest
from images import fails, png, write
from training import train, trained

WIDE = pathlib.Path(__file__).resolve().parents[1] / "support" / "tiny_wide.toml"
_run = {}


@pytest.fixture
def run(ganymede):
    """A run of the wide recipe, for all tests of this file."""
    if "folder" not in _run:
        _run["holder"] = tempfile.TemporaryDirectory()
        _run["folder"] = trained(ganymede, pathlib.Path(_run["holder"].name) / "run", "--precision", "f32", recipe=WIDE)
    return _run["folder"]


def size_of(path):
    """Width and height of a PNG."""
    content = pathlib.Path(path).read_bytes()
    assert content.startswith(b"\x89PNG")
    return struct.unpack_from(">II", content, 16)


def answer(ganymede, *flags):
    result = ganymede(*flags, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_training_keeps_height_and_width(ganymede, run, tmp_path):
    assert "size = [64, 96]" in (run / "recipe.toml").read_text()
    grid = (3 * 98 + 2, 3 * 66 + 2)
    assert size_of(run / "samples" / "step-000012.png") == grid and size_of(run / "real.png") == grid
    assert json.loads((run / "environment.json").read_text())["data"]["shape"] == [64, 96, 3]
    half = trained(ganymede, tmp_path / "half", "--precision", "f32", "--steps", 6, recipe=WIDE)
    trained(ganymede, half, "--resume", "--steps", 12, recipe=WIDE)
    assert (half / "model.safetensors").read_bytes() == (run / "model.safetensors").read_bytes()


def test_sheets_strips_and_animations(ganymede, run, tmp_path):
    ganymede("sample", run, "-n", 4, "-o", tmp_path / "grid.png")
    assert size_of(tmp_path / "grid.png") == (2 * 98 + 2, 2 * 66 + 2)
    ganymede("sample", run, "-n", 2, "-o", tmp_path / "single")
    assert all(size_of(path) == (96, 64) for path in (tmp_path / "single").iterdir())
    ganymede("explore", "interpolate", run, "-o", tmp_path / "path.gif")
    assert struct.unpack_from("<HH", (tmp_path / "path.gif").read_bytes(), 6) == (96, 64)
    ganymede("explore", "interpolate", run, "--frames", 5, "-o", tmp_path / "strip.png")
    width, height = size_of(tmp_path / "strip.png")
    assert (width - 2) % 98 == 0 and (height - 2) % 66 == 0
    files = [tmp_path / "single" / name for name in ("0000.png", "0001.png")]
    done = ganymede("explore", "project", run, *files, "--steps", 2, "-o", tmp_path / "project.png")
    assert done.returncode == 0, done.stderr


def test_metrics_see_whole_images(ganymede, run, tmp_path):
    found = answer(ganymede, "evaluate", run, "-n", 64)
    assert list(found["metrics"]["swd"]["levels"]) == ["16", "32", "64"], "by height"
    assert [found["protocol"][side][of] for side in ("real", "fake") for of in ("width", "height")] == [96, 64, 96, 64]
    assert found["metrics"]["modes"]["classes"] == 10
    photos = write(tmp_path / "photos", {f"{i}.png": png(i, 0, 0, width=20, height=50) for i in range(40)})
    fitted = answer(ganymede, "evaluate", "--real", photos, "--fake", run, "-n", 40, "--metrics", "swd")["protocol"][
        "real"
    ]
    assert (fitted["width"], fitted["height"]) == (96, 64)
    assert fitted["fit"] == "the centre rectangle of each, resized to 96x64 (triangle filter, antialiased)"
    own = answer(ganymede, "evaluate", run, "--train-features", "-n", 70, "--metrics", "fid", "--force")
    assert own["metrics"]["fd"] > 0 and own["protocol"]["resize"] == "inside the network"


def test_data_of_any_size_is_fitted_and_prepared(ganymede, tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    images = write(
        tmp_path / "images",
        {"wide.png": png(9, 99, 9, width=40, height=10), "tall.png": png(9, 9, 99, width=10, height=40)},
    )
    flags = ("--size", "16,24", "--fit", "pad")
    prepared = ganymede("data", "prepare", images, *flags, "--json", env=cache)
    assert prepared.returncode == 0, prepared.stderr
    info = json.loads(ganymede("data", "info", images, *flags, "--json", env=cache).stdout)
    assert (info["height"], info["width"]) == (16, 24)
    ganymede("data", "preview", images, *flags, "-o", tmp_path / "sheet.png", env=cache)
    assert size_of(tmp_path / "sheet.png")[0] > 48
    fails(ganymede("data", "info", images, "--size", "16x24"), "'16x24' is no size", "64,96", code=2)
    text = ganymede("data", "check", images, "--recipe", WIDE).stdout
    assert "96x64 RGB" in text
    result = train(ganymede, tmp_path / "run", "--data", images, "--steps", 2, "--set", "train.batch_size=2",
                   "--set", 'data={name="folder",size=[64,96],fit="stretch"}', recipe=WIDE)
    assert result.returncode == 0, result.stderr


def test_exports_are_written(ganymede, run, tmp_path):
    for kind, ending in (("onnx", "onnx"), ("torchscript", "pt"), ("safetensors", "safetensors")):
        done = ganymede("export", run, "--format", kind, "-o", tmp_path / f"model.{ending}")
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"model.{ending}").stat().st_size > 1000


def test_networks_of_another_shape_are_refused(ganymede, tmp_path):
    fails(
        train(ganymede, tmp_path / "run", "--set", "data.size=[96, 64]", recipe=WIDE),
        "asks for size [96, 64]",
        "set data.size to [64, 96]",
        code=2,
    )
