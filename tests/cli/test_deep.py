"""Images of 16 bits and of other channels than grey and RGB: nothing goes through 8 bits on the way."""

import json
import pathlib
import struct
import tempfile

import pytest
from deep import images, npy, png16, random_samples, read_npy, tiff16
from images import fails, png, write
from training import metrics, train, trained

DEEP = pathlib.Path(__file__).resolve().parents[1] / "support" / "tiny_deep.toml"
_run = {}


@pytest.fixture
def run(ganymede):
    """A run of four channels of 16 bits, for all tests of this file: the folder; data.npy lies beside it."""
    if "folder" not in _run:
        _run["holder"] = tempfile.TemporaryDirectory()
        folder = pathlib.Path(_run["holder"].name)
        (folder / "data.npy").write_bytes(images(64, 16, 16, 4))
        _run["folder"] = trained(
            ganymede, folder / "run", "--data", folder / "data.npy", "--precision", "f32", recipe=DEEP
        )
    return _run["folder"]


def depth_of(png):
    """Bits a sample and kind of colour of a PNG."""
    assert png.startswith(b"\x89PNG")
    return png[24], png[25]


def answer(ganymede, *flags):
    result = ganymede(*flags, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_data_keeps_every_bit(ganymede, run):
    data = run.parent / "data.npy"
    info = answer(ganymede, "data", "info", data, "--channels", 4, "--bits", 16)
    assert (info["channels"], info["bits"]) == (4, 16) and len(info["mean"]) == 4
    assert all(20_000 < 65535 * mean < 20_200 for mean in info["mean"]) and all(
        40 < 65535 * std < 80 for std in info["std"]
    )
    squeezed = answer(ganymede, "data", "info", data, "--channels", 4)
    assert squeezed["bits"] == 8 and any("bits = 16" in note for note in squeezed["notes"])
    fails(ganymede("data", "info", data), "channels = N")
    assert "of 4 channels, 16 bits" in ganymede("data", "info", data, "--channels", 4, "--bits", 16).stdout
    packed = run.parent / "data.packed"
    assert ganymede("data", "prepare", data, "--channels", 4, "--bits", 16, "-o", packed).returncode == 0
    again = answer(ganymede, "data", "info", packed, "--bits", 16)
    assert (again["mean"], again["std"]) == (info["mean"], info["std"])


def test_training_says_what_is_shown(ganymede, run, tmp_path):
    recipe = (run / "recipe.toml").read_text()
    assert "channels = 4" in recipe and "bits = 16" in recipe
    assert json.loads((run / "environment.json").read_text())["data"]["bits"] == 16
    assert depth_of((run / "real.png").read_bytes()) == (8, 2), "the first three channels"
    again = train(ganymede, tmp_path / "again", "--data", run.parent / "data.npy", "--precision", "f32", recipe=DEEP)
    assert "4 channels of 16 bits; sheets show the first three" in again.stderr
    assert (tmp_path / "again" / "model.safetensors").read_bytes() == (run / "model.safetensors").read_bytes()


def test_samples_are_arrays(ganymede, run, tmp_path):
    ganymede("sample", run, "-n", 3, "-o", tmp_path / "folder")
    files = sorted((tmp_path / "folder").iterdir())
    assert [path.name for path in files] == ["0000.npy", "0001.npy", "0002.npy"]
    ganymede("sample", run, "-n", 3, "-o", tmp_path / "all.npy")
    shape, numbers = read_npy((tmp_path / "all.npy").read_bytes())
    assert shape == (3, 16, 16, 4)
    assert [number for path in files for number in read_npy(path.read_bytes())[1]] == numbers
    assert len({number % 257 for number in numbers}) > 50, "not levels of 8 bits"
    shown = ganymede("sample", run, "-n", 4, "-o", tmp_path / "grid.png")
    assert "first channels" in shown.stderr and depth_of((tmp_path / "grid.png").read_bytes()) == (8, 2)


def test_metrics_see_what_eight_bits_would_hide(ganymede, run, tmp_path):
    found = answer(ganymede, "evaluate", run, "-n", 64)
    assert found["metrics"]["swd"]["mean"] > 0 and found["protocol"]["fake"]["channels"] == 4
    assert "16 bits" in found["protocol"]["quantised"]
    nearest = answer(
        ganymede, "explore", "nearest", run, "--data", run.parent / "data.npy", "-o", tmp_path / "near.png"
    )
    assert nearest


def test_grey_of_sixteen_bits_becomes_pngs(ganymede, tmp_path):
    (tmp_path / "depth.npy").write_bytes(images(32, 16, 16, 1, low=0, high=65536))
    grey = tmp_path / "grey.toml"
    grey.write_text(
        DEEP.read_text()
        .replace("channels = 4", "channels = 1")
        .replace("conv_transpose = 4, kernel = 4", "conv_transpose = 1, kernel = 4")
    )
    run = trained(ganymede, tmp_path / "run", "--data", tmp_path / "depth.npy", "--steps", 4, recipe=grey)
    ganymede("sample", run, "-n", 2, "-o", tmp_path / "folder")
    assert {depth_of(path.read_bytes()) for path in (tmp_path / "folder").glob("*.png")} == {(16, 0)}


def test_data_of_another_kind_is_refused(ganymede, run, tmp_path):
    (tmp_path / "three.npy").write_bytes(images(64, 16, 16, 3))
    fails(train(ganymede, tmp_path / "run", "--data", tmp_path / "three.npy", recipe=DEEP), "no array of images")
    fails(
        train(ganymede, tmp_path / "run", "--set", 'data.name="shapes"', recipe=DEEP),
        "shapes has no images of 4 channels",
        code=2,
    )


def test_exports(ganymede, run, tmp_path):
    for kind, ending in (("onnx", "onnx"), ("torchscript", "pt")):
        done = ganymede("export", run, "--format", kind, "-o", tmp_path / f"model.{ending}")
        assert done.returncode == 0, done.stderr
    fails(
        ganymede("export", run, "--format", "onnx", "--pixels", "uint8", "-o", tmp_path / "bytes.onnx"),
        "16 bits",
        code=2,
    )


def files(channels, kind, count=32):
    """Image files of 16 bits by name, and their samples."""
    samples = [random_samples(16 * 16 * channels, seed) for seed in range(count)]
    make = png16 if kind == "png" else tiff16
    return {f"{i:03}.{kind}": make(16, 16, channels, one) for i, one in enumerate(samples)}, samples


@pytest.mark.parametrize("channels, kind", [(1, "png"), (3, "png"), (4, "png"), (1, "tiff"), (3, "tiff"), (5, "tiff")])
def test_image_files_keep_every_bit(ganymede, tmp_path, channels, kind):
    content, samples = files(channels, kind, count=4)
    folder = write(tmp_path / "images", content)
    other = [] if channels in (1, 3) else ["--channels", channels]
    info = answer(ganymede, "data", "info", folder, "--bits", 16, *other)
    assert (info["channels"], info["bits"]) == (channels, 16)
    for c in range(channels):
        levels = [level for one in samples for level in one[c::channels]]
        assert abs(65535 * info["mean"][c] - sum(levels) / len(levels)) < 0.1
    (tmp_path / "packed").mkdir()
    packed = tmp_path / "packed" / "all.packed"
    assert ganymede("data", "prepare", folder, "--bits", 16, *other, "-o", packed).returncode == 0
    assert answer(ganymede, "data", "info", packed, "--bits", 16)["mean"] == info["mean"]


def test_image_files_say_what_becomes_of_their_bits(ganymede, tmp_path):
    content, _ = files(1, "png", count=3)
    folder = write(tmp_path / "images", content | {"low.png": png(80, width=16, height=16)})
    notes = answer(ganymede, "data", "info", folder)["notes"]
    assert any("3 images have more than 8 bits a sample, of which 8 are used: bits = 16" in note for note in notes)
    notes = answer(ganymede, "data", "info", folder, "--bits", 16)["notes"]
    assert any("1 image has 8 bits a sample, which become 16" in note for note in notes)
    assert not any("of which 8 are used" in note for note in notes)
    checked = answer(ganymede, "data", "check", folder, "--bits", 16)
    assert any("which become 16" in note for note in checked["notes"])
    line = fails(ganymede("data", "info", folder, "--channels", 4, "--bits", 16), "4 of 4 images cannot be used")
    assert "the PNG has 1 channel where 4 are asked for" in line
    assert "(channels = 5" not in line


def test_channels_that_are_left_out_are_said(ganymede, tmp_path):
    content, _ = files(5, "tiff", count=2)
    folder = write(tmp_path / "images", content)
    taken = answer(ganymede, "data", "info", folder)
    assert taken["channels"] == 1
    assert any(
        "2 images have channels beside grey or RGB, which are left out: channels = N" in note for note in taken["notes"]
    )
    assert not any("left out" in note for note in answer(ganymede, "data", "info", folder, "--channels", 5)["notes"])


def test_a_recipe_of_four_channels_trains_on_files(ganymede, tmp_path):
    content, samples = files(4, "png")
    folder = write(tmp_path / "images", content)
    (tmp_path / "deep.toml").write_text(DEEP.read_text().replace('name = "arrays"', 'name = "folder"'))
    checked = ganymede("data", "check", folder, "--recipe", tmp_path / "deep.toml").stdout
    assert "32 4 channels" in checked and "16x16 4 channels, of 32 images" in checked
    from_files = trained(
        ganymede, tmp_path / "files", "--data", folder, "--precision", "f32", recipe=tmp_path / "deep.toml"
    )
    stored = [level for one in samples for level in one]
    array = struct.pack(f"<{len(stored)}H", *stored)
    (tmp_path / "same.npy").write_bytes(npy("<u2", (32, 16, 16, 4), array))
    from_array = trained(
        ganymede, tmp_path / "array", "--data", tmp_path / "same.npy", "--precision", "f32", recipe=DEEP
    )
    losses = [metrics(run) for run in (from_files, from_array)]
    assert losses[0] == losses[1], "the same samples, the same losses"
    evaluated = answer(ganymede, "evaluate", from_files, "-n", 64)
    assert evaluated["metrics"]["swd"]["mean"] > 0 and evaluated["protocol"]["real"]["channels"] == 4
