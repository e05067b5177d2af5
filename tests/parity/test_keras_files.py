"""Files that Keras wrote (keras_models.py makes them anew): each format gives the numbers that Keras gave, and what is
damaged or beyond a recipe is one line. test_keras.py asks Keras itself."""

import json
import random
import subprocess
import zipfile

import pytest

from conftest import ROOT, find_program, refused, unpacked

np = pytest.importorskip("numpy", reason="needs NumPy: apt-get install python3-numpy")
torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return unpacked("keras_files.zip", tmp_path_factory.mktemp("keras"))


@pytest.fixture(scope="module")
def recipe(ganymede, files):
    """What is proposed from the two networks; nothing of it is a guess."""
    path = files / "recipe.toml"
    said = json.loads(
        ganymede("import", files / "g.keras", "--discriminator", files / "d.keras", "-o", path, "--json").stdout
    )
    assert said["recipe"] == str(path) and said["open"] == 0 and "# ?" not in path.read_text()
    return path


def given(ganymede, model, network, x):
    script = model.with_suffix(f".{network}.pt")
    ganymede("export", model, "--format", "torchscript", "--network", network, "-o", script)
    return torch.jit.load(str(script))(torch.from_numpy(x)).detach().numpy()


@pytest.mark.parametrize(
    "ending, named", [(".keras", False), (".h5", False), (".weights.h5", True), ("-weights.h5", True), (".keras", True)]
)
def test_each_format_computes_what_keras_did(ganymede, files, recipe, tmp_path, ending, named):
    model = tmp_path / "m.safetensors"
    flags = ("--recipe", recipe) if named else ()
    ganymede("import", files / f"g{ending}", "--discriminator", files / f"d{ending}", *flags, "-o", model)
    images = np.moveaxis(np.load(files / "images.npy"), -1, 1)
    assert (
        images.std() > 0.1
        and np.abs(given(ganymede, model, "generator", np.load(files / "z.npy")) - images).max() < 1e-4
    )
    x = np.ascontiguousarray(np.moveaxis(np.load(files / "x.npy"), -1, 1))
    scores = np.load(files / "scores.npy").reshape(-1)
    assert np.abs(given(ganymede, model, "discriminator", x).reshape(-1) - scores).max() < 1e-4


def test_what_is_imported_samples(ganymede, files, tmp_path):
    ganymede("import", files / "g.keras", "-o", tmp_path / "m.safetensors")
    ganymede("sample", tmp_path / "m.safetensors", "-n", 4, "-o", tmp_path / "grid.png")
    assert (tmp_path / "grid.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("file, words", [
    ("prelu.keras", "PReLU"), ("link.h5", "newer layout"),
    ("packed.h5", "packed"), ("huge.h5", "more than the file can hold"), ("whole.h5", "no floating-point numbers"),
    ("newer.h5", "newer layout"),
])  # fmt: skip
def test_what_no_recipe_or_reader_has_is_named(files, tmp_path, file, words):
    assert words in refused(files / file, "-o", tmp_path / "m.safetensors")
    assert not (tmp_path / "m.safetensors").exists()


def test_another_recipe_is_refused_with_every_difference(files, recipe, tmp_path):
    other, text = tmp_path / "recipe.toml", recipe.read_text()
    other.write_text(text.replace("epsilon = 0.002", "epsilon = 0.005").replace("leaky_relu = 0.3", "leaky_relu = 0.1"))
    said = refused(files / "g.keras", "--recipe", other, "-o", tmp_path / "m.safetensors")
    assert "0.005 in the recipe" in said and "0.1 in the recipe" in said
    other.write_text(text.replace("conv_transpose = 5", "conv_transpose = 7"))
    assert "[6, 7, 5, 5]" in refused(files / "g.weights.h5", "--recipe", other, "-o", tmp_path / "m.safetensors")


def test_weights_alone_need_a_recipe(files, tmp_path):
    assert "recipe" in refused(files / "g.weights.h5", "-o", tmp_path / "m.safetensors", code=2)
    assert "does not say what the layers are" in refused(files / "g.weights.h5", "-o", tmp_path / "m.toml")


def repacked(files, path, change):
    """g.keras again, its members as `change` gives them; None leaves one out."""
    with zipfile.ZipFile(files / "g.keras") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


CHANGES = {
    "no weights": lambda name, content: content if name == "config.json" else None,
    "config": lambda name, content: content.replace(b'"units": 96', b'"units": []'),
    "no json": lambda name, content: b"{" if name == "config.json" else content,
    "size": lambda name, content: content.replace(b'"units": 96', b'"units": 9223372036854775807'),
    "bomb": lambda name, content: bytes(300 << 20) if name == "model.weights.h5" else content,
}


@pytest.mark.parametrize("damage", ["cut", "cut zip", "text", "empty", *CHANGES])
def test_damaged_files_are_one_line(files, tmp_path, damage):
    path = tmp_path / "g.keras"
    if damage in CHANGES:
        repacked(files, path, CHANGES[damage])
    else:
        content = (files / ("g.h5" if damage == "cut" else "g.keras")).read_bytes()
        path.write_bytes({"text": b"no model\n", "empty": b""}.get(damage, content[: len(content) // 2]))
    said = refused(path, "-o", tmp_path / "m.safetensors")
    assert {"cut": "cut short", "bomb": "model.weights.h5"}.get(damage, "") in said
    assert not (tmp_path / "m.safetensors").exists()


@pytest.mark.parametrize("seed", range(4))
def test_changed_bytes_never_crash(files, tmp_path, seed):
    """Either it is refused in one line, or the model is written; the fuzzer (tests/fuzz) looks longer."""
    chance = random.Random(seed)
    content = bytearray((files / "g.h5").read_bytes())
    used = [i for i, byte in enumerate(content) if byte]
    for place in chance.sample(used, 3):
        content[place] = chance.randrange(256)
    (tmp_path / "g.h5").write_bytes(content)
    flags = [find_program(), "import", tmp_path / "g.h5", "-o", tmp_path / "m.safetensors"]
    result = subprocess.run([*map(str, flags)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.returncode in (0, 1), result.stderr
    assert result.returncode == 0 or (
        result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    ), result.stderr
