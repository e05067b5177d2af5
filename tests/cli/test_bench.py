"""`ganymede bench`: a step's time, its memory, and where the time goes."""
import json

import pytest
from images import fails
from training import TINY


def test_says_time_and_memory(ganymede):
    result = ganymede("bench", TINY, "--steps", 2)
    assert result.returncode == 0, result.stderr
    assert "s a step" in result.stdout and "GiB of memory at most" in result.stdout and "forward" not in result.stdout
    document = json.loads(ganymede("bench", TINY, "--steps", 2, "--json").stdout)
    assert document["peak_memory_bytes"] > 50 << 20 and "profile" not in document


def test_ranges_are_told_as_other_commands_tell_them(ganymede):
    for value in (-1, "many", 2.5):
        fails(ganymede("bench", TINY, "--steps", value), "--steps: must be a whole number from 1 to 100000", code=2)
    fails(ganymede("sample", "x", "-o", "x.png", "-n", 0), "must be a whole number from 1", code=2)


def test_a_recipe_that_translates_is_timed_too(ganymede):
    document = json.loads(ganymede("bench", "tests/support/tiny_translation.toml", "--steps", 1, "--json").stdout)
    assert document["seconds_per_step"] > 0 and document["images_per_s"] > 0


def test_profile_adds_up(ganymede, tmp_path):
    trace = tmp_path / "trace.json"
    result = ganymede("bench", TINY, "--steps", 2, "--profile", "--trace", trace, "--json", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    profile = json.loads(result.stdout)["profile"]
    layers = sum(layer[f"{each}_seconds"] for layer in profile["layers"] for each in ("forward", "backward", "second"))
    assert abs(layers + sum(profile["others"].values()) - profile["seconds_per_step"]) < 1e-9
    assert {layer["name"].split(".")[0] for layer in profile["layers"]} == {"generator", "discriminator"}
    assert all(value > 0 for value in profile["ceilings"].values())
    events = json.loads(trace.read_text())["traceEvents"]
    assert {"forward", "backward", "data", "optimiser"} <= {event["cat"] for event in events}


def test_profile_as_a_table(ganymede):
    result = ganymede("bench", TINY, "--steps", 1, "--profile", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    title = next(i for i, line in enumerate(lines) if line.startswith("layer "))
    assert lines[title].split() == ["layer", "forward", "its", "floor", "backward", "second", "share"]
    assert any(line.startswith("generator.") for line in lines[title:]) and any(
        line.startswith("optimiser ") for line in lines
    )
    assert "GB/s of a copy" in lines[-1]


def test_penalties_count(ganymede):
    """The same layers with a penalty do more arithmetic a step, and the figure says so."""
    def work(*extra):
        document = json.loads(ganymede("bench", TINY, "--steps", 2, "--json", *extra).stdout)
        return document["gflops"] * document["seconds_per_step"]
    assert work("--set", "objective.penalties=[{ gradient_penalty = 10 }]") > 1.2 * work()
    lazily = work("--set", "objective.penalties=[{ r1 = 10, every = 16 }]") / work()
    assert 1.0 < lazily < 1.1


@pytest.mark.parametrize("level", ["plain", "avx2"])
def test_bf16_is_computed_in_f32_below_avx512(ganymede, level):
    """LibTorch has no bf16 products there, whichever layer or augmentation asks for one."""
    more = ("--precision", "bf16", "--batch-size", 8, "--set", "augment.name=ada", "--set", "augment.probability=0.9")
    profile = ("--profile",) if level == "avx2" else ()  # the ceilings of plain take long
    for recipe, words in ((TINY, profile), ("shapes-hinge", ())):
        result = ganymede("bench", recipe, "--steps", 1, "--device", "cpu", *words, *more, env={"GANYMEDE_ISA": level})
        assert result.returncode == 0, result.stderr


def test_generating(ganymede):
    result = ganymede("bench", TINY, "--generate", 40, "--precision", "f32")
    assert result.returncode == 0, result.stderr
    assert "images/s of 40" in result.stdout and "ms for one image" in result.stdout and "step" not in result.stdout
    document = json.loads(ganymede("bench", "tests/support/tiny_classes.toml", "--generate", 20, "--json").stdout)
    assert document["generated"] == 20 and document["images_per_s"] > 0
    assert 0 < document["seconds_of_1"] and 0 < document["seconds_of_64"]
    fails(ganymede("bench", TINY, "--generate", 40, "--profile"), "--profile", code=2)
    translating = "tests/support/tiny_translation.toml"
    fails(ganymede("bench", translating, "--generate", 40), "only generating from noise", code=2)
