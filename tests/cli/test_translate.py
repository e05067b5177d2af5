"""Recipes that translate images of one domain into another, and `ganymede translate`."""

import json
import pathlib

import pytest
from training import shared_model, tensors, train, trained

TRANSLATION = pathlib.Path(__file__).resolve().parents[1] / "support" / "tiny_translation.toml"

_runs = {}


@pytest.fixture
def run(ganymede, tmp_path_factory):
    """A translating run, made once."""
    if "run" not in _runs:
        _runs["run"] = trained(
            ganymede, tmp_path_factory.mktemp("translation") / "run", "--precision", "f32", recipe=TRANSLATION
        )
    return _runs["run"]


@pytest.fixture
def images(ganymede, tmp_path):
    """Three images of other sizes and channels than the encoder's, two of them in a folder of folders."""
    for path, flags in (
        ("one.png", ()),
        ("folder/two.png", ("--channels", 1)),
        ("folder/inside/three.png", ("--size", 32)),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        result = ganymede("data", "preview", "shapes", *flags, "-o", tmp_path / path)
        assert result.returncode == 0, result.stderr
    return tmp_path


def test_a_translating_run_holds_its_encoder(run):
    names, metadata = tensors(run / "encoder.safetensors")
    assert 0 <= float(metadata["accuracy"]) <= 1 and metadata["accuracy_of"] == "test split"
    model, _ = tensors(run / "model.safetensors")
    for name in ("encoder.conv_1.weight", "encoder.dense_1.weight"):
        assert model[name] == names[name], "the encoder does not move while the generator learns"
    assert "encoder.dense_2.weight" in names and "encoder.dense_2.weight" not in model
    written = (run / "recipe.toml").read_text()
    assert "[source]" in written and "[encoder.training]" in written and "[latent]" not in written
    assert json.loads((run / "environment.json").read_text())["source"]["images"] == 200


def test_resuming_continues_bit_for_bit(ganymede, tmp_path, run):
    part = trained(ganymede, tmp_path / "run", "--precision", "f32", "--steps", 17, recipe=TRANSLATION)
    encoder = (part / "encoder.safetensors").read_bytes()
    result = train(ganymede, part, "--resume", "--steps", 30, recipe=TRANSLATION)
    assert result.returncode == 0, result.stderr
    assert (part / "model.safetensors").read_bytes() == (run / "model.safetensors").read_bytes()
    assert (part / "encoder.safetensors").read_bytes() == encoder, "it is trained once"
    assert tensors(part / "encoder.safetensors")[0] == tensors(run / "encoder.safetensors")[0]


def test_a_batch_may_be_accumulated(ganymede, tmp_path):
    trained(ganymede, tmp_path / "run", "--set", "train.gradient_accumulation=2", "--steps", 3, recipe=TRANSLATION)


def test_fine_tuning_takes_the_encoder_along(ganymede, tmp_path, run):
    tuned = trained(ganymede, tmp_path / "run", "--from", run, "--steps", 1, recipe=TRANSLATION)
    assert not (tuned / "encoder.safetensors").exists(), "nothing was to be trained"
    old, new = tensors(run / "model.safetensors")[0], tensors(tuned / "model.safetensors")[0]
    assert all(new[name] == old[name] for name in old if name.startswith("encoder."))


def test_translates_files_and_folders(ganymede, run, images):
    out = images / "out"
    result = ganymede("translate", run, images / "one.png", images / "folder", "-o", out, "--json")
    assert result.returncode == 0, result.stderr
    files = [pathlib.Path(row["to"]) for row in json.loads(result.stdout)["files"]]
    assert files == [out / "one.png", out / "inside" / "three.png", out / "two.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in files)
    again = images / "again"
    assert ganymede("translate", run / "model.safetensors", images / "one.png", "-o", again).returncode == 0
    assert (again / "one.png").read_bytes() == files[0].read_bytes(), "an image does not depend on the others"


def test_a_sheet_shows_pairs(ganymede, run, images):
    sheet = images / "sheet.png"
    result = ganymede("translate", run, images / "folder", "-o", sheet)
    assert result.returncode == 0, result.stderr
    width, height = (int.from_bytes(sheet.read_bytes()[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (2 * 18 + 2, 2 * 18 + 2)


def test_translations_are_evaluated_by_the_targets_classifier(ganymede, tmp_path, run):
    """The transferred accuracy: `evaluate` translates the source's test split and asks a classifier of the target
    domain."""
    result = ganymede(
        "--threads",
        1,
        "evaluate",
        run,
        "--metrics",
        "prdc",
        "--train-features",
        "--force",
        "-n",
        100,
        "--json",
        env={"XDG_CACHE_HOME": str(tmp_path)},
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert 0 <= found["metrics"]["class_accuracy"] <= 1
    assert found["protocol"]["fake"]["images"] == 100 and found["protocol"]["fake"]["channels"] == 1


def test_what_cannot_be_translated(ganymede, run, images):
    noise = shared_model(ganymede)
    broken = images / "broken.png"
    broken.write_bytes((images / "one.png").read_bytes()[:200])
    (images / "empty").mkdir()
    (images / "twice").mkdir()
    (images / "twice" / "one.png").write_bytes((images / "one.png").read_bytes())
    for arguments, code, words in (
        (("translate", noise, images / "one.png", "-o", images / "o"), 2, "ganymede sample"),
        (("sample", run, "-o", images / "o"), 2, "ganymede translate"),
        (("translate", run, images / "none.png", "-o", images / "o"), 1, "none.png"),
        (("translate", run, broken, "-o", images / "o"), 1, "broken.png"),
        (("translate", run, images / "empty", "-o", images / "o"), 1, "no images"),
        (("translate", run, images / "one.png", images / "twice", "-o", images / "o"), 2, "both become one.png"),
    ):
        result = ganymede(*arguments)
        assert (
            result.returncode == code
            and words in result.stderr
            and result.stderr.splitlines()[-1].startswith("error: ")
        ), result.stderr


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("objective.name=gan", "cannot translate"),
        ("source.size=32", "the encoder reads"),
        ("discriminator.layers=[\"flatten\", { dense = 1 }]", "ends in 1 number"),
        ("objective.penalties=[{ gradient_penalty = 10 }]", "use r1 or r2"),
        ("latent.size=10", "[latent] stands beside [source]"),
        ("encoder.training.epoch=2", "epochs"),
        ("source.classes=[\"circle\"]", "no labels"),
    ],
)
def test_recipes_that_cannot_be_meant(ganymede, tmp_path, override, words):
    result = train(ganymede, tmp_path / "run", "--set", override, recipe=TRANSLATION)
    assert result.returncode == 2 and words in result.stderr, result.stderr


def test_dtn_needs_a_source(ganymede, tmp_path):
    result = train(ganymede, tmp_path / "run", "--set", "objective.name=dtn")
    assert result.returncode == 2 and "needs images to translate" in result.stderr, result.stderr
