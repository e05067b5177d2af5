"""classes = "data": a recipe whose number of classes is that of the images it is trained on."""

import json
import tomllib

import pytest
from images import fails, png, write
from training import TINY, tensors, train, trained

FOLLOWS = """title = "As many classes as the data has"
[data]
name = "folder"
[latent]
size = 8
[generator]
layers = [
  { label_embedding = 4, classes = "data" }, { dense = 512 }, { reshape = [8, 8, 8] },
  { conditional_batch_norm = true, classes = "data" }, "relu",
  { conv_transpose = 3, kernel = 4, stride = 2, padding = 1 }, "tanh",
]
[discriminator]
layers = [
  { conv = 8, kernel = 4, stride = 4 }, { leaky_relu = 0.2 }, "flatten", { projection = true, classes = "data" },
]
[objective]
name = "hinge"
[train]
batch_size = 4
steps = 2
[sample]
count = 4
"""


def images(place, classes, each=4):
    """Images of so many classes, a folder each; of 1, none is told."""
    name = "class {}/{}.png" if classes > 1 else "{1}.png"
    return write(
        place,
        {
            name.format(c, i): png(60 * c, 20 * i, 90, width=16, height=16)
            for c in range(classes)
            for i in range(each)
        },
    )


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "follows.toml").write_text(FOLLOWS)
    return tmp_path / "follows.toml"


def counts(run):
    """What the run's own recipe says: generator's two layers and the discriminator's."""
    own = tomllib.loads((run / "recipe.toml").read_text())
    assert '"data"' not in (run / "recipe.toml").read_text()
    layers = own["generator"]["layers"] + own["discriminator"]["layers"]
    return [layer["classes"] for layer in layers if "classes" in layer]


def test_networks_have_as_many_classes_as_the_data(ganymede, tmp_path, recipe):
    for classes in (2, 3):
        data = images(tmp_path / f"{classes} classes", classes)
        run = trained(ganymede, tmp_path / f"run {classes}", "--data", data, recipe=recipe)
        assert counts(run) == [classes] * 3
        found, about = tensors(run / "model.safetensors")
        assert found["generator.label_embedding_1.weight"][1] == [classes, 4]
        assert '"data"' not in about["recipe"]


def test_a_run_goes_on_with_the_number_it_found(ganymede, tmp_path, recipe):
    run = trained(ganymede, tmp_path / "run", "--data", images(tmp_path / "three", 3), recipe=recipe)
    again = trained(ganymede, run, "--resume", "--steps", 4, recipe=recipe)
    assert counts(again) == [3] * 3
    other = train(ganymede, run, "--resume", "--steps", 6, "--data", images(tmp_path / "two", 2), recipe=recipe)
    fails(other, "the networks are for 3 classes but the data has 2", code=2)
    trained(ganymede, tmp_path / "two more", "--data", tmp_path / "three", "--from", run, recipe=recipe)
    other = train(ganymede, tmp_path / "none", "--data", tmp_path / "two", "--from", run, recipe=recipe)
    fails(other, "projection_1.classes.weight' has shape [3, 128] but the recipe's layer needs [2, 128]")


def test_data_without_classes(ganymede, tmp_path, recipe):
    refused = train(ganymede, tmp_path / "run", "--data", images(tmp_path / "plain", 1), recipe=recipe)
    line = fails(refused, "follows the data", "plain", code=2)
    assert "no classes" in line and not (tmp_path / "run").exists()


def test_it_may_be_set(ganymede, tmp_path):
    classes = TINY.with_name("tiny_classes.toml")
    heads = ["--set", 'discriminator.heads.classes="data"']
    layers = tomllib.loads(classes.read_text())["generator"]["layers"]
    follow = [
        word
        for i, layer in enumerate(layers)
        if isinstance(layer, dict) and "classes" in layer
        for word in ("--set", f"generator.layers.{i}.classes=data")
    ]
    run = trained(ganymede, tmp_path / "run", *follow, *heads, "--steps", 1, recipe=classes)
    own = tomllib.loads((run / "recipe.toml").read_text())
    assert [layer["dense"] for layer in own["discriminator"]["heads"]["classes"]] == [3]


def test_nothing_else_follows(ganymede, tmp_path, recipe):
    for wrong in ('"date"', "1.5", "true"):
        recipe.write_text(FOLLOWS.replace('classes = "data" }, "relu"', f'classes = {wrong} }}, "relu"'))
        fails(ganymede("recipes", "check", recipe), "'classes'", 'a whole number or "data"', "line 9", code=2)
    recipe.write_text(FOLLOWS.replace('classes = "data" }, "relu"', 'classes = 1 }, "relu"'))
    fails(ganymede("recipes", "check", recipe), "'classes' is 1", code=2)


def test_check_counts_the_classes_of_the_data(ganymede, tmp_path, recipe):
    flags = ("recipes", "check", recipe, "--steps", 0)
    data = images(tmp_path / "three", 3)
    found = json.loads(ganymede(*flags, "--data", data, "--json").stdout)
    assert (found["classes"], found["assumed_classes"], found["images"]) == (3, False, 12)
    without = json.loads(ganymede(*flags, "--json").stdout)
    assert (without["classes"], without["assumed_classes"]) == (10, True)
    grew = without["parameters"]["generator"]["total"] - found["parameters"]["generator"]["total"]
    assert grew == 7 * (4 + 2 * 8), "an embedding of 4, and scale and shift of 8 channels, for each class"
    assert "3 classes, as the data has" in ganymede(*flags, "--data", data).stdout
    text = ganymede(*flags).stdout
    assert "as for 10" in text and "--data" in text
    fails(ganymede(*flags, "--data", tmp_path / "nowhere"), "nowhere")
    fails(ganymede(*flags, "--data", images(tmp_path / "plain", 1)), "no classes", code=2)
    text = ganymede("recipes", "check", recipe, "--steps", 1, "--data", data, "--set=train.epochs=2").stdout
    assert "6 steps" in text, text


def test_what_is_written_out_keeps_the_word(ganymede, recipe):
    assert ganymede("summary", recipe).stdout.count("follow the data") == 1
    assert json.loads(ganymede("summary", recipe, "--json").stdout)["assumed_classes"] == 10
    assert "assumed_classes" not in ganymede("summary", "shapes-hinge", "--json").stdout


def test_a_check_of_images_for_it(ganymede, tmp_path, recipe):
    text = ganymede("data", "check", images(tmp_path / "three", 3), "--recipe", recipe).stdout
    assert "refuses" not in text and "3 classes" in text
    text = ganymede("data", "check", images(tmp_path / "plain", 1), "--recipe", recipe).stdout
    assert "a training refuses them" in text


def test_check_with_images_that_a_training_would_refuse(ganymede, tmp_path, recipe):
    data = images(tmp_path / "three", 3)
    fails(ganymede("recipes", "check", TINY, "--steps", 0, "--data", data), "makes its own images", code=2)
    assert "12 images" in ganymede("recipes", "check", recipe, "--steps", 0, "--data", data).stdout
    recipe.write_text(FOLLOWS.replace('"data"', "2"))
    fails(ganymede("recipes", "check", recipe, "--steps", 0, "--data", data), "for 2 classes but", "has 3", code=2)
