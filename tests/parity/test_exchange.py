"""Exported models in other people's runtimes: ONNX Runtime, TorchScript and plain PyTorch give the same numbers."""

import json
import os
import pathlib
import subprocess
import sys

import numpy
import pytest

import png
from program import ROOT, program

HERE = pathlib.Path(__file__).resolve().parent

onnx = pytest.importorskip("onnx", reason="onnx not installed: pip install -r tests/parity/requirements-exchange.txt")
onnxruntime = pytest.importorskip(
    "onnxruntime", reason="onnxruntime not installed: pip install -r tests/parity/requirements-exchange.txt"
)
torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")

# Every kind of layer stands in one of these.
RECIPES = {
    "plain": (
        """{ dense = 128 }, { reshape = [8, 4, 4] }, "batch_norm", "relu",
        { conv_transpose = 8, kernel = 4, stride = 2, padding = 1 }, "instance_norm", { leaky_relu = 0.2 },
        { conv_transpose = 8, kernel = 3, stride = 2, padding = "same" }, "pixel_norm", { dropout = 0.3 },
        { conv = 3, kernel = 4, padding = "same" }, "tanh" """,
        """{ conv = 8, kernel = 4, stride = 2, padding = "same", spectral_norm = true }, { leaky_relu = 0.2 },
        { conv = 8, groups = 4, padding = 1 }, { avg_pool = 2, mode = "filtered" }, { minibatch_stddev = 4 },
        { global_pool = "mean" }, { dense = 1 }""",
        "",
    ),
    "conditional": (
        """{ label_embedding = 4, classes = 10 }, { dense = 128 }, { reshape = [8, 4, 4] },
        { residual = [{ conditional_batch_norm = true, classes = 10 }, "relu", { upsample = 2 }, \
            { conv = 8, padding = 1 }], shortcut = [{ upsample = 2, mode = "bilinear" }] },
        "self_attention", { upsample = 2, mode = "filtered" },
        { conv = 3, padding = 1 }, "sigmoid" """,
        """{ conv = 8, kernel = 3, stride = 2, padding = "same" }, "relu", "self_attention", { avg_pool = 2 },
        { global_pool = "sum" }, { projection = true, classes = 10 }""",
        "",
    ),
    "heads": (
        """{ label_embedding = 4, classes = 10 }, { dense = 128 }, "batch_norm", { reshape = [8, 4, 4] },
        { conv_transpose = 3, kernel = 8, stride = 4, padding = 2 }, "tanh" """,
        '{ conv = 8, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, "flatten"',
        """[discriminator.heads]\nadversarial = [{ dense = 1 }]\nclasses = [{ dense = 10 }]\n""",
    ),
}
BATCHES = (1, 3, 64)


def write_recipe(path, name):
    generator, discriminator, heads = RECIPES[name]
    path.write_text(
        f"""[data]\nname = "shapes"\nsize = 16\nchannels = 3\n[latent]\nsize = 12\n[generator]\nlayers = [{generator}]
[discriminator]\nlayers = [{discriminator}]\n{heads}[objective]\nname = "{'acgan' if heads else 'hinge'}"
[train]\nbatch_size = 16\nsteps = 20\n"""
    )


@pytest.fixture(scope="module")
def models(ganymede, tmp_path_factory):
    made = {}
    for name in RECIPES:
        folder = tmp_path_factory.mktemp(name)
        write_recipe(folder / "recipe.toml", name)
        ganymede("train", folder / "recipe.toml", "--output", folder / "run", "--quiet")
        made[name] = folder / "run"
    return made


def export(ganymede, model, path, *flags):
    ganymede("export", model, "-o", path, *flags)
    return path


# PyTorch 2.6 of Debian 13 never comes back from fusing one of these generators for a second batch size; its own fuser
# is not what is tested here (docs/exchange.md).
torch._C._jit_set_texpr_fuser_enabled(False)


def session(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def feeds(running, batch, generator):
    out = {}
    for port in running.get_inputs():
        shape = [batch, *port.shape[1:]]
        if port.type == "tensor(int64)":
            out[port.name] = (numpy.arange(batch) % 10).astype(numpy.int64)
        else:
            out[port.name] = generator.standard_normal(shape).astype(numpy.float32)
    return out


@pytest.mark.parametrize("network", ["generator", "discriminator"])
@pytest.mark.parametrize("name", RECIPES)
def test_onnx_runtime_gives_torchscripts_numbers(ganymede, models, tmp_path, name, network):
    flags = ("--network", network)
    running = session(export(ganymede, models[name], tmp_path / "m.onnx", "--format", "onnx", *flags))
    script = torch.jit.load(export(ganymede, models[name], tmp_path / "m.pt", "--format", "torchscript", *flags))
    generator = numpy.random.default_rng(1)
    for batch in BATCHES:
        given = feeds(running, batch, generator)
        found = running.run(None, given)
        with torch.no_grad():
            expected = script(*(torch.from_numpy(given[port.name]) for port in running.get_inputs()))
        expected = expected if isinstance(expected, tuple) else (expected,)
        assert len(found) == len(expected)
        for a, b in zip(found, expected):
            assert a.shape == tuple(b.shape)
            assert numpy.abs(a - b.numpy()).max() < 1e-4


def test_pixels_are_those_of_the_program(ganymede, models, tmp_path):
    running = session(
        export(ganymede, models["plain"], tmp_path / "m.onnx", "--format", "onnx", "--pixels", "uint8")
    )
    z = numpy.random.default_rng(2).standard_normal((3, 12)).astype(numpy.float32)
    found = running.run(None, {"z": z})[0]
    ganymede("sample", models["plain"], "--z", json.dumps(z.tolist()), "-o", tmp_path / "images")
    drawn = numpy.stack([png.read(file) for file in sorted((tmp_path / "images").glob("*.png"))])
    assert found.dtype == numpy.uint8 and found.shape == drawn.shape
    assert numpy.abs(found.astype(int) - drawn.astype(int)).max() <= 1


def test_half_weights_halve_the_file(ganymede, models, tmp_path):
    whole = export(ganymede, models["plain"], tmp_path / "a.onnx", "--format", "onnx")
    half = export(ganymede, models["plain"], tmp_path / "b.onnx", "--format", "onnx", "--weights", "f16")
    assert half.stat().st_size < 0.75 * whole.stat().st_size
    z = {"z": numpy.random.default_rng(3).standard_normal((4, 12)).astype(numpy.float32)}
    assert numpy.abs(session(whole).run(None, z)[0] - session(half).run(None, z)[0]).max() < 0.02


@pytest.mark.parametrize("network", ["generator", "discriminator"])
@pytest.mark.parametrize("name", RECIPES)
def test_half_weights_compute_what_rounded_ones_do(ganymede, models, tmp_path, name, network):
    flags = ("--format", "onnx", "--network", network)
    half = session(export(ganymede, models[name], tmp_path / "half.onnx", *flags, "--weights", "f16"))
    whole = onnx.load(export(ganymede, models[name], tmp_path / "whole.onnx", *flags))
    for tensor in whole.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype == numpy.float32:
            rounded = values.astype(numpy.float16).astype(numpy.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(rounded, tensor.name))
    onnx.save(whole, tmp_path / "rounded.onnx")
    expected = session(tmp_path / "rounded.onnx")
    for batch in BATCHES:
        given = feeds(half, batch, numpy.random.default_rng(1))
        for a, b in zip(half.run(None, given), expected.run(None, given)):
            assert numpy.abs(a - b).max() < 1e-4


def test_weights_of_classes_mix_them(ganymede, models, tmp_path):
    flags = ("--format", "onnx", "--labels")
    by_index = session(export(ganymede, models["conditional"], tmp_path / "a.onnx", *flags, "index"))
    by_weight = session(export(ganymede, models["conditional"], tmp_path / "b.onnx", *flags, "weights"))
    z = numpy.random.default_rng(4).standard_normal((10, 12)).astype(numpy.float32)
    a = by_index.run(None, {"z": z, "label": numpy.arange(10)})[0]
    b = by_weight.run(None, {"z": z, "label": numpy.eye(10, dtype=numpy.float32)})[0]
    assert numpy.abs(a - b).max() < 1e-5


def test_metadata_say_what_it_is(ganymede, models, tmp_path):
    model = onnx.load(export(ganymede, models["conditional"], tmp_path / "m.onnx", "--format", "onnx"))
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said["latent_distribution"] == "standard normal" and said["value_range"] == "-1 to 1"
    assert len(json.loads(said["classes"])) == 10 and "[generator]" in said["recipe"]
    assert model.opset_import[0].version == 21


def test_a_sequential_takes_the_tensors(ganymede, models, tmp_path):
    safetensors_torch = pytest.importorskip(
        "safetensors.torch", reason="safetensors not installed: see tests/parity/requirements-exchange.txt"
    )
    flags = ("--format", "safetensors", "--network", "generator")
    path = export(ganymede, models["heads"], tmp_path / "m.safetensors", *flags)
    nn = torch.nn
    table = safetensors_torch.load_file(path)
    plain = nn.Sequential(
        nn.Embedding(10, 4),  # stands for the label embedding
        nn.Linear(16, 128),
        nn.BatchNorm1d(128),
        nn.Unflatten(1, (8, 4, 4)),
        nn.ConvTranspose2d(8, 3, 8, 4, 2),
        nn.Tanh(),
    ).eval()
    plain.load_state_dict(table)
    z = torch.randn(5, 12, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(5)
    with torch.no_grad():
        expected = plain[1:](torch.cat([z, plain[0](labels)], 1))
        script = torch.jit.load(
            export(ganymede, models["heads"], tmp_path / "m.pt", "--format", "torchscript", "--network", "generator")
        )
        assert (script(z, labels) - expected).abs().max() < 1e-5


def test_exported_tensors_come_back_with_their_classes(ganymede, models, tmp_path):
    ganymede("export", models["heads"], "--format", "safetensors", "-o", tmp_path / "m.safetensors")
    back, recipe = tmp_path / "back.safetensors", models["heads"].parent / "recipe.toml"
    ganymede("import", tmp_path / "m.safetensors", "--recipe", recipe, "-o", back)
    flags = ("--class", "heart", "-n", 1, "-o")
    ganymede("sample", models["heads"], *flags, tmp_path / "a.png")
    ganymede("sample", back, *flags, tmp_path / "b.png")
    assert (png.read(tmp_path / "a.png") == png.read(tmp_path / "b.png")).all()


def test_images_that_are_not_square_keep_their_shape(ganymede, tmp_path):
    recipe = ROOT / "tests" / "support" / "tiny_wide.toml"
    ganymede("train", recipe, "--steps", 1, "--output", tmp_path / "run", "--quiet")
    ganymede("export", tmp_path / "run", "--format", "onnx", "-o", tmp_path / "wide.onnx")
    graph = onnx.load(tmp_path / "wide.onnx").graph
    assert [d.dim_value for d in graph.output[0].type.tensor_type.shape.dim][1:] == [3, 64, 96]


@pytest.mark.parametrize("recipe", ["shapes-acgan", "svhn-to-mnist-dtn"])
def test_the_table_of_recipes_can_be_made(recipe):
    pytest.importorskip("safetensors", reason="safetensors not installed: see tests/parity/requirements-exchange.txt")
    command = [sys.executable, HERE / "exchange_table.py", recipe, "--python", sys.executable]
    environment = {**os.environ, "GANYMEDE": str(program())}
    made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=250, check=False)
    assert made.returncode == 0, made.stderr
    assert f"| `{recipe}` |" in made.stdout and "fails" not in made.stdout


def test_the_page_has_every_recipe():
    rows = (ROOT / "docs" / "exchange.md").read_text()
    missing = [path.stem for path in (ROOT / "recipes").glob("*.toml") if f"\n| `{path.stem}` | " not in rows]
    assert not missing, f"run tests/parity/exchange_table.py --write: {missing}"
