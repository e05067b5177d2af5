"""TensorFlow's DCGAN tutorial and report 003's two GANs, trained by Keras (keras_systems.py; here narrower, as it
recorded them), live on: they sample the same pictures, are evaluated, served, trained further and exported.
test_keras_systems.py trains them in full width."""

import pytest

from conftest import unpacked
from keras_life import Life, take_in


@pytest.fixture(scope="module", params=["tutorial", "dense", "convolutional"])
def place(request, ganymede, tmp_path_factory):
    return take_in(ganymede, unpacked("keras_systems.zip", tmp_path_factory.mktemp("keras")) / request.param)


class TestRecorded(Life):
    pass
