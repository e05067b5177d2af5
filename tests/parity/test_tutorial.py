"""PyTorch's DCGAN tutorial, trained by its own script, comes in and lives on: it samples the same pictures, is
evaluated, served, trained further and exported. Its recipe is the one that is proposed from its files."""

import json
import pathlib
import subprocess
import sys

import numpy
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

import png
from client import Server
from program import ROOT, program

torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")

import tutorial_dcgan  # noqa: E402


@pytest.fixture(scope="module")
def place(ganymede, tmp_path_factory):
    """images/, netG.pth and netD.pth of the script, proposed.toml and model.safetensors of ours."""
    out = tmp_path_factory.mktemp("tutorial")
    ganymede("sample", ROOT / "models" / "shapes-relativistic.safetensors", "-n", 48, "-o", out / "images")
    script = [sys.executable, tutorial_dcgan.__file__, out / "images", "20", out]
    subprocess.run(list(map(str, script)), check=True, timeout=280)
    networks = (out / "netG.pth", "--discriminator", out / "netD.pth")
    ganymede("import", *networks, "-o", out / "proposed.toml")
    ganymede("import", *networks, "--recipe", out / "proposed.toml", "-o", out / "model.safetensors")
    return out


def loaded(kind, file):
    network = kind()
    network.load_state_dict(torch.load(file))
    return network.eval()


def noise(count):
    return torch.randn(count, tutorial_dcgan.NZ, generator=torch.Generator().manual_seed(1))


def its_images(place, z):
    """What the tutorial's generator makes of noise, in grey levels before rounding, channels last."""
    with torch.no_grad():
        images = loaded(tutorial_dcgan.Generator, place / "netG.pth")(z.reshape(len(z), -1, 1, 1))
    return (images * 127.5 + 128).clamp(0, 255).permute(0, 2, 3, 1).numpy()


def test_it_samples_the_same_pictures(ganymede, place, tmp_path):
    z = noise(3)
    ganymede("sample", place / "model.safetensors", "--z", json.dumps(z.tolist()), "-o", tmp_path / "out")
    drawn = numpy.stack([png.read(file) for file in sorted((tmp_path / "out").glob("*.png"))])
    assert drawn.std() > 3  # it has learnt something: grey images would be the same whatever is wrong
    assert numpy.abs(drawn - numpy.floor(its_images(place, z))).max() <= 1


def test_it_is_evaluated_and_served(ganymede, place):
    model = place / "model.safetensors"
    flags = ("--data", place / "images", "-n", 48, "--metrics", "swd", "--force", "--json")
    assert json.loads(ganymede("evaluate", model, *flags).stdout)["metrics"]["swd"]["mean"] > 0
    server = Server(program(), [model])
    try:
        answer = server.post(f"/api/v1/models/{model.stem}/generate", {"count": 2, "seed": 1, "format": "json"})
        assert answer.status == 200 and len(answer.json()["images"]) == 2
    finally:
        server.end()


def test_it_is_trained_further_from_where_it_was(ganymede, place, tmp_path):
    flags = ("--data", place / "images", "--set", "train.batch_size=8", "--quiet")
    model = place / "model.safetensors"
    ganymede("train", place / "proposed.toml", "--from", model, "--steps", 1, "-o", tmp_path / "run", *flags)
    z = noise(3)
    ganymede("sample", tmp_path / "run", "--z", json.dumps(z.tolist()), "-o", tmp_path / "out")
    after = numpy.stack([png.read(file) for file in sorted((tmp_path / "out").glob("*.png"))])
    assert numpy.corrcoef(after.ravel(), its_images(place, z).ravel())[0, 1] > 0.8


def test_it_is_exported_as_it_came(ganymede, place, tmp_path):
    x = torch.randn(3, 3, tutorial_dcgan.SIZE, tutorial_dcgan.SIZE, generator=torch.Generator().manual_seed(2))
    flags = ("--format", "torchscript", "--network", "both", "-o", tmp_path / "m.pt")
    ganymede("export", place / "model.safetensors", *flags)
    with torch.no_grad():
        images = torch.jit.load(str(tmp_path / "m.generator.pt"))(noise(3)).permute(0, 2, 3, 1).numpy()
        scores = torch.jit.load(str(tmp_path / "m.discriminator.pt"))(x)
        expected = loaded(tutorial_dcgan.Discriminator, place / "netD.pth")(x).flatten()
    assert numpy.abs(images * 127.5 + 128 - its_images(place, noise(3))).max() < 1e-2
    # Ours is the number before the sigmoid.
    assert (torch.sigmoid(scores) - expected).abs().max() < 1e-4
