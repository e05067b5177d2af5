"""bench/scaling.py: its networks are those of the recipes it continues, and what it measures is tabled and drawn."""

import pathlib
import subprocess
import sys
import tomllib
import xml.etree.ElementTree

import pytest
from images import fails

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import scaling  # noqa: E402

# Answers as the program does: a step takes twice as long as its arithmetic, and a hundredth of a second.
STUB = """#!/usr/bin/env python3
import json, sys
words = sys.argv[1:]
batch = int(words[words.index("--batch-size") + 1])
size = next(int(word[10:]) for word in words if word.startswith("data.size="))
width = next(int(word.split("= ", 2)[1].split(",")[0]) for word in words if word.startswith("discriminator."))
work = 2e3 * batch * width**2 * size**2
seconds = 2 * 2 * work / 1e12 + 0.01
print(json.dumps({"gflops": 2 * work / seconds / 1e9, "seconds_per_step": seconds, "ceiling_gflops": 1000,
                  "precision": "f32", "threads": 1}))
"""


@pytest.fixture
def stub(tmp_path):
    program = tmp_path / "stub"
    program.write_text(STUB)
    program.chmod(0o755)
    return program


def run(*arguments):
    command = [sys.executable, ROOT / "bench" / "scaling.py", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


@pytest.mark.parametrize("size", [32, 64])
def test_networks_are_those_of_the_recipes(size):
    recipe = tomllib.loads((ROOT / "bench" / "peers" / f"dcgan{size}.toml").read_text())
    for network, text in zip(("generator", "discriminator"), scaling.layers(scaling.BASE._replace(size=size))):
        assert tomllib.loads(f"layers = {text}")["layers"] == recipe[network]["layers"]


def test_what_is_measured_is_tabled_and_drawn(stub, tmp_path):
    out = tmp_path / "chart.svg"
    result = run(stub, "-o", out, "--times", 2)
    assert result.returncode == 0, result.stderr
    assert "round 2 of 2: batch 64, width 1, 128x128" in result.stderr
    assert "f32, 1 thread, medians of 2 in turn; a matrix product: 1000 GFLOP/s (1000 to 1000)" in result.stdout
    rows = [line for line in result.stdout.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 11
    assert rows[0] == "| 16 | 1 (64) | 64x64 | 537G | 2.16 | 2.16 to 2.16 | 1.07 | 50 % |"
    drawn = xml.etree.ElementTree.parse(out)
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert "arithmetic alone, at 1,000 GFLOP/s" in texts
    for label in ("batch 16", "batch 256", "width 1/4", "width 2", "16x16", "128x128", "batch 64, width 1, 64x64"):
        assert texts.count(label) == 1, label
    shapes = [sum(1 for _ in drawn.iter(f"{{http://www.w3.org/2000/svg}}{kind}")) for kind in ("circle", "polygon")]
    assert shapes == [5 + 1, 4 + 4 + 2], "a marker a point, and those of the legend"


@pytest.mark.parametrize("constant", [0, 0.01, 1])
@pytest.mark.parametrize("power", [1, 1.9])
def test_labels_hide_nothing(constant, power):
    """Power 1 puts points of several series on the same place."""
    points = dict.fromkeys(point for points in scaling.SERIES.values() for point in points)
    timed = [scaling.Timed(one, work, [work / 4e11 + constant * one.size / 64])
             for one in points for work in [1e5 * one.batch * one.width**power * one.size**2]]
    measured = scaling.Measured(timed, [1e12], "f32", 1)
    drawn = xml.etree.ElementTree.fromstring(scaling.chart(measured))
    boxes = []
    for element in drawn.iter("{http://www.w3.org/2000/svg}text"):
        if element.get("fill") in [scaling.TEXT, *(dark for _, dark, _ in scaling.STYLES.values())]:
            wide = scaling.LETTER * len(element.text)
            left = float(element.get("x")) - {"start": 0, "middle": wide / 2, "end": wide}[element.get("text-anchor")]
            boxes.append((left, float(element.get("y")), left + wide, element.text))
    within = [box for box in boxes if box[1] > scaling.TOP]
    assert len(within) == 11 and all(left > scaling.LEFT and right < scaling.WIDTH for left, _, right, _ in within)
    for place, (left, y, right, words) in enumerate(within):
        for other in within[:place]:
            apart = other[2] <= left or right <= other[0] or abs(y - other[1]) >= scaling.LINE
            assert apart, f"{words} and {other[3]}"


def test_the_program_takes_its_networks(ganymede, monkeypatch):
    monkeypatch.setenv("GANYMEDE_DEVICE", "cpu")
    small, wide = (
        scaling.bench(ganymede.path, scaling.Point(batch=2, width=width, size=16), "f32") for width in (8, 16)
    )
    assert (small["batch_size"], small["precision"]) == (2, "f32")
    work = [answer["gflops"] * answer["seconds_per_step"] for answer in (small, wide)]
    assert 2 < work[1] / work[0] < 4, "some layers are as wide on one side as before"
    with pytest.raises(SystemExit, match="error: .*unknown precision 'f33'"):
        scaling.bench(ganymede.path, scaling.BASE, "f33")


def test_what_cannot_be_is_said_before_anything_is_timed(stub, tmp_path):
    fails(run(stub, "-o", tmp_path / "chart.png"), "chart.png: charts are written as SVG only; name one with -o")
    fails(run(stub, "-o", tmp_path / "none" / "chart.svg"), "chart.svg: no such folder; make it first")
    fails(run(stub, "-o", tmp_path / "chart.svg", "--times", 0), "--times 0: must be 1 or more")
    fails(run(tmp_path / "none", "-o", tmp_path / "chart.svg"), "none: No such file or directory; build it")
