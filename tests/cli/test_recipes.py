"""The shipped recipes: their networks are those of the reports, every one trains and samples, and a recipe reads back.

The files in tests/golden hold what `summary --json` said of each. After a change that is meant,
GANYMEDE_UPDATE_GOLDEN=1 writes them anew; the totals below stand in the reports and are not to be changed with them."""

import json
import os
import pathlib
import tomllib

import pytest
from training import TINY, shared_model, train, trained

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
RECIPES = sorted(path.stem for path in (ROOT / "recipes").glob("*.toml"))

# name: (generator total, its not trainable part, discriminator total); of the reports and papers where they give them.
TOTALS = {
    "svhn-dcgan": (3_143_616, 33_408, 627_713),
    "mnist-dcgan": (2_330_944, 25_472, 212_865),
    "cifar10-mlp": (3_838_720, 3_584, 1_704_961),
    "cifar10-conv": (1_439_168, 384, 1_033_345),
    "cifar10-sngan": (4_280_323, 3_584, 1_053_825),
}

# Parameters of the rows of the reports' own tables that are not zero, in order.
ROWS = {
    "svhn-dcgan": (
        [1_638_400, 65_536, 819_200, 512, 409_600, 512, 204_800, 256, 4_800],
        [4_864, 204_928, 409_728, 8_193],
    ),
    "mnist-dcgan": ([1_254_400, 50_176, 819_200, 512, 204_800, 256, 1_600], [1_664, 204_928, 6_273]),
    "cifar10-mlp": ([25_856, 1_024, 131_584, 2_048, 525_312, 4_096, 3_148_800], [1_573_376, 131_328, 257]),
    "cifar10-conv": ([409_600, 819_200, 512, 204_800, 256, 4_800], [4_864, 204_928, 819_456, 4_097]),
}


_summaries = {}


def summary(ganymede, recipe):
    """`summary --json`, asked once a session."""
    if recipe not in _summaries:
        result = ganymede("summary", recipe, "--json")
        assert result.returncode == 0, result.stderr
        _summaries[recipe] = json.loads(result.stdout)
    return _summaries[recipe]


def test_recipes_are_listed(ganymede):
    listed = json.loads(ganymede("recipes", "--json").stdout)
    assert [row["name"] for row in listed] == RECIPES
    for row in listed:
        assert set(row) == {"name", "title", "data", "objective", "about"}
        assert row["title"] and "\n" not in row["title"] and row["about"] and row["data"] and row["objective"]
    text = ganymede("recipes").stdout
    assert all(row["name"] in text and row["title"] in text for row in listed)


@pytest.mark.parametrize("recipe", RECIPES)
def test_layer_tables(ganymede, recipe):
    found = summary(ganymede, recipe)
    for network in found.values():
        assert network["total"] == sum(layer["params"] for layer in network["layers"])
        assert network["total"] == network["trainable"] + network["non_trainable"]
        assert network["multiply_adds"] > 0
    golden = GOLDEN / f"{recipe}.json"
    if os.environ.get("GANYMEDE_UPDATE_GOLDEN"):
        golden.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(golden.read_text())


@pytest.mark.parametrize("recipe", TOTALS)
def test_totals_of_the_reports(ganymede, recipe):
    found = summary(ganymede, recipe)
    generator, discriminator = found["generator"], found["discriminator"]
    assert (generator["total"], generator["non_trainable"], discriminator["total"]) == TOTALS[recipe]
    rows = tuple(
        [layer["params"] for layer in network["layers"] if layer["params"]] for network in (generator, discriminator)
    )
    assert rows == ROWS.get(recipe, rows)
    text = ganymede("summary", recipe).stdout
    assert f"Total params: {TOTALS[recipe][0]:,}\n" in text and f"Non-trainable params: {TOTALS[recipe][1]:,}\n" in text


def test_summary_of_a_model_is_that_of_its_recipe(ganymede):
    run = shared_model(ganymede)
    for model in (run, run / "model.safetensors"):
        assert summary(ganymede, model) == summary(ganymede, TINY)


def data_of(recipe, real_data):
    """The flags that name a recipe's own data."""
    text = tomllib.loads((ROOT / "recipes" / f"{recipe}.toml").read_text())
    flags = ["--data", path_of(text["data"], real_data)] if text["data"]["name"] != "shapes" else []
    if "source" in text:
        flags += ["--source", path_of(text["source"], real_data), "--set=encoder.training.epochs=0.001"]
        if text["source"]["name"] == "mnistm":
            flags += [f"--set=source.photos={real_data / 'cifar10'}"]
    return flags


def path_of(section, real_data):
    if section["name"] == "folder":
        return real_data / "faces" / ("smiles.zip" if section.get("channels") == 1 else "people.zip")
    return real_data / {"mnistm": "mnist"}.get(section["name"], section["name"])


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_trains_resumes_and_samples(ganymede, tmp_path, real_data, recipe):
    data = data_of(recipe, real_data)
    run = trained(
        ganymede,
        tmp_path / "run",
        *data,
        "--set=train.batch_size=8",
        "--set=sample.count=4",
        "--steps",
        2,
        recipe=recipe,
    )
    result = ganymede("--threads", 1, "train", recipe, *data, "--output", run, "--resume", "--steps", 3)
    assert result.returncode == 0, result.stderr
    assert (run / "checkpoints" / "step-000003.safetensors").exists()
    output = tmp_path / "grid.png"
    if (run / "encoder.safetensors").exists():
        result = ganymede("translate", run, run / "real.png", "-o", output)
    else:
        result = ganymede("sample", run, "-n", 4, "-o", output)
    assert result.returncode == 0, result.stderr
    assert output.read_bytes().startswith(b"\x89PNG")


def test_the_example_for_contributors_trains(ganymede, tmp_path):
    """Adding a system needs no C++: the recipe in CONTRIBUTING.md, as it stands there."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    recipe = tmp_path / "attention.toml"
    recipe.write_text(text.split("```toml\n")[1].split("```")[0])
    assert "attention" not in RECIPES
    run = trained(ganymede, tmp_path / "run", "--set=train.batch_size=4", "--steps", 3, recipe=recipe)
    assert ganymede("sample", run, "-n", 4, "-o", tmp_path / "grid.png").returncode == 0


def test_a_runs_recipe_reads_back(ganymede, tmp_path):
    """Every default is written out, and training from the written recipe gives the same bytes."""
    run = shared_model(ganymede)
    written = (run / "recipe.toml").read_text()
    for line in (
        "beta1 = 0.5",
        "beta2 = 0.999",
        "clip_norm = 0.0",
        "torch_momentum = 0.1",
        "init_std = 0.05",
        'schedule = "constant"',
        "discriminator_steps = 1",
        "output_padding = 0",
        "size = 16",
    ):
        assert line in written, line
    again = trained(ganymede, tmp_path / "run", recipe=run / "recipe.toml")
    assert (again / "recipe.toml").read_text() == written
    for name in ("model.safetensors", "checkpoints/step-000040.safetensors", "samples/step-000040.png"):
        assert (again / name).read_bytes() == (run / name).read_bytes(), name


def test_overrides_reach_the_run(ganymede, tmp_path):
    flags = (
        "--set",
        "train.batch_size=4",
        "--set",
        "objective.label_smoothing=0.1",
        "--set",
        "sample.every=1 epoch",
        "--seed",
        7,
        "--steps",
        3,
        "--precision",
        "f32",
        "--set",
        "title=a b = c",
    )
    result = train(ganymede, tmp_path / "run", *flags)
    assert result.returncode == 0, result.stderr
    written = (tmp_path / "run" / "recipe.toml").read_text()
    for line in (
        "batch_size = 4",
        "label_smoothing = 0.1",
        'every = "1 epoch"',
        "seed = 7",
        "steps = 3",
        'precision = "f32"',
        'title = "a b = c"',
    ):
        assert line in written, line
