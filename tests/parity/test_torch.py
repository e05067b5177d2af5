"""Our generators against plain PyTorch (Debian's python3-torch; any other works as well)."""

import pytest

np = pytest.importorskip("numpy", reason="needs numpy and PyTorch: apt-get install python3-torch")
torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")

import tomllib  # noqa: E402

import plain_torch  # noqa: E402
import png  # noqa: E402
import tensors  # noqa: E402

COUNT = 4
SEED = 7


def test_latent_streams_start_where_the_program_starts_them():
    """Values printed by core/random.h's stream_seed."""
    assert plain_torch.stream_seed(0, "latent") == 0xAD695ACD2FD26589
    assert plain_torch.stream_seed(7, "latent", 3) == 0x2AFC7D965B75E37F


@pytest.mark.parametrize(
    ("recipe", "flags"),
    [
        ("shapes-dcgan", []),
        # The 32x32 images of the built-in data stand in for CIFAR-10: the networks are what is compared.
        ("cifar10-conv", ["--set", "data.name=shapes", "--set", "data.size=32", "--set", "data.count=64"]),
    ],
)
def test_samples_match_plain_pytorch(ganymede, tmp_path, recipe, flags):
    """After a few steps, so that running statistics differ from their initial values. Pixels within one level."""
    run, images = tmp_path / "run", tmp_path / "pictures"
    ganymede("train", recipe, "--steps", "4", "--seed", "1", "--output", run, "--precision", "f32",
             "--set", "train.batch_size=8", *flags)  # fmt: skip
    ganymede("sample", run, "-n", COUNT, "--seed", SEED, "-o", images)
    generated = np.stack([png.read(path) for path in sorted(images.glob("*.png"))])

    values, metadata = tensors.read(run / "model.safetensors")
    resolved = tomllib.loads(metadata["recipe"])
    prefix = "ema" if any(name.startswith("ema.") for name in values) else "generator"
    z = plain_torch.latents(resolved, COUNT, SEED)
    with torch.no_grad():
        expected = plain_torch.pixels(plain_torch.generate(resolved, values, z, prefix))

    assert generated.shape == expected.shape
    difference = np.abs(generated.astype(int) - expected.astype(int))
    assert difference.max() <= 1, f"{(difference > 1).mean():.1%} of the values differ by more than one level"
