#!/usr/bin/env python3
"""Every shipped recipe's networks in every runtime that exports are for, as the table of docs/exchange.md.

    build/parity-exchange-venv/bin/python tests/parity/exchange_table.py --write \\
        --python /usr/bin/python3 --python VENV/bin/python --browser build/browser-venv/bin/python

Needs PyTorch, numpy, safetensors, onnx and onnxruntime (tests/parity/requirements-exchange.txt) and a built program;
for the browser a Python with Playwright, `chromium`, and studio/node_modules (scripts/studio). A --python may
be several words, `chroot SYSTEM /usr/bin/python3`, that see --folder at the same place.

A recipe's plain PyTorch modules (plain_modules.py) get random tensors, batch statistics too; `ganymede import` makes a
model of them and `ganymede export` writes it. What a runtime gives is compared with the modules in 64-bit arithmetic,
generator and discriminator, at batches of 1 and 3; it fails where one is further off than 1e-4."""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import tomllib

import numpy
import onnx
import onnxruntime
import safetensors.torch
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from plain_modules import as_after_training, expanded, stack  # noqa: E402
from program import ROOT, find_program  # noqa: E402

LIMIT, LEVELS = 1e-4, 1  # what docs/exchange.md promises
PAGE = ROOT / "docs" / "exchange.md"
BEGIN, END = "<!-- exchange_table.py writes this -->", "<!-- until here -->"
BATCHES = (1, 3)
SIZES = {"cifar10": (3, 32), "svhn": (3, 32), "mnistm": (3, 28)}  # of the data that an encoder reads
SHORT_TRAINING = (
    "data.name=shapes", "source.name=shapes", "data.count=200", "source.count=200", "encoder.training.epochs=1"
)  # fmt: skip


def ganymede(*arguments):
    command = [str(find_program()), "--threads", "1", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr.strip().splitlines()[-1])


def plain_networks(recipe):
    """The modules of the generator, of the encoder before it where the recipe translates, and of the discriminator."""
    blocks, out = recipe.get("blocks", {}), {}
    shape = (recipe.get("latent", {}).get("size", 100),)
    if "encoder" in recipe:
        channels, side = SIZES[recipe["source"]["name"]]
        side = recipe["source"].get("size", side)
        layers = recipe["encoder"]["layers"]
        out["encoder"], shape = stack(layers, (recipe["source"].get("channels", channels), side, side), blocks)
        out["kinds"] = [kind for kind, _ in expanded(layers, blocks)]
    out["generator"], image = stack(recipe["generator"]["layers"], shape, blocks)
    own = recipe["discriminator"]
    out["discriminator"], _ = stack(own["layers"], image, blocks, own.get("heads"))
    return out


def write_model(name, networks, place):
    """A model of the recipe. An encoder cannot be imported: a model that has one is trained for a step."""
    if "encoder" in networks:
        flags = [word for one in SHORT_TRAINING for word in ("--set", one)]
        ganymede("train", name, "--steps", 1, *flags, "--output", place / "run", "--quiet")
        return place / "run"
    generator = torch.Generator().manual_seed(1)
    for network in ("generator", "discriminator"):
        as_after_training(networks[network], generator)
        tensors = {key: value.contiguous().clone() for key, value in networks[network].state_dict().items()}
        safetensors.torch.save_file(tensors, place / f"{network}.safetensors")
    model = place / "model.safetensors"
    files = (place / "generator.safetensors", "--discriminator", place / "discriminator.safetensors")
    ganymede("import", *files, "--recipe", name, "-o", model)
    return model


def as_exported(outputs):
    """As arrays; a score alone is [N] in exports."""
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return [(t[:, 0] if t.shape[1:] == (1,) else t).numpy() for t in outputs]


class Case:
    """One network with one batch: what it is given, and what it should give."""

    def __init__(self, recipe, stem, batch, plain, inputs):
        self.recipe, self.stem, self.name = recipe, stem, f"{stem}.{batch}"
        self.inputs, self.outputs, self.levels = inputs, [], None
        with torch.no_grad():
            found = plain.float()(*inputs.values())
            expected = plain.double()(*(t.double() if t.is_floating_point() else t for t in inputs.values()))
            plain.float()
        self.plain, self.expected = as_exported(found), as_exported(expected)

    def about(self):
        return {"name": self.name, "stem": self.stem, "inputs": list(self.inputs), "outputs": self.outputs}

    def write(self, folder):
        inputs = {
            name: {"shape": value.shape, "whole": value.dtype == torch.long, "values": value.flatten().tolist()}
            for name, value in self.inputs.items()
        }
        (folder / f"{self.name}.json").write_text(json.dumps(inputs))

    def difference(self, found):
        shapes = [[values.shape for values in all_of] for all_of in (self.expected, found)]
        if shapes[0] != shapes[1]:
            raise RuntimeError(f"{self.name}: the shapes are {shapes[1]}, not {shapes[0]}")
        if not all(numpy.isfinite(values).all() for values in found):
            raise RuntimeError(f"{self.name}: not every number is finite")
        return max(float(numpy.abs(one - other).max()) for one, other in zip(self.expected, found))


def loaded(networks, network, model, file):
    """The plain modules with the exported tensors: all that they ask for, and no others."""
    networks[network].load_state_dict(safetensors.torch.load_file(file))
    if network != "generator" or "encoder" not in networks:
        return networks[network].eval()
    # No export but ONNX and TorchScript holds an encoder; its tensors have their layers' names in the model itself.
    own, counts, tensors = safetensors.torch.load_file(model / "model.safetensors"), {}, {}
    for i, kind in enumerate(networks["kinds"]):
        counts[kind] = counts.get(kind, 0) + 1
        start = f"encoder.{kind}_{counts[kind]}."
        tensors.update({f"{i}.{key[len(start) :]}": value for key, value in own.items() if key.startswith(start)})
        if kind == "batch_norm":
            tensors[f"{i}.num_batches_tracked"] = torch.tensor(0)
    networks["encoder"].load_state_dict(tensors)
    return nn.Sequential(networks["encoder"], networks["generator"]).eval()


def inputs_of(graph, batch, classes):
    """By the graph's own names and shapes, in its order, which is also that of the script's arguments."""
    generator, out = torch.Generator().manual_seed(batch), {}
    for port in graph.input:
        sizes = [batch, *(size.dim_value for size in port.type.tensor_type.shape.dim[1:])]
        whole = port.type.tensor_type.elem_type == onnx.TensorProto.INT64
        noise = torch.randn(sizes, generator=generator)
        out[port.name] = torch.arange(batch) % classes if whole else noise.clamp(-1, 1) if len(sizes) == 4 else noise
    return out


def classes_of(metadata):
    """How many a model's exports name."""
    return len(json.loads({entry.key: entry.value for entry in metadata}.get("classes", "[]"))) or 1


def cases_of(name, folder):
    """Writes a recipe's exports and inputs into the folder."""
    recipe = tomllib.loads((ROOT / "recipes" / f"{name}.toml").read_text())
    networks = plain_networks(recipe)
    out = []
    with tempfile.TemporaryDirectory() as place:
        model = write_model(name, networks, pathlib.Path(place))
        for network in ("generator", "discriminator"):
            stem = f"{name}.{network}"
            for kind, ending in (("onnx", "onnx"), ("torchscript", "pt"), ("safetensors", "safetensors")):
                ganymede("export", model, "--format", kind, "--network", network, "-o", folder / f"{stem}.{ending}")
            onnx.checker.check_model(str(folder / f"{stem}.onnx"), full_check=True)
            file = onnx.load(folder / f"{stem}.onnx")
            plain = loaded(networks, network, model, folder / f"{stem}.safetensors")
            for batch in BATCHES:
                inputs = inputs_of(file.graph, batch, classes_of(file.metadata_props))
                out.append(Case(name, stem, batch, plain, inputs))
                out[-1].outputs = [port.name for port in file.graph.output]
            pictures(out[-1], model, folder)
    return out


def pictures(case, model, folder):
    """The program's own images of the last batch's noise, in grey levels."""
    if "z" not in case.inputs:
        return
    file = folder / "own.npy"
    ganymede("sample", model, "--z", json.dumps(case.inputs["z"].tolist()), "-o", file)
    wanted = numpy.floor(numpy.clip(case.expected[0] * 127.5 + 128, 0, 255)).transpose(0, 2, 3, 1)
    case.levels = int(numpy.abs(numpy.load(file).reshape(wanted.shape) - wanted).max())


def onnx_runtime(case, folder):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / f"{case.stem}.onnx"), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {name: value.numpy() for name, value in case.inputs.items()})


class Column:
    """What one runtime gave: the largest difference of each recipe, or why there is none."""

    def __init__(self, title):
        self.title, self.largest, self.failures = title, {}, {}

    def add(self, case, found):
        self.largest[case.recipe] = max(self.largest.get(case.recipe, 0), case.difference(found))

    def cell(self, recipe):
        if recipe in self.failures or recipe not in self.largest:
            return "fails"
        return f"{self.largest[recipe]:.0e}".replace("e-0", "e-").replace("e+00", "")


def elsewhere(title, command, runner, cases, folder):
    """A column of a runner in another process."""
    subprocess.run([*command], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    said = json.loads((folder / f"{runner}.json").read_text())
    column = Column(f"{title}, {said['version'].partition('+')[0]}")
    for case in cases:
        problem = said["failures"].get(case.name)
        if problem:
            column.failures.setdefault(case.recipe, f"{case.name}: {problem}")
        else:
            found = json.loads((folder / f"{case.name}.{runner}.json").read_text())
            column.add(case, [numpy.array(one["values"], numpy.float32).reshape(one["shape"]) for one in found])
    return column


def columns_of(cases, folder, options):
    own, plain = Column(f"ORT {onnxruntime.__version__}"), Column(f"`load_state_dict` {torch.__version__}")
    for case in cases:
        own.add(case, onnx_runtime(case, folder))
        plain.add(case, case.plain)
    out = [own]
    runners = str(folder / "exchange_runners.py")
    for provider, name in (("wasm", "wasm"), ("webgpu", "WebGPU")) if options.browser else ():
        command = [*shlex.split(options.browser), runners, "browser", str(folder), str(ROOT / "studio"), provider]
        out.append(elsewhere(f"ORT Web {name}", command, provider, cases, folder))
    for i, interpreter in enumerate(options.python):
        command = [*shlex.split(interpreter), runners, "torch", str(folder), f"torch{i}"]
        out.append(elsewhere("TorchScript", command, f"torch{i}", cases, folder))
    return [*out, plain]


def table(recipes, cases, columns):
    levels = {case.recipe: case.levels for case in cases if case.levels is not None}
    rows = [["recipe", *(column.title for column in columns), "program's images, grey levels", "largest number"]]
    rows.append(["---"] * len(rows[0]))
    for recipe in recipes:
        size = max(float(numpy.abs(one).max()) for case in cases if case.recipe == recipe for one in case.expected)
        cells = [column.cell(recipe) for column in columns]
        rows.append([f"`{recipe}`", *cells, str(levels.get(recipe, "-")), f"{size:.2g}"])
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines += [f"- {column.title}: {why}" for column in columns for why in column.failures.values()]
    return "\n".join(lines) + "\n"


def holds(cases, columns):
    """Whether every runtime took every network, and all is within the limits."""
    near = all(value <= LIMIT for column in columns for value in column.largest.values())
    return near and not any(column.failures for column in columns) and all((c.levels or 0) <= LEVELS for c in cases)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", help="all that are shipped unless named")
    parser.add_argument("--python", action="append", default=[], metavar="COMMAND", help="one that has PyTorch; repeat")
    parser.add_argument("--browser", metavar="COMMAND", help="a Python that has Playwright")
    parser.add_argument("--folder", help="an empty folder for what the runtimes are given; else a temporary one")
    parser.add_argument("--write", action="store_true", help="into docs/exchange.md, not on standard output")
    return parser.parse_args()


def main():
    options = parsed()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    recipes = options.recipes or sorted(path.stem for path in (ROOT / "recipes").glob("*.toml"))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary).resolve()
        (folder / "exchange_runners.py").write_text((HERE / "exchange_runners.py").read_text())
        cases = []
        for recipe in recipes:
            cases += cases_of(recipe, folder)
            print(recipe, file=sys.stderr)
        for case in cases:
            case.write(folder)
        (folder / "cases.json").write_text(json.dumps([case.about() for case in cases]))
        columns = columns_of(cases, folder, options)
    text = table(recipes, cases, columns)
    if options.write:
        before, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")
    else:
        print(text, end="")
    if not holds(cases, columns):
        sys.exit(f"error: a difference is above {LIMIT} or {LEVELS} grey level, or a runtime took no network")


if __name__ == "__main__":
    main()
