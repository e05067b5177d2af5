"""Models of Keras that are more than a list of layers: models inside models, spectral norms, residual blocks. To make
tests/parity/keras_blocks.zip anew: VENV/bin/python tests/parity/keras_blocks.py, where VENV has
requirements-keras.txt."""

import json
import pathlib
import struct
import tempfile
import types
import zipfile

import keras_models
import numpy as np
from keras_models import L, keras, noise, saved

FILES = pathlib.Path(__file__).with_name("keras_blocks.zip")


def trained(model, seed):
    """keras_models.as_trained() for layers of layers too, with vectors as power iterations leave them."""
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, keras.Model) or not layer.weights:
            continue
        if isinstance(layer, L.SpectralNormalization):
            vector = np.random.default_rng(seed).normal(size=layer.vector_u.shape).astype("float32")
            layer.vector_u.assign(vector / np.linalg.norm(vector))
            continue
        seed += 1
        keras_models.as_trained(types.SimpleNamespace(layers=[layer]), seed)
    return model


def spectral(layer, **flags):
    return L.SpectralNormalization(layer, **flags)


def nested():
    """Sequential and functional models in one another, with and without inputs of their own, and names that come
    twice."""
    z = x = keras.Input((6,))
    for layer in (L.Dense(48, name="dense"), L.BatchNormalization(), L.ReLU()):
        x = layer(x)
    up = keras.Sequential([L.Conv2DTranspose(4, 4, strides=2, padding="same"), L.BatchNormalization(), L.ReLU()])
    inner = keras.Sequential([keras.Input((8,)), L.Dense(6, activation="relu", name="dense")])
    first = keras.Sequential([keras.Input((5,)), L.Dense(8, use_bias=False), inner])
    last = keras.Sequential([L.Conv2D(3, 3, padding="same", activation="tanh")])
    layers = [first, keras.Model(z, x), L.Reshape((4, 4, 3)), up, last]
    return trained(keras.Sequential([keras.Input((5,)), *layers]), 1)


def plain_nested():
    """So that a file of weights alone tells the order: every layer lies in a model of its kind."""
    first = keras.Sequential([L.Dense(12, activation="relu"), L.Dense(48)])
    up = keras.Sequential([L.Reshape((4, 4, 3)), L.Conv2DTranspose(4, 4, strides=2, padding="same"), L.ReLU()])
    last = keras.Sequential([L.Conv2DTranspose(3, 3, padding="same", activation="tanh")])
    return trained(keras.Sequential([keras.Input((5,)), first, up, last]), 2)


def critic():
    """A dense layer behind flattened pixels: their order is not ours."""
    return trained(
        keras.Sequential([
            keras.Input((8, 8, 3)), spectral(L.Conv2D(4, 4, strides=2, padding="same", activation="leaky_relu")),
            spectral(L.Conv2D(5, 3, padding="same", use_bias=False)), L.LeakyReLU(), L.Flatten(),
            spectral(L.Dense(1), power_iterations=3),
        ]), 3)  # fmt: skip


def spectral_generator():
    """Spectral norms of what becomes pixels, and of transposed kernels, whose last axis is what they take."""
    return trained(
        keras.Sequential([
            keras.Input((5,)), spectral(L.Dense(48, activation="relu")), L.Reshape((4, 4, 3)),
            spectral(L.Conv2DTranspose(6, 4, strides=2, padding="same")), L.ReLU(),
            L.Conv2DTranspose(3, 3, padding="same", activation="tanh"),
        ]), 4)  # fmt: skip


def enlarging(x, filters, epsilon):
    y = L.ReLU()(L.BatchNormalization(epsilon=epsilon)(x))
    y = L.Conv2D(filters, 3, padding="same")(L.UpSampling2D()(y))
    y = L.Conv2D(filters, 3, padding="same")(L.ReLU()(L.BatchNormalization(epsilon=epsilon)(y)))
    return L.Add()([y, L.Conv2D(filters, 1)(L.UpSampling2D()(x))])


def residual_generator(latent=6, filters=5, times=2, epsilon=1e-3):
    z = keras.Input((latent,))
    x = L.Reshape((4, 4, filters))(L.Dense(16 * filters)(z))
    for _ in range(times):
        x = enlarging(x, filters, epsilon)
    x = L.ReLU()(L.BatchNormalization(epsilon=epsilon)(x))
    return trained(keras.Model(z, L.Conv2D(3, 3, padding="same", activation="tanh")(x)), 5)


def residual_critic(size=8, filters=4, plain=2):
    """Shortcuts written first, added first and empty."""

    def conv(kernel=3):
        return spectral(L.Conv2D(filters, kernel, padding="same"))

    image = keras.Input((size, size, 3))
    shortcut = conv(1)(L.AveragePooling2D(2)(image))
    x = L.Add()([shortcut, L.AveragePooling2D(2)(conv()(L.ReLU()(conv()(image))))])
    y = conv()(L.ReLU()(conv()(L.ReLU()(x))))
    x = L.Add()([L.AveragePooling2D(2)(y), L.AveragePooling2D(2)(conv(1)(x))])
    for _ in range(plain):
        x = L.Add()([conv()(L.ReLU()(conv()(L.ReLU()(x)))), x])
    x = L.GlobalAveragePooling2D()(L.ReLU()(x))
    return trained(keras.Model(image, spectral(L.Dense(1))(x)), 6)


def blocks_in_blocks():
    """A residual block as a model, in a residual block, in a Sequential."""
    x = keras.Input((4, 4, 3))
    y = L.Add()([x, L.Conv2D(3, 3, padding="same", activation="relu")(x)])
    inner = keras.Model(x, L.ReLU()(y))
    a = keras.Input((4, 4, 3))
    b = L.Conv2D(3, 1)(inner(L.Conv2D(3, 3, padding="same")(a)))
    outer = keras.Model(a, L.Add()([b, a]))
    layers = [keras.Input((5,)), L.Dense(48), L.Reshape((4, 4, 3)), outer, L.Conv2D(3, 3, padding="same")]
    return trained(keras.Sequential(layers), 7)


def crossing():
    """Paths that do not lie within one another: no blocks."""
    z = keras.Input((4,))
    a = L.Dense(4)(z)
    b = L.Dense(4)(L.Add()([a, z]))
    return keras.Model(z, L.Reshape((1, 4, 1))(L.Add()([a, b])))


def diverged():
    model = keras.Sequential([keras.Input((4,)), L.Dense(27), L.Reshape((3, 3, 3))])
    model.layers[0].kernel.assign(np.full((4, 27), np.nan, "float32"))
    return model


# Name: whether it is a generator, and what makes it.
MODELS = {
    "nested": (True, nested),
    "plain_nested": (True, plain_nested),
    "critic": (False, critic),
    "spectral_generator": (True, spectral_generator),
    "residual_generator": (True, residual_generator),
    "residual_critic": (False, residual_critic),
    "blocks_in_blocks": (True, blocks_in_blocks),
}
# Weights alone do not tell which of these models' layers comes first, or lies on which path.
WITHOUT_ORDER = ("nested", "residual_generator", "residual_critic", "blocks_in_blocks")


def generator_of(critic, folder):
    """A file of a generator that makes what the critic looks at; no import does without one."""
    shape = critic.input_shape[1:]
    model = keras.Sequential([keras.Input((4,)), L.Dense(int(np.prod(shape))), L.Reshape(shape)])
    model.save(folder / "generator.keras")
    return folder / "generator.keras"


def tensors(path):
    """Of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        found[name] = np.frombuffer(content[begin:end], "<f4").reshape(entry["shape"])
    return found


def make_files(folder):
    for name, (_, make) in MODELS.items():
        model = make()
        saved(model, folder, name)
        x = noise(3, *model.input_shape[1:])
        np.save(folder / f"{name}.x.npy", x)
        np.save(folder / f"{name}.y.npy", np.asarray(model(x)))
    generator_of(residual_critic(), folder)
    crossing().save(folder / "crossing.keras")
    diverged().save(folder / "nan.keras")
    diverged().save(folder / "nan.h5")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as made,
        zipfile.ZipFile(FILES, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
    ):
        make_files(pathlib.Path(made))
        for file in sorted(pathlib.Path(made).iterdir()):
            packed.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
