"""Models inside models, spectral norms and residual blocks, from files that Keras wrote (keras_blocks.py makes them
anew): each format gives the numbers that Keras gave. test_keras.py asks Keras itself."""

import json

import pytest

from conftest import ROOT, refused, unpacked

np = pytest.importorskip("numpy", reason="needs NumPy: apt-get install python3-numpy")
torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")

GENERATORS = ("nested", "plain_nested", "spectral_generator", "residual_generator", "blocks_in_blocks")
NETWORKS = (*GENERATORS, "critic", "residual_critic")
WITHOUT_ORDER = ("nested", "residual_generator", "residual_critic", "blocks_in_blocks")
RESIDUAL = WITHOUT_ORDER[1:]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return unpacked("keras_blocks.zip", tmp_path_factory.mktemp("keras"))


def networks(files, name, ending):
    """What to import: a critic comes with a generator of its images."""
    file = files / f"{name}{ending}"
    return (file,) if name in GENERATORS else (files / "generator.keras", "--discriminator", file)


@pytest.fixture(scope="module")
def recipes(ganymede, files):
    """What is proposed from each; nothing of it is a guess."""
    out = {}
    for name in NETWORKS:
        out[name] = files / f"{name}.toml"
        said = json.loads(ganymede("import", *networks(files, name, ".keras"), "-o", out[name], "--json").stdout)
        assert said["open"] == 0 and "# ?" not in out[name].read_text()
    return out


def channels_first(images):
    return np.ascontiguousarray(np.moveaxis(images, -1, 1)) if images.ndim == 4 else images


def expect_kerass(ganymede, files, name, model):
    network = "generator" if name in GENERATORS else "discriminator"
    script = model.with_suffix(".pt")
    ganymede("export", model, "--format", "torchscript", "--network", network, "-o", script)
    x = torch.from_numpy(channels_first(np.load(files / f"{name}.x.npy")))
    given = torch.jit.load(str(script))(x).detach().numpy()
    theirs = channels_first(np.load(files / f"{name}.y.npy")).reshape(given.shape)
    assert theirs.std() > 1e-2 and np.abs(given - theirs).max() < 1e-4


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("name", NETWORKS)
def test_described_files_compute_what_keras_did(ganymede, files, recipes, tmp_path, name, ending, named):
    model = tmp_path / "m.safetensors"
    flags = ("--recipe", recipes[name]) if named else ()
    ganymede("import", *networks(files, name, ending), *flags, "-o", model)
    expect_kerass(ganymede, files, name, model)


@pytest.mark.parametrize("ending", [".weights.h5", "-weights.h5"])
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in WITHOUT_ORDER])
def test_weights_alone_compute_what_keras_did(ganymede, files, recipes, tmp_path, name, ending):
    model = tmp_path / "m.safetensors"
    ganymede("import", *networks(files, name, ending), "--recipe", recipes[name], "-o", model)
    expect_kerass(ganymede, files, name, model)


@pytest.mark.parametrize("name", WITHOUT_ORDER)
def test_weights_alone_that_do_not_tell_the_order_are_refused(files, recipes, tmp_path, name):
    word = "residual block" if name in RESIDUAL else "comes first"
    flags = ("--recipe", recipes[name], "-o", tmp_path / "m.safetensors")
    assert word in refused(*networks(files, name, ".weights.h5"), *flags)
    assert not (tmp_path / "m.safetensors").exists()


def test_spectral_norms_stay_and_are_one(ganymede, files, recipes, tmp_path):
    """So that a next training step divides by what Keras's would; and another recipe is not passed over."""
    assert recipes["critic"].read_text().count("spectral_norm = true") == 3
    plain = tmp_path / "plain.toml"
    plain.write_text(recipes["critic"].read_text().replace(", spectral_norm = true", ""))
    said = refused(*networks(files, "critic", ".keras"), "--recipe", plain, "-o", tmp_path / "m.safetensors")
    assert "vector_u" in said and said.count("more tensors than") == 3
    ganymede("sample", ROOT / "models" / "shapes-relativistic.safetensors", "-n", 8, "-o", tmp_path / "images")
    ganymede("import", *networks(files, "critic", ".keras"), "-o", tmp_path / "m.safetensors")
    flags = ("--data", tmp_path / "images", "--set", "train.batch_size=8", "--quiet", "--steps", 1)
    ganymede("train", recipes["critic"], "--from", tmp_path / "m.safetensors", "-o", tmp_path / "run", *flags)


@pytest.mark.parametrize("name", ["residual_generator", "residual_critic"])
def test_the_paths_of_a_block_may_be_the_other_way_round(ganymede, files, recipes, tmp_path, name):
    """A sum does not say which is the shortcut: the recipe does."""
    text, turned = recipes[name].read_text(), tmp_path / "turned.toml"
    turned.write_text(swapped(text))
    assert turned.read_text() != text
    ganymede("import", *networks(files, name, ".keras"), "--recipe", turned, "-o", tmp_path / "m.safetensors")
    expect_kerass(ganymede, files, name, tmp_path / "m.safetensors")


def swapped(text):
    """Every block's two lists in each other's place; a recipe's block begins with its branch."""
    out, begins, turns = [], 0, 0
    for line in text.split("\n"):
        if line.startswith("  { residual = ["):
            begins, turns = len(out), 0
        if line.startswith("  ], shortcut = ["):
            turns = len(out)
        if line == "  ] }," and turns > 0:
            out[begins:] = [out[begins], *out[turns + 1 :], out[turns], *out[begins + 1 : turns]]
            turns = 0
        out.append(line)
    return "\n".join(out)


def test_another_block_is_refused_with_every_difference(files, recipes, tmp_path):
    other = tmp_path / "other.toml"
    text = recipes["residual_generator"].read_text()
    other.write_text(text.replace("epsilon = 0.001", "epsilon = 0.5"))
    flags = ("--recipe", other, "-o", tmp_path / "m.safetensors")
    assert refused(files / "residual_generator.keras", *flags).count("0.5 in the recipe") == 5


def test_paths_that_are_no_blocks_are_refused(files, tmp_path):
    assert "residual blocks" in refused(files / "crossing.keras", "-o", tmp_path / "m.safetensors")


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_weights_that_are_no_numbers_are_refused(files, tmp_path, ending):
    assert "hold NaN or infinity" in refused(files / f"nan.{ending}", "-o", tmp_path / "m.safetensors")
    assert not (tmp_path / "m.safetensors").exists()
