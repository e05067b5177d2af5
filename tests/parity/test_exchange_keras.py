"""TensorFlow's DCGAN tutorial and report 003's two GANs, trained by Keras (keras_systems.py; here narrower, as it
recorded them), live on: they sample the same pictures, are evaluated, served, trained further and exported.
test_keras_systems.py trains them in full width."""

import pathlib
import zipfile

import pytest
from keras_life import Life, take_in


@pytest.fixture(scope="module", params=["tutorial", "dense", "convolutional"])
def place(request, ganymede, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    with zipfile.ZipFile(pathlib.Path(__file__).with_name("keras_systems.zip")) as packed:
        packed.extractall(folder)
    return take_in(ganymede, folder / request.param)


class TestRecorded(Life):
    pass
