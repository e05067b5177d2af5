"""Three GANs as Keras's users write them, trained by a script of their own: the DCGAN of TensorFlow's tutorial, and
report 003's dense and convolutional ones (cifar10-mlp, cifar10-conv).

    VENV/bin/python tests/parity/keras_systems.py

makes tests/parity/keras_systems.zip anew, narrower networks, where VENV has requirements-keras.txt."""

import os
import pathlib
import tempfile
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")
import jax
import keras
import numpy as np

L = keras.layers
FILES = pathlib.Path(__file__).with_name("keras_systems.zip")
BATCH, COMPARED = 16, 3
NARROW = {"tutorial": 16, "dense": 64, "convolutional": 16}


def latent(narrow):
    return 100 if narrow == 1 else 12


def tutorial(narrow):
    """https://www.tensorflow.org/tutorials/generative/dcgan"""
    generator = keras.Sequential([
        keras.Input((latent(narrow),)), L.Dense(7 * 7 * (256 // narrow), use_bias=False), L.BatchNormalization(),
        L.LeakyReLU(), L.Reshape((7, 7, 256 // narrow)),
        L.Conv2DTranspose(128 // narrow, (5, 5), strides=(1, 1), padding="same", use_bias=False),
        L.BatchNormalization(), L.LeakyReLU(),
        L.Conv2DTranspose(64 // narrow, (5, 5), strides=(2, 2), padding="same", use_bias=False),
        L.BatchNormalization(), L.LeakyReLU(),
        L.Conv2DTranspose(1, (5, 5), strides=(2, 2), padding="same", use_bias=False, activation="tanh"),
    ])  # fmt: skip
    discriminator = keras.Sequential([
        keras.Input((28, 28, 1)), L.Conv2D(64 // narrow, (5, 5), strides=(2, 2), padding="same"), L.LeakyReLU(),
        L.Dropout(0.3), L.Conv2D(128 // narrow, (5, 5), strides=(2, 2), padding="same"), L.LeakyReLU(),
        L.Dropout(0.3), L.Flatten(), L.Dense(1),
    ])  # fmt: skip
    return generator, discriminator


def dense(narrow):
    """Report 003, Model 1: images are 3,072 numbers on their way out and in."""
    layers = [keras.Input((latent(narrow),))]
    for units in (256, 512, 1024):
        layers += [L.Dense(units // narrow), L.LeakyReLU(negative_slope=0.2), L.BatchNormalization(momentum=0.7)]
    generator = keras.Sequential([*layers, L.Dense(3072, activation="tanh")])
    discriminator = keras.Sequential([
        keras.Input((3072,)), L.Dense(512 // narrow), L.LeakyReLU(negative_slope=0.2), L.Dense(256 // narrow),
        L.LeakyReLU(negative_slope=0.2), L.Dense(1, activation="sigmoid"),
    ])  # fmt: skip
    return generator, discriminator


def reshaped(narrow):
    """The same as it is usually written: the generator ends in an image, the discriminator begins with one."""
    generator, discriminator = dense(narrow)
    return (
        keras.Sequential([keras.Input((latent(narrow),)), *generator.layers, L.Reshape((32, 32, 3))]),
        keras.Sequential([keras.Input((32, 32, 3)), L.Flatten(), *discriminator.layers]),
    )


def convolutional(narrow):
    """Report 003, Model 2."""
    generator = keras.Sequential([
        keras.Input((latent(narrow),)), L.Dense(4 * 4 * (256 // narrow), use_bias=False),
        L.Reshape((4, 4, 256 // narrow)),
        L.Conv2DTranspose(128 // narrow, 5, strides=2, padding="same", use_bias=False), L.BatchNormalization(),
        L.LeakyReLU(negative_slope=0.2),
        L.Conv2DTranspose(64 // narrow, 5, strides=2, padding="same", use_bias=False), L.BatchNormalization(),
        L.LeakyReLU(negative_slope=0.2),
        L.Conv2DTranspose(3, 5, strides=2, padding="same", use_bias=False, activation="tanh"),
    ])  # fmt: skip
    layers = [keras.Input((32, 32, 3))]
    for channels in (64, 128, 256):
        layers += [L.Conv2D(channels // narrow, 5, strides=2, padding="same"), L.LeakyReLU(), L.Dropout(0.3)]
    return generator, keras.Sequential([*layers, L.Flatten(), L.Dense(1, activation="sigmoid")])


SYSTEMS = {"tutorial": tutorial, "dense": dense, "reshaped": reshaped, "convolutional": convolutional}


def pictures(count, shape, seed):
    """Bright discs on dark grounds, in [-1, 1], in the shape that a network has them."""
    height, width, channels = shape if len(shape) == 3 else (32, 32, 3)
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    middle, colour = random.uniform(8, 20, (count, 2, 1, 1)), random.uniform(0.2, 1, (count, 1, 1, channels))
    disc = (y - middle[:, 0]) ** 2 + (x - middle[:, 1]) ** 2 < 36
    return np.where(disc[..., None], colour, -0.8).astype("float32").reshape(count, *shape)


def train(generator, discriminator, steps, rate):
    """Turn by turn as in the tutorial, with Keras's own optimisers and losses."""
    ends_in_sigmoid = discriminator.layers[-1].activation is keras.activations.sigmoid
    entropy = keras.losses.BinaryCrossentropy(from_logits=not ends_in_sigmoid)

    def wanted(score, value):
        return entropy(keras.ops.full_like(score, value), score)

    def loss_d(own, state, fake, real):
        on_real, state = discriminator.stateless_call(own, state, real, training=True)
        on_fake, state = discriminator.stateless_call(own, state, fake, training=True)
        return wanted(on_real, 1) + wanted(on_fake, 0), state

    def loss_g(own, state, others, z):
        fake, state = generator.stateless_call(own, state, z, training=True)
        return wanted(discriminator.stateless_call(*others, fake, training=True)[0], 1), state

    updates, values, states = [], [], []
    for network in (discriminator, generator):
        updates.append(keras.optimizers.Adam(rate, beta_1=0.5))
        updates[-1].build(network.trainable_variables)
        values.append([variable.value for variable in network.trainable_variables])
        states.append([variable.value for variable in network.non_trainable_variables])
    moments = [[variable.value for variable in update.variables] for update in updates]

    @jax.jit
    def step(values, states, moments, z, real):
        fake = generator.stateless_call(values[1], states[1], z, training=True)[0]
        slopes, state_d = jax.grad(loss_d, has_aux=True)(values[0], states[0], fake, real)
        after_d, moments_d = updates[0].stateless_apply(moments[0], slopes, values[0])
        slopes, state_g = jax.grad(loss_g, has_aux=True)(values[1], states[1], (after_d, state_d), z)
        after_g, moments_g = updates[1].stateless_apply(moments[1], slopes, values[1])
        return [after_d, after_g], [state_d, state_g], [moments_d, moments_g]

    for number in range(steps):
        z = np.random.default_rng(number).normal(size=(BATCH, *generator.input_shape[1:])).astype("float32")
        real = pictures(BATCH, discriminator.input_shape[1:], number)
        values, states, moments = step(values, states, moments, z, real)
    for network, own, state in zip((discriminator, generator), values, states):
        for variable, value in zip((*network.trainable_variables, *network.non_trainable_variables), (*own, *state)):
            variable.assign(value)


def rounded(network):
    """To half the digits, which pack well."""
    for variable in network.weights:
        variable.assign(np.asarray(variable.value).astype("float16").astype("float32"))


def make(name, folder, narrow=1, steps=20):
    """FOLDER/generator.keras and discriminator.keras, and as .npy the noise z and the images x, with what the networks
    make of them: images, and scores (before a sigmoid)."""
    keras.utils.set_random_seed(5)
    generator, discriminator = SYSTEMS[name](narrow)
    train(generator, discriminator, steps, 2e-3 if narrow > 1 else 2e-4)
    if narrow > 1:
        rounded(generator), rounded(discriminator)
    random = np.random.default_rng(9)
    z = random.normal(size=(COMPARED, *generator.input_shape[1:])).astype("float32")
    x = pictures(COMPARED, discriminator.input_shape[1:], 99)
    scores = np.asarray(discriminator(x)).reshape(-1)
    if discriminator.layers[-1].activation is keras.activations.sigmoid:
        scores = np.log(scores / (1 - scores))
    folder.mkdir(parents=True)
    generator.save(folder / "generator.keras")
    discriminator.save(folder / "discriminator.keras")
    images = np.asarray(generator(z))
    for file, value in (("z", z), ("x", x), ("images", images), ("scores", scores)):
        shape = (-1, 32, 32, 3) if value.shape[1:] == (3072,) else value.shape
        np.save(folder / f"{file}.npy", value.reshape(shape))


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory() as made,
        zipfile.ZipFile(FILES, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
    ):
        for system, narrow in NARROW.items():
            make(system, pathlib.Path(made) / system, narrow)
        for file in sorted(pathlib.Path(made).glob("*/*")):
            name = f"{file.parent.name}/{file.name}"
            packed.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED)
