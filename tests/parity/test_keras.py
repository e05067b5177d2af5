"""Models that Keras saved, in each of its formats: what is imported computes the same. Our networks run as TorchScript
in Debian's PyTorch, in a process of its own, since its numpy is older than Keras's."""

import json
import os
import subprocess

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")  # keras itself would ask for TensorFlow
pytest.importorskip(
    "keras", reason="needs Keras, which scripts/test slow installs: tests/parity/requirements-keras.txt"
)
import keras_blocks
import numpy as np
from keras_models import (
    L,
    as_trained,
    chain,
    every_step,
    keras,
    noise,
    saved,
    tutorial_discriminator,
    tutorial_generator,
)

from conftest import refused

TORCH = "/usr/bin/python3"
RUN = """import sys, numpy, torch
for script, x, y in zip(*[iter(sys.argv[1:])] * 3):
    numpy.save(y, torch.jit.load(script)(torch.from_numpy(numpy.load(x))).detach().numpy())"""


def has_torch():
    return subprocess.run([TORCH, "-c", "import torch"], capture_output=True, check=False).returncode == 0


needs_torch = pytest.mark.skipif(not has_torch(), reason="needs PyTorch: apt-get install python3-torch")


def channels_first(images):
    return np.moveaxis(images, -1, 1) if images.ndim == 4 else images


def outputs(ganymede, folder, wanted):
    """What our networks give for [(model file, network, input)], channels first."""
    words = []
    for i, (model, network, x) in enumerate(wanted):
        script = folder / f"{i}.pt"
        ganymede("export", model, "--format", "torchscript", "--network", network, "-o", script)
        np.save(folder / f"x{i}.npy", channels_first(x).astype("float32"))
        words += [script, folder / f"x{i}.npy", folder / f"y{i}.npy"]
    done = subprocess.run([TORCH, "-c", RUN, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [np.load(folder / f"y{i}.npy") for i in range(len(wanted))]


def expect_same(theirs, ours):
    assert theirs.std() > 1e-3, "nothing to compare"
    assert np.abs(channels_first(theirs) - ours).max() < 1e-4


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    networks = {"g": tutorial_generator(), "d": tutorial_discriminator()}
    for name, network in networks.items():
        saved(network, folder, name)
    return folder, networks


@needs_torch
def test_a_pair_in_each_format_computes_the_same(ganymede, pair, tmp_path):
    folder, networks = pair
    recipe = tmp_path / "recipe.toml"
    said = json.loads(
        ganymede("import", folder / "g.keras", "--discriminator", folder / "d.keras", "-o", recipe, "--json").stdout
    )
    assert said["open"] == 0 and "# ?" not in recipe.read_text()
    z, x = noise(5, 8), noise(5, 16, 16, 3)
    wanted = []
    for ending, flags in (
        (".keras", ()),
        (".h5", ()),
        (".weights.h5", ("--recipe", recipe)),
        ("-weights.h5", ("--recipe", recipe)),
        (".keras", ("--recipe", recipe)),
    ):
        model = tmp_path / f"{len(wanted)}.safetensors"
        ganymede("import", folder / f"g{ending}", "--discriminator", folder / f"d{ending}", *flags, "-o", model)
        wanted += [(model, "generator", z), (model, "discriminator", x)]
    images, scores = networks["g"](z), keras.Sequential(networks["d"].layers[:-1])(x)
    found = outputs(ganymede, tmp_path, wanted)
    for ours in found[::2]:
        expect_same(np.asarray(images), ours)
    for ours in found[1::2]:
        expect_same(np.asarray(scores).reshape(-1), ours.reshape(-1))
    ganymede("sample", wanted[0][0], "-n", 4, "-o", tmp_path / "grid.png")


@needs_torch
def test_paddings_kernels_and_strides(ganymede, tmp_path):
    z, wanted, theirs = noise(3, 6), [], []
    for padding in ("same", "valid"):
        for kernel in (2, 3, 4, 5):
            model = every_step(kernel, padding)
            path = tmp_path / f"{padding}{kernel}.keras"
            model.save(path)
            ganymede("import", path, "-o", path.with_suffix(".safetensors"))
            wanted.append((path.with_suffix(".safetensors"), "generator", z))
            theirs.append(np.asarray(model(z)))
    for theirs_one, ours in zip(theirs, outputs(ganymede, tmp_path, wanted)):
        expect_same(theirs_one, ours)


@needs_torch
def test_a_functional_chain(ganymede, tmp_path):
    z = x = keras.Input((4,))
    for layer in (
        L.Dense(27, name="first", activation="relu"),
        L.Reshape((3, 3, 3)),
        L.Conv2DTranspose(3, 4, name="up", strides=2, padding="same", activation="tanh"),
    ):
        x = layer(x)
    model = as_trained(keras.Model(z, x), 5)
    wanted = []
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"g.{ending}")
        ganymede("import", tmp_path / f"g.{ending}", "-o", tmp_path / f"{ending}.safetensors")
        wanted.append((tmp_path / f"{ending}.safetensors", "generator", noise(3, 4)))
    for ours in outputs(ganymede, tmp_path, wanted):
        expect_same(np.asarray(model(noise(3, 4))), ours)


@needs_torch
def test_groups_of_one_channel_are_an_instance_norm(ganymede, tmp_path):
    wanted, theirs = [], []
    for i, flags in enumerate(({}, {"scale": False}, {"center": False}, {"scale": False, "center": False})):
        norm = L.GroupNormalization(groups=-1, epsilon=0.1, **flags)
        layers = [keras.Input((4,)), L.Dense(48), L.Reshape((4, 4, 3)), L.Identity(), norm]
        model = as_trained(keras.Sequential(layers), i)
        model.save(tmp_path / f"{i}.keras")
        ganymede("import", tmp_path / f"{i}.keras", "-o", tmp_path / f"{i}.safetensors")
        wanted.append((tmp_path / f"{i}.safetensors", "generator", noise(3, 4)))
        theirs.append(np.asarray(model(noise(3, 4))))
    for theirs_one, ours in zip(theirs, outputs(ganymede, tmp_path, wanted)):
        expect_same(theirs_one, ours)


@needs_torch
@pytest.mark.parametrize("name", keras_blocks.MODELS)
def test_nested_models_spectral_norms_and_residual_blocks(ganymede, tmp_path, name):
    """In each format, with the recipe that is proposed and without one."""
    generator, make = keras_blocks.MODELS[name]
    model = make()
    saved(model, tmp_path, "m")
    recipe = tmp_path / "recipe.toml"
    both = () if generator else (keras_blocks.generator_of(model, tmp_path), "--discriminator")
    ganymede("import", *both, tmp_path / "m.keras", "-o", recipe)
    x = noise(3, *model.input_shape[1:])
    tries = [(".keras", ()), (".h5", ()), (".keras", ("--recipe", recipe)), (".h5", ("--recipe", recipe))]
    if name not in keras_blocks.WITHOUT_ORDER:
        tries += [(".weights.h5", ("--recipe", recipe)), ("-weights.h5", ("--recipe", recipe))]
    wanted = []
    for ending, flags in tries:
        ours = tmp_path / f"{len(wanted)}.safetensors"
        ganymede("import", *both, tmp_path / f"m{ending}", *flags, "-o", ours)
        wanted.append((ours, "generator" if generator else "discriminator", x))
    for given in outputs(ganymede, tmp_path, wanted):
        theirs = np.asarray(model(x))
        expect_same(theirs if generator else theirs.reshape(-1), given if generator else given.reshape(-1))


@needs_torch
def test_the_next_training_step_divides_by_keras_sigma(ganymede, tmp_path):
    """What a power iteration makes of the u that was imported is what Keras's next training call makes of it."""
    model = keras_blocks.critic()
    model.save(tmp_path / "d.keras")
    ganymede(
        "import", keras_blocks.generator_of(model, tmp_path), "--discriminator", tmp_path / "d.keras",
        "-o", tmp_path / "m.safetensors",
    )  # fmt: skip
    kernels = keras_blocks.tensors(tmp_path / "m.safetensors")
    for i, layer in enumerate(layer for layer in model.layers if isinstance(layer, L.SpectralNormalization)):
        kernel = np.asarray(layer.kernel)
        name = ("conv_1", "conv_2", "dense_1")[i]
        u, v = kernels[f"discriminator.{name}.u"], kernels[f"discriminator.{name}.v"]
        weight = kernels[f"discriminator.{name}.weight"].reshape(len(u), -1)
        assert abs(u @ weight @ v - 1) < 1e-5
        v = weight.T @ u / np.linalg.norm(weight.T @ u)
        u = weight @ v / np.linalg.norm(weight @ v)
        _, normalised = layer.normalized_weights()
        theirs = np.asarray(normalised)
        assert np.abs(kernel / (u @ weight @ v) - theirs).max() < 1e-4


@pytest.mark.parametrize("layer, word", [
    (L.PReLU(), "PReLU"), (L.LayerNormalization(), "LayerNormalization"), (L.Dense(3, activation="gelu"), "gelu"),
    (L.GroupNormalization(2), "no image"), (L.ReLU(max_value=6), "largest value"),
    (L.SpectralNormalization(L.EinsumDense("ab,bc->ac", output_shape=4)), "EinsumDense"),
])  # fmt: skip
def test_what_no_recipe_has_is_named(tmp_path, layer, word):
    for ending in ("keras", "h5"):
        chain(layer).save(tmp_path / f"g.{ending}")
        assert word in refused(tmp_path / f"g.{ending}", "-o", tmp_path / "m.safetensors")
    assert not (tmp_path / "m.safetensors").exists()


def test_another_recipe_is_refused_with_every_difference(ganymede, pair, tmp_path):
    folder, _ = pair
    recipe = tmp_path / "recipe.toml"
    ganymede("import", folder / "g.keras", "-o", recipe)
    text = recipe.read_text()
    recipe.write_text(
        text.replace("epsilon = 0.002", "epsilon = 0.005").replace("leaky_relu = 0.3", "leaky_relu = 0.1")
    )
    said = refused(folder / "g.keras", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert "0.005 in the recipe" in said and "0.1 in the recipe" in said
    recipe.write_text(text.replace("conv_transpose = 5", "conv_transpose = 7"))
    assert "[6, 7, 5, 5]" in refused(folder / "g.weights.h5", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert not (tmp_path / "m.safetensors").exists()


def test_weights_alone_need_a_recipe(pair, tmp_path):
    folder, _ = pair
    assert "recipe" in refused(folder / "g.weights.h5", "-o", tmp_path / "m.safetensors", code=2)
    assert "does not say what the layers are" in refused(folder / "g.weights.h5", "-o", tmp_path / "m.toml")
