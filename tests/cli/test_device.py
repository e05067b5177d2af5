"""`--device`: one flag for all commands, before or behind the command's name."""
import pathlib

import pytest
from training import TINY, shared_model

HAS_GPU = pathlib.Path("/dev/nvidia0").exists()


def test_stands_before_or_behind_the_command(ganymede, tmp_path):
    model = shared_model(ganymede)
    generated = []
    for name, before, behind in (
        ("plain", (), ()),
        ("before", ("--device", "cpu"), ()),
        ("behind", (), ("--device", "cpu")),
    ):
        result = ganymede(*before, "sample", model, "-n", 4, "-o", tmp_path / f"{name}.png", *behind)
        assert result.returncode == 0, result.stderr
        assert "on cuda" not in result.stderr
        generated.append((tmp_path / f"{name}.png").read_bytes())
    assert generated[0] == generated[1] == generated[2]


COMMANDS = {
    "train": ("train", TINY, "--output", "run"),
    "bench": ("bench", TINY, "--steps", 1),
    "sample": ("sample", "MODEL", "-n", 1, "-o", "x.png"),
    "evaluate": ("evaluate", "MODEL", "-n", 10, "--metrics", "swd", "--force"),
    "explore": ("explore", "interpolate", "MODEL", "-o", "x.gif"),
    "features": ("features", "MODEL"),
    "serve": ("serve", "MODEL", "--port", 0),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_names_what_is_missing_or_unknown(ganymede, tmp_path, command):
    words = [shared_model(ganymede) if word == "MODEL" else word for word in COMMANDS[command]]
    unknown = ganymede(*words, "--device", "gpu", cwd=tmp_path, timeout=60)
    assert (
        unknown.returncode == 2
        and "unknown device 'gpu'" in unknown.stderr
        and "auto, cpu, cuda or cuda:N" in unknown.stderr
    )
    if HAS_GPU:
        pytest.skip("this machine has a GPU: nothing is missing")
    for device in ("cuda", "cuda:3"):
        missing = ganymede(*words, "--device", device, cwd=tmp_path, timeout=60)
        assert missing.returncode == 1, missing.stderr
        assert (
            "no CUDA device" in missing.stderr
            and f"--device {device}" in missing.stderr
            and "--device cpu" in missing.stderr
        )
    assert not list(tmp_path.iterdir()), "nothing is begun"


def test_is_taken_from_the_environment(ganymede, tmp_path):
    result = ganymede("bench", TINY, "--steps", 1, env={"GANYMEDE_DEVICE": "gpu"}, cwd=tmp_path)
    assert result.returncode == 2 and "unknown device 'gpu'" in result.stderr
    result = ganymede("bench", TINY, "--steps", 1, "--device", "cpu", env={"GANYMEDE_DEVICE": "gpu"}, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
