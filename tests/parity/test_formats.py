"""Run folders in other people's readers: PyPI's safetensors, and TensorBoard's event reader.

Install them with `pip install -r tests/parity/requirements.txt`.
"""

import csv
import math

import pytest

NEEDED = "not installed: pip install -r tests/parity/requirements.txt"
np = pytest.importorskip("numpy", reason=f"numpy {NEEDED}")

import tensors  # noqa: E402


def rows_of(run_folder):
    with (run_folder / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("pattern", ["model.safetensors", "checkpoints/*.safetensors"])
def test_safetensors_opens_our_files(run_folder, pattern):
    safetensors = pytest.importorskip("safetensors", reason=f"safetensors {NEEDED}")
    files = list(run_folder.glob(pattern))
    assert files, f"the run wrote no {pattern}"
    for path in files:
        ours, metadata = tensors.read(path)
        with safetensors.safe_open(path, framework="numpy") as file:
            assert set(file.keys()) == set(ours)
            assert (file.metadata() or {}) == metadata
            for name in file.keys():
                theirs = file.get_tensor(name)
                assert theirs.shape == ours[name].shape, name
                assert np.array_equal(
                    theirs.astype(ours[name].dtype), ours[name], equal_nan=theirs.dtype.kind == "f"
                ), name


def test_model_file_has_names_and_recipe(run_folder):
    ours, metadata = tensors.read(run_folder / "model.safetensors")
    assert {name.split(".")[0] for name in ours} >= {"generator", "discriminator"}
    assert "[generator]" in metadata["recipe"]


@pytest.fixture(scope="module")
def events(run_folder):
    module = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason=f"tensorboard {NEEDED}"
    )
    everything = {kind: 0 for kind in (module.TENSORS, module.IMAGES, module.SCALARS)}
    accumulator = module.EventAccumulator(str(run_folder), size_guidance=everything)
    accumulator.Reload()
    return accumulator


def test_tensorboard_shows_each_logged_step_once(run_folder, events):
    rows = rows_of(run_folder)
    tags = events.Tags()["scalars"]
    assert tags, "no scalars"
    steps = [int(row["step"]) for row in rows]
    for tag in tags:
        seen = [event.step for event in events.Scalars(tag)]
        assert seen == sorted(set(seen)), f"{tag}: a resumed run must not repeat steps"
        assert set(seen) <= set(steps), tag


def test_tensorboard_has_the_numbers_of_the_table(run_folder, events):
    """A tag is a column's name, perhaps with a group in front and a slash for the underscore: losses/loss_d, loss/d."""
    rows = rows_of(run_folder)
    compared = 0
    for tag in events.Tags()["scalars"]:
        columns = [name for name in rows[0] if name in (tag, tag.split("/")[-1], tag.replace("/", "_"))]
        if not columns:
            continue
        by_step = {int(row["step"]): row[columns[0]] for row in rows}
        for event in events.Scalars(tag):
            assert math.isclose(event.value, float(by_step[event.step]), rel_tol=1e-5, abs_tol=1e-7), (tag, event.step)
            compared += 1
    assert compared > 0, "no tag matches a column of metrics.csv"


def test_tensorboard_has_the_images(events):
    tags = events.Tags()["images"]
    assert tags, "no images"
    for tag in tags:
        for image in events.Images(tag):
            assert image.encoded_image_string.startswith(b"\x89PNG\r\n")
            width, height = (int.from_bytes(image.encoded_image_string[at : at + 4], "big") for at in (16, 20))
            assert (image.width, image.height) == (width, height)
