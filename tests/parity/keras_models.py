"""Models of Keras as its tutorials write them, and the files of tests/parity/keras_files.zip. To make those anew:
VENV/bin/python tests/parity/keras_models.py, where VENV has requirements-keras.txt."""

import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import keras
import numpy as np

L = keras.layers
FILES = pathlib.Path(__file__).with_name("keras_files.zip")


def as_trained(model, seed):
    """Weights and statistics as a training leaves them, not as they start."""
    random = np.random.default_rng(seed)
    for layer in model.layers:
        for variable in layer.weights:
            name = variable.path.rsplit("/", 1)[-1]
            if name in ("gamma", "moving_variance"):
                values = random.uniform(0.5, 2, variable.shape)
            else:
                fan_in = max(1, int(np.prod(variable.shape[:-1])))
                values = random.normal(0, 1 / np.sqrt(fan_in) if name == "kernel" else 0.3, variable.shape)
            variable.assign(values.astype("float32"))
    return model


def tutorial_generator():
    """As Keras's and TensorFlow's DCGAN tutorials write it, smaller: norms between dense and reshape are the hard
    part."""
    return as_trained(
        keras.Sequential([
            keras.Input((8,)), L.Dense(4 * 4 * 6, use_bias=False), L.BatchNormalization(), L.LeakyReLU(),
            L.Reshape((4, 4, 6)), L.Conv2DTranspose(5, 5, strides=2, padding="same", use_bias=False),
            L.BatchNormalization(epsilon=2e-3, momentum=0.8), L.ReLU(), L.UpSampling2D(interpolation="bilinear"),
            L.Dropout(0.3), L.Conv2D(3, 3, padding="same", activation="tanh"),
        ]), 1)  # fmt: skip


def tutorial_discriminator():
    return as_trained(
        keras.Sequential([
            keras.Input((16, 16, 3)), L.Conv2D(4, 5, strides=2, padding="same"), L.LeakyReLU(negative_slope=0.2),
            L.Dropout(0.3), L.Conv2D(6, 4, strides=2, padding="same", activation="leaky_relu"), L.Flatten(),
            L.BatchNormalization(),
            L.Dense(5, activation="relu"), L.Dense(1), L.Activation("sigmoid"),
        ]), 2)  # fmt: skip


def every_step(kernel, padding):
    """Strides 1 to 3, up and down again."""
    up = [L.Conv2DTranspose(4, kernel, strides=stride, padding=padding) for stride in (1, 2, 3)]
    down = [L.Conv2D(4, kernel, strides=stride, padding=padding) for stride in (3, 2, 1)]
    norms = [L.BatchNormalization(scale=False), L.BatchNormalization(center=False)]
    layers = [
        keras.Input((6,)),
        L.Dense(5 * 7 * 3),
        norms[0],
        L.Reshape((5, 7, 3)),
        *up,
        norms[1],
        *down,
        L.Conv2D(1, 1),
    ]
    return as_trained(keras.Sequential(layers), kernel)


def saved(model, folder, name):
    """In each of the formats; Keras 2's file of weights is Keras 3's .h5 without its description."""
    for ending in ("keras", "h5"):
        model.save(folder / f"{name}.{ending}")
    model.save_weights(folder / f"{name}.weights.h5")
    with h5py.File(folder / f"{name}.h5") as old, h5py.File(folder / f"{name}-weights.h5", "w") as new:
        for key in old["model_weights"]:
            old.copy(old["model_weights"][key], new, key)
        new.attrs["layer_names"] = old["model_weights"].attrs["layer_names"]


def noise(*shape):
    return np.random.default_rng(9).normal(size=shape).astype("float32")


def chain(*layers):
    return keras.Sequential([keras.Input((4,)), *layers, L.Dense(27), L.Reshape((3, 3, 3))])


def branching():
    """No chain: what is added comes from two places."""
    z = keras.Input((4,))
    x = L.Dense(4)(z)
    return keras.Model(z, L.Reshape((1, 4, 1))(L.Dense(4)(L.Add()([x, z]))))


def change_kernel(path, change):
    """Gives `change` the group in which one of a generator's kernels was, which is gone."""
    with h5py.File(path, "r+") as file:
        name = next(name for name in file["model_weights"] if name.startswith("conv2d") and "transpose" not in name)
        group = next(iter(file["model_weights"][name].values()))[name]
        del group["kernel"]
        change(group)


DAMAGES = {
    "link": lambda group: group.__setitem__("kernel", h5py.ExternalLink("g.weights.h5", "/layers/conv2d/vars/0")),
    "packed": lambda group: group.create_dataset("kernel", data=np.zeros((3, 3, 5, 3), "f4"), compression="gzip"),
    "huge": lambda group: group.create_dataset("kernel", shape=(1 << 12, 1 << 12, 5, 3), dtype="f4"),
    "whole": lambda group: group.create_dataset("kernel", data=np.zeros((3, 3, 5, 3), "i4")),
}


def make_files(folder):
    networks = {"g": tutorial_generator(), "d": tutorial_discriminator()}
    for name, network in networks.items():
        saved(network, folder, name)
    z, x = noise(5, 8), noise(5, 16, 16, 3)
    scores = keras.Sequential(networks["d"].layers[:-1])(x)
    values = {"z": z, "x": x, "images": np.asarray(networks["g"](z)), "scores": np.asarray(scores)}
    for name, value in values.items():
        np.save(folder / f"{name}.npy", value)
    for name, change in DAMAGES.items():
        (folder / f"{name}.h5").write_bytes((folder / "g.h5").read_bytes())
        change_kernel(folder / f"{name}.h5", change)
    chain(L.PReLU()).save(folder / "prelu.keras")
    branching().save(folder / "branching.keras")
    with h5py.File(folder / "newer.h5", "w", libver="latest") as file:
        file.create_group("model_weights").attrs["layer_names"] = ["dense"]


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as made,
        zipfile.ZipFile(FILES, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
    ):
        make_files(pathlib.Path(made))
        for file in sorted(pathlib.Path(made).iterdir()):
            packed.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED)
