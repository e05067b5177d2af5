"""What becomes of a pair of networks that Keras saved, from their import to their export: tests of
test_exchange_keras.py and test_keras_systems.py. Their fixture `place` is a folder as keras_systems.make() fills it,
and as take_in() goes on."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

import png
from client import Server
from program import ROOT, program

TORCH = "/usr/bin/python3"
RUN = """import sys, numpy, torch
for script, x, y in zip(*[iter(sys.argv[1:])] * 3):
    numpy.save(y, torch.jit.load(script)(torch.from_numpy(numpy.load(x))).detach().numpy())"""


def take_in(ganymede, place):
    """Adds proposed.toml, model.safetensors and images/ to train on."""
    networks = (place / "generator.keras", "--discriminator", place / "discriminator.keras")
    said = json.loads(ganymede("import", *networks, "-o", place / "proposed.toml", "--json").stdout)
    assert said["open"] == 0 and "# ?" not in (place / "proposed.toml").read_text()
    ganymede("import", *networks, "-o", place / "model.safetensors")
    ganymede("sample", ROOT / "models" / "shapes-relativistic.safetensors", "-n", 48, "-o", place / "images")
    return place


def saved(place, name):
    return np.load(place / f"{name}.npy")


def levels(images):
    """In grey levels before rounding, channels last."""
    return np.clip(images * 127.5 + 128, 0, 255)


def drawn(ganymede, model, place, folder):
    ganymede("sample", model, "--z", json.dumps(saved(place, "z").tolist()), "-o", folder)
    return np.stack([png.read(file) for file in sorted(folder.glob("*.png"))])


def expect_kerass(place, images, scores):
    """What our files give, channels first, and what Keras gave. Scores are before the sigmoid."""
    theirs = np.moveaxis(saved(place, "images"), -1, 1)
    assert images.shape == theirs.shape and np.abs(images - theirs).max() < 1e-4
    assert np.abs(scores.reshape(-1) - saved(place, "scores")).max() < 1e-3


class Life:
    def test_it_samples_the_same_pictures(self, ganymede, place, tmp_path):
        theirs = levels(saved(place, "images"))
        assert theirs.std() > 3  # grey images would be the same whatever is wrong
        for recipe in ((), ("--recipe", place / "proposed.toml")):
            model = tmp_path / f"{len(recipe)}.safetensors"
            networks = (place / "generator.keras", "--discriminator", place / "discriminator.keras")
            ganymede("import", *networks, *recipe, "-o", model)
            ours = drawn(ganymede, model, place, tmp_path / f"out{len(recipe)}")
            assert ours.shape == theirs.shape and np.abs(ours - np.floor(theirs)).max() <= 1

    def test_it_is_evaluated_and_served(self, ganymede, place):
        model = place / "model.safetensors"
        flags = ("--data", place / "images", "-n", 48, "--metrics", "swd", "--force", "--json")
        assert json.loads(ganymede("evaluate", model, *flags).stdout)["metrics"]["swd"]["mean"] > 0
        server = Server(program(), [model])
        try:
            request = {"z": saved(place, "z").tolist(), "format": "json"}
            answer = server.post(f"/api/v1/models/{model.stem}/generate", request)
            assert answer.status == 200 and len(answer.json()["images"]) == len(request["z"])
        finally:
            server.end()

    def test_it_is_trained_further_from_where_it_was(self, ganymede, place, tmp_path):
        model = place / "model.safetensors"
        flags = ("--data", place / "images", "--set", "train.batch_size=8", "--quiet", "--steps", 1)
        ganymede("train", place / "proposed.toml", "--from", model, "-o", tmp_path / "run", *flags)
        after = drawn(ganymede, tmp_path / "run", place, tmp_path / "out")
        assert np.corrcoef(after.ravel(), saved(place, "images").ravel())[0, 1] > 0.8
        assert (after != drawn(ganymede, model, place, tmp_path / "before")).any()

    def test_onnx_runtime_gives_its_numbers(self, ganymede, place, tmp_path):
        onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime not installed: pip install onnxruntime")
        ganymede(*self.exported(place, "onnx", tmp_path / "m.onnx"))
        found = []
        for network, inputs in self.inputs(place).items():
            session = onnxruntime.InferenceSession(str(tmp_path / f"m.{network}.onnx"))
            found.append(session.run(None, {session.get_inputs()[0].name: inputs})[0])
        expect_kerass(place, *found)

    def test_torchscript_gives_its_numbers(self, ganymede, place, tmp_path):
        if subprocess.run([TORCH, "-c", "import torch"], capture_output=True, check=False).returncode != 0:
            pytest.skip("needs PyTorch: apt-get install python3-torch")
        ganymede(*self.exported(place, "torchscript", tmp_path / "m.pt"))
        words, outputs = [], []
        for network, inputs in self.inputs(place).items():
            np.save(tmp_path / f"{network}.npy", inputs)
            outputs.append(tmp_path / f"{network}.out.npy")
            words += [tmp_path / f"m.{network}.pt", tmp_path / f"{network}.npy", outputs[-1]]
        subprocess.run([TORCH, "-c", RUN, *map(str, words)], check=True, timeout=250)
        expect_kerass(place, *map(np.load, outputs))

    def test_its_tensors_come_back_as_they_left(self, ganymede, place, tmp_path):
        ganymede(*self.exported(place, "safetensors", tmp_path / "m.safetensors"))
        networks = [tmp_path / f"m.{network}.safetensors" for network in self.inputs(place)]
        back = tmp_path / "back.safetensors"
        recipe = ("--recipe", place / "proposed.toml")
        ganymede("import", networks[0], "--discriminator", networks[1], *recipe, "-o", back)
        ours = drawn(ganymede, place / "model.safetensors", place, tmp_path / "before")
        assert (drawn(ganymede, back, place, tmp_path / "after") == ours).all()

    @staticmethod
    def exported(place, form, output):
        return "export", place / "model.safetensors", "--format", form, "--network", "both", "-o", output

    @staticmethod
    def inputs(place):
        x = np.ascontiguousarray(np.moveaxis(saved(place, "x"), -1, 1))
        return {"generator": saved(place, "z"), "discriminator": x}
