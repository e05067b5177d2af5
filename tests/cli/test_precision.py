"""bench/precision.py: what runs of several precisions came to, with the real program."""

import pathlib
import re
import subprocess
import sys

from training import TINY

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"


def run(ganymede, output, *words):
    command = [sys.executable, BENCH / "precision.py", "--ganymede", ganymede.path, TINY, "-o", output, *words]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def rows(text):
    return [line.strip("| ").split(" | ") for line in text.splitlines()[:1] + text.splitlines()[2:]]


def test_losses_and_quality_of_every_variant_are_told(ganymede, tmp_path):
    words = ["--variants", "f32", "f32@plain", "--seeds", 2, "--steps", 8, "--evaluate", "--metrics swd -n 64"]
    code, said, errors = run(ganymede, tmp_path, *words)
    assert code == 0, errors
    head, first, second = rows(said)
    assert head[0] == "precision" and {"loss_d", "loss_g"} < set(head) and any("swd" in name for name in head)
    assert (first[0], second[0]) == ("f32", "f32@plain")
    for cell in first[1:] + second[1:]:
        mean, low, high = map(float, re.fullmatch(r"(\S+) \((\S+) to (\S+)\)", cell).groups())
        assert low <= mean <= high
    assert first[1] != first[2]
    assert (tmp_path / "losses.svg").read_text().count("<svg") == 1
    models = {folder.name: (folder / "model.safetensors").stat().st_mtime_ns for folder in tmp_path.glob("f32-*")}
    assert {"f32-1", "f32-2", "f32-plain-1", "f32-plain-2"} == set(models)
    assert run(ganymede, tmp_path, *words)[1] == said
    for name, time in models.items():
        assert (tmp_path / name / "model.safetensors").stat().st_mtime_ns == time, "trained again"


def test_an_error_of_the_program_ends_it(ganymede, tmp_path):
    code, _, errors = run(ganymede, tmp_path, "--variants", "f31", "--steps", 2)
    assert code == 1
    assert "error: " in errors and "f31" in errors and "ended with" in errors
