"""What earlier versions wrote is read for ever: tests/earlier, made by tests/earlier/keep with the version's own
program."""

import array
import json
import pathlib
import shutil
import struct

import pytest
from test_sample import pixels
from training import metrics, tensors, trained

EARLIER = pathlib.Path(__file__).resolve().parents[1] / "earlier"
VERSIONS = sorted(path for path in EARLIER.iterdir() if path.is_dir())
KEPT = [folder for version in VERSIONS for folder in sorted(version.iterdir()) if (folder / "run").is_dir()]


def of_version(path):
    return "/".join(path.relative_to(EARLIER).parts)


def numbers(path):
    """The f32 tensors under the names of today. The average's batch norms are computed anew at the end since
    2026-11."""
    return {name.replace(".realness.", ".adversarial.").replace("_realness", "_adversarial"): array.array("f", content)
            for name, (kind, _, content) in tensors(path)[0].items()
            if kind == "F32" and not (name.startswith("ema.") and "running" in name)}


def rewritten(model, to, change):
    """The model file with what change(tensors, metadata) makes of both."""
    found, metadata = tensors(model)
    change(found, metadata)
    header, content = {"__metadata__": metadata}, b""
    for name, (kind, shape, values) in found.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(content), len(content) + len(values)]}
        content += values
    text = json.dumps(header).encode()
    to.write_bytes(struct.pack("<Q", len(text)) + text + content)
    return to


def test_versions_are_kept():
    assert VERSIONS and all(len(list(version.iterdir())) >= 4 for version in VERSIONS)


@pytest.mark.parametrize("kept", KEPT, ids=of_version)
def test_a_model_generates_as_it_did(ganymede, kept, tmp_path):
    out = tmp_path / "grid.png"
    result = ganymede("--threads", 1, "sample", kept / "run" / "model.safetensors", "-n", 9, "--seed", 5, "-o", out)
    assert result.returncode == 0, result.stderr
    (width, _, now), (*size, then) = pixels(out), pixels(kept / "grid.png")
    # Since then the classes' names stand above the grid.
    now = now[len(now) - size[1] :]
    assert [width, len(now)] == size
    # Another processor or LibTorch rounds differently.
    assert max(abs(a - b) for one, other in zip(now, then) for a, b in zip(one, other)) <= 2


@pytest.mark.parametrize("kept", KEPT, ids=of_version)
def test_a_run_goes_on_as_it_would_have(ganymede, kept, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(kept / "run", run)
    before = metrics(run)
    trained(ganymede, run, "--precision", "f32", "--resume", "--steps", 10, recipe=kept / f"{kept.name}.toml")
    now, then = numbers(run / "model.safetensors"), numbers(kept / "resumed.safetensors")
    assert now.keys() == then.keys()
    for name, values in then.items():
        # Four steps of Adam, whose size is the learning rate whatever the gradient's last digits are.
        assert list(now[name]) == pytest.approx(list(values), rel=1e-3, abs=1e-4), name
    assert [row["step"] for row in metrics(run)][: len(before)] == [row["step"] for row in before]


@pytest.mark.parametrize("kept", KEPT, ids=of_version)
def test_recipes_are_read(ganymede, kept):
    for recipe in (kept / f"{kept.name}.toml", kept / "run" / "recipe.toml"):
        assert ganymede("summary", recipe, "--json").returncode == 0, recipe


TINY_RUN = EARLIER / "0.1.0-16f1fa9" / "tiny" / "run"
LARGE_SEED = 1234567890123456789


def with_large_seed(recipe):
    changed = recipe.replace("\nseed = 0\n", f"\nseed = {LARGE_SEED}\n")
    assert changed != recipe
    return changed


def test_files_may_have_seeds_that_nobody_may_type_today(ganymede, tmp_path):
    """Up to 2^63 - 1, as 16f1fa9 took them."""
    def seeded(_, metadata):
        metadata["recipe"] = with_large_seed(metadata["recipe"])

    model = rewritten(TINY_RUN / "model.safetensors", tmp_path / "model.safetensors", seeded)
    for network in ("trained", "untrained"):
        result = ganymede("sample", model, "-n", 9, "--network", network, "-o", tmp_path / "grid.png")
        assert result.returncode == 0, result.stderr
    run = tmp_path / "run"
    shutil.copytree(TINY_RUN, run)
    recipe = run / "recipe.toml"
    recipe.write_text(with_large_seed(recipe.read_text()))
    assert json.loads(ganymede("runs", run, "--json").stdout)[0]["step"] == 6
    trained(ganymede, tmp_path / "new", "--steps", 1, recipe=recipe)
    assert f"seed = {LARGE_SEED}" in (tmp_path / "new" / "recipe.toml").read_text()
    for typed in (("--seed", LARGE_SEED), ("--set", f"train.seed={LARGE_SEED}")):
        result = ganymede("train", recipe, *typed, "-o", tmp_path / "typed")
        assert result.returncode == 2 and "a seed is a whole number from 0 to 9007199254740991" in result.stderr


def test_the_layers_of_a_discriminator_that_ends_in_seven_numbers_are_shown(ganymede, tmp_path):
    """Earlier versions trained such a one: its model generates, and is refused only where its scores are asked for."""
    def seven(found, metadata):
        begin, end = metadata["recipe"].split("[discriminator]")
        metadata["recipe"] = begin + "[discriminator]" + end.replace("{ dense = 1,", "{ dense = 7,", 1)
        for name in ("discriminator.dense_1.weight", "discriminator.dense_1.bias"):
            kind, (_, *rest), values = found[name]
            found[name] = kind, [7, *rest], values * 7

    model = rewritten(TINY_RUN / "model.safetensors", tmp_path / "model.safetensors", seven)
    assert ganymede("sample", model, "-n", 4, "-o", tmp_path / "grid.png").returncode == 0
    result = ganymede("summary", model, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["discriminator"]["layers"][-1]["output"] == [7]
    best = ganymede("sample", model, "-n", 4, "--best", 2, "-o", tmp_path / "best.png")
    assert best.returncode == 2 and "ends in 7 numbers an image" in best.stderr, best.stderr


@pytest.mark.parametrize("version", VERSIONS, ids=of_version)
def test_every_recipe_has_the_networks_it_had(ganymede, version):
    then = json.loads((version / "recipes" / "parameters.json").read_text())
    assert then.keys() == {path.stem for path in (version / "recipes").glob("*.toml")}
    for name, parameters in then.items():
        result = ganymede("summary", version / "recipes" / f"{name}.toml", "--json")
        assert result.returncode == 0, result.stderr
        networks = json.loads(result.stdout)
        assert {network: networks[network]["total"] for network in parameters} == parameters, name


@pytest.mark.parametrize("version", VERSIONS, ids=of_version)
def test_a_list_of_duplicates_is_left_out(ganymede, version, tmp_path):
    samples = version / "tiny" / "run" / "samples"
    shutil.copytree(samples, tmp_path / "images" / "a")
    shutil.copy(samples / "step-000000.png", tmp_path / "images" / "a" / "copy.png")
    counts = [
        json.loads(ganymede("data", "info", "folder", "--data", tmp_path / "images", *flags, "--json").stdout)["count"]
        for flags in ((), ("--exclude", version / "duplicates.txt"))
    ]
    assert counts[0] - counts[1] == 1


@pytest.mark.parametrize("version", VERSIONS, ids=of_version)
def test_runs_are_listed_plotted_and_reported(ganymede, version, tmp_path):
    runs = sorted(version.glob("*/run"))
    rows = json.loads(ganymede("runs", *runs, "--json").stdout)
    assert [row["step"] for row in rows] == [6] * len(runs)
    assert ganymede("plot", *runs, "-o", tmp_path / "losses.svg").returncode == 0
    assert ganymede("report", *runs, "-o", tmp_path / "runs.html").returncode == 0


@pytest.mark.parametrize("version", VERSIONS, ids=of_version)
def test_packed_data_is_read(ganymede, version):
    then = json.loads((version / "packed.json").read_text())
    result = ganymede("data", "info", version / "packed.gmd", "--json")
    assert result.returncode == 0, result.stderr
    now = json.loads(result.stdout)
    for key in ("count", "classes", "checksum", "height", "width", "channels"):
        assert now[key] == then[key], key
