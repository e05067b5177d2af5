"""TensorFlow's DCGAN tutorial and report 003's two GANs, as wide as they are there, trained by Keras itself
(keras_systems.py): what test_exchange_keras.py asks of narrower ones."""

import os

import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")  # keras itself would ask for TensorFlow
pytest.importorskip(
    "keras", reason="needs Keras, which scripts/test slow installs: tests/parity/requirements-keras.txt"
)
import keras_systems
from keras_life import Life, drawn, take_in

WIDTHS = {"dense": "cifar10-mlp", "reshaped": "cifar10-mlp", "convolutional": "cifar10-conv", "tutorial": "mnist-dcgan"}


@pytest.fixture(scope="module", params=WIDTHS)
def place(request, ganymede, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras") / request.param
    keras_systems.make(request.param, folder)
    return take_in(ganymede, folder)


class TestTrained(Life):
    def test_the_shipped_recipe_takes_it_too(self, ganymede, place, tmp_path):
        networks = (place / "generator.keras", "--discriminator", place / "discriminator.keras")
        ganymede("import", *networks, "--recipe", WIDTHS[place.name], "-o", tmp_path / "model.safetensors")
        ours = drawn(ganymede, tmp_path / "model.safetensors", place, tmp_path / "out")
        assert (ours == drawn(ganymede, place / "model.safetensors", place, tmp_path / "proposed")).all()
