"""`ganymede sample`: the same seed gives the same images, whatever else is asked for."""

import json
import struct
import subprocess
import sys
import zlib

import pytest
from images import fails
from program import program
from training import shared_model

# Runs the words it is given, and says the most memory that took, in KiB.
PEAK = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def pixels(path):
    """(width, height, rows of RGB bytes) of an 8-bit PNG that uses any filter."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    at, data = 8, b""
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", content, at + 8)
        if kind == b"IDAT":
            data += content[at + 8 : at + 8 + length]
        at += 12 + length
    assert depth == 8 and colour in (0, 2)
    step = 3 if colour == 2 else 1
    raw, rows, before = zlib.decompress(data), [], bytearray(step * width)
    for y in range(height):
        kind, line = raw[y * (step * width + 1)], bytearray(
            raw[y * (step * width + 1) + 1 : (y + 1) * (step * width + 1)]
        )
        for x in range(len(line)):
            a, b, c = (line[x - step] if x >= step else 0), before[x], (before[x - step] if x >= step else 0)
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            line[x] = (line[x] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        rows.append(bytes(line))
        before = line
    return width, height, rows


@pytest.fixture
def sample(ganymede, tmp_path):
    """Runs `sample` on the shared model into tmp_path / name."""
    model = shared_model(ganymede)

    def run(name, *flags):
        result = ganymede("sample", model, "-o", tmp_path / name, *flags)
        assert result.returncode == 0, result.stderr
        run.stdout = result.stdout
        return tmp_path / name

    return run


def test_grid_and_single_files_show_the_same(sample):
    grid = pixels(sample("grid.png", "-n", 9, "--seed", 4))
    folder = sample("single", "-n", 9, "--seed", 4)
    files = sorted(folder.iterdir())
    assert [path.name for path in files] == [f"{i:04}.png" for i in range(9)]
    singles = [pixels(path) for path in files]
    assert all(single[:2] == (16, 16) for single in singles)
    padding = (grid[0] - 3 * 16) // 4
    assert grid[0] == grid[1] == 3 * 16 + 4 * padding
    for i, (_, _, rows) in enumerate(singles):
        left, top = (padding + (16 + padding) * place for place in (i % 3, i // 3))
        assert [row[3 * left : 3 * (left + 16)] for row in grid[2][top : top + 16]] == rows, f"image {i}"
    assert len({bytes(b"".join(rows)) for _, _, rows in singles}) == 9, "every image has noise of its own"


def test_a_used_folder_is_refused(ganymede, tmp_path):
    def sample_into(count, *flags):
        return ganymede("sample", shared_model(ganymede), "-n", count, "-o", tmp_path / "used", *flags)

    assert sample_into(3).returncode == 0
    fails(sample_into(2, "--seed", 1), "holds 3 .png files already", "--replace")
    assert sample_into(2, "--seed", 1, "--replace").returncode == 0
    assert sorted(path.name for path in (tmp_path / "used").iterdir()) == ["0000.png", "0001.png"]


def test_names_sort_as_numbers(sample):
    assert all(len(path.stem) == 5 for path in sample("many", "-n", 10_001, "--best", 3).iterdir())


def test_seeds(sample):
    first, again, other = (
        sample(name, "-n", 4, "--seed", seed).read_bytes() for name, seed in (("a.png", 1), ("b.png", 1), ("c.png", 2))
    )
    assert first == again != other


def test_an_image_does_not_depend_on_how_many_are_generated(sample):
    few, many, more = (sample(f"of{n}", "-n", n, "--seed", 3) for n in (4, 9, 70))
    for name in ("0000.png", "0003.png"):
        assert (few / name).read_bytes() == (many / name).read_bytes() == (more / name).read_bytes()
    assert len(list(more.iterdir())) == 70


def test_threads_do_not_change_an_image(ganymede, tmp_path):
    model = shared_model(ganymede)
    for threads in (1, 2):
        assert (
            ganymede("--threads", threads, "sample", model, "-n", 4, "-o", tmp_path / f"{threads}.png").returncode == 0
        )
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()


def test_precision(ganymede, tmp_path, sample):
    exact, auto = (sample(name, "-n", 40, "--precision", name) for name in ("f32", "auto"))
    rounded = sample("bf16", "-n", 40, "--precision", "bf16")
    assert (exact / "0007.png").read_bytes() == (sample("usual", "-n", 40) / "0007.png").read_bytes()
    assert (auto / "0007.png").read_bytes() in [(one / "0007.png").read_bytes() for one in (exact, rounded)]
    levels = [
        abs(a - b)
        for place in sorted(exact.iterdir())
        for one, other in zip(pixels(place)[2], pixels(rounded / place.name)[2])
        for a, b in zip(one, other)
    ]
    assert 0 < max(levels) <= 4 and sum(levels) / len(levels) < 0.5
    fails(ganymede("sample", shared_model(ganymede), "-o", tmp_path / "x.png", "--precision", "f16"), "f16", code=2)


def test_many_images_are_not_kept_in_memory(ganymede, tmp_path):
    """Each is written as soon as it is there: 256 times as many take hardly more memory."""
    def peak(count):
        words = [sys.executable, "-c", PEAK, program(), "-q", "sample", shared_model(ganymede), "-n", str(count), "-o",
                 tmp_path / f"many-{count}"]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    few, many = peak(32), peak(8192)
    assert many - few < 25 << 10, (few, many)  # KiB; the floating-point images alone are 24 MiB


def test_untrained_is_the_first_image_of_the_run(ganymede, sample):
    run = shared_model(ganymede)
    untrained, trained = sample("untrained.png", "-n", 9, "--untrained"), sample("trained.png", "-n", 9)
    assert pixels(untrained) == pixels(run / "samples" / "step-000000.png")
    assert pixels(trained) == pixels(run / "samples" / "step-000040.png")
    assert pixels(untrained) != pixels(trained)


def test_best_of_many(sample):
    everything = sample("all", "-n", 20, "--seed", 6)
    best = sample("best", "-n", 20, "--seed", 6, "--best", 5, "--json")
    document = json.loads(sample.stdout)
    assert document["seed"] == 6 and len(document["indices"]) == len(set(document["indices"])) == 5
    assert [path.rsplit("/", 1)[1] for path in document["files"]] == [f"{i:04}.png" for i in document["indices"]]
    for i in document["indices"]:
        assert (best / f"{i:04}.png").read_bytes() == (everything / f"{i:04}.png").read_bytes()
    sample("best3", "-n", 20, "--seed", 6, "--best", 3, "--json")
    assert json.loads(sample.stdout)["indices"] == document["indices"][:3], "best first"
    assert document["indices"] != sorted(document["indices"]) or document["indices"] != list(range(5))
    sample("best99", "-n", 4, "--best", 99, "--json")
    assert sorted(json.loads(sample.stdout)["indices"]) == [0, 1, 2, 3]


def test_the_best_image_alone_is_shown_enlarged(sample):
    width, height, rows = pixels(sample("best.png", "-n", 20, "--best", 1))
    assert (width, height) == (256, 256) and "1 image of seed 0" in sample.stdout
    assert all(len({bytes(row[3 * x:3 * x + 3]) for x in range(16)}) == 1 for row in rows[:16])


def test_json_is_one_document(sample, tmp_path):
    path = sample("grid.png", "-n", 2, "--json")
    assert json.loads(sample.stdout) == {"seed": 0, "indices": [0, 1], "classes": [], "files": [str(path)]}
    sample("grid.png", "-n", 2)
    assert "2 images of seed 0" in sample.stdout and str(path) in sample.stdout


def test_ranges_are_told_in_short_numbers(ganymede, tmp_path):
    run = shared_model(ganymede)
    for value in (-1, "many"):
        fails(ganymede("sample", run, "--truncation", value, "-o", tmp_path / "x.png"), "a number from 1e-06", code=2)
