"""ganymede data prepare: packed data, found by itself or by name, checked, rebuilt, and clear about what it cannot
do."""

import json
import random
import resource
import shutil
import signal
import subprocess
import time

import pytest
from images import fails, png, write
from training import trained


@pytest.fixture
def images(tmp_path):
    return write(tmp_path / "set", {f"{'ab'[i % 2]}/{i}.png": png(i, 2 * i, 9) for i in range(20)})


@pytest.fixture
def cache(tmp_path):
    return {"XDG_CACHE_HOME": str(tmp_path / "cache")}


def prepare(ganymede, cache, *arguments):
    result = ganymede("data", "prepare", *arguments, "--json", env=cache)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_training_finds_what_is_prepared(ganymede, images, cache, tmp_path):
    done = prepare(ganymede, cache, images, "--size", 8)
    assert done["fresh"] and done["images"] == 20 and done["file"].startswith(cache["XDG_CACHE_HOME"])
    assert not prepare(ganymede, cache, images, "--size", 8)["fresh"]
    # Damage in the pixels shows only when they are read; training goes on from the images.
    flags = ("--set", 'data.name="folder"', "--set", f'data.path="{images}"', "--steps", 2)
    plain = trained(ganymede, tmp_path / "plain", *flags)
    packed = trained(ganymede, tmp_path / "packed", *flags, env=cache)
    with open(done["file"], "r+b") as file:
        file.seek(5000)
        file.write(b"\xff\xfe\xfd")
    damaged = ganymede(
        "--threads", 1, "train", tmp_path / "plain" / "recipe.toml", "--output", tmp_path / "damaged", env=cache
    )
    assert damaged.returncode == 0 and "damaged" in damaged.stderr
    models = [(run / "model.safetensors").read_bytes() for run in (plain, packed, tmp_path / "damaged")]
    assert models[0] == models[1] == models[2]


def test_a_packed_file_is_a_data_set_of_its_own(ganymede, images, cache, tmp_path):
    file = tmp_path / "mine.packed"
    text = ganymede("data", "prepare", "folder", "--data", images, "--size", 8, "-o", file, env=cache)
    assert text.returncode == 0 and 'name = "packed"' in text.stdout and "20 images" in text.stdout
    shutil.rmtree(images)
    info = json.loads(ganymede("data", "info", file, "--class", "b", "--json", env=cache).stdout)
    assert info["name"] == "packed" and info["count"] == 10 and info["classes"] == [{"name": "b", "count": 10}]
    content = file.read_bytes()
    for damaged in (content[:-1], content[:100], b"", content[:4200] + b"\x99" + content[4201:]):
        file.write_bytes(damaged)
        fails(ganymede("data", "info", file, env=cache), "mine.packed", "`ganymede data prepare`")


def test_a_full_disk_leaves_nothing_behind(ganymede, images, cache, tmp_path):
    def small_files_only():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    target = tmp_path / "out" / "big.packed"
    result = subprocess.run([ganymede.path, "data", "prepare", images, "--size", "64", "-o", target], text=True,
                            capture_output=True, preexec_fn=small_files_only, check=False, env=cache)
    fails(result, "cannot write", "big.packed")
    assert list(target.parent.iterdir()) == []


def test_wrong_usage(ganymede, images, tmp_path):
    fails(ganymede("data", "prepare", "shapes"), "built in", code=2)
    fails(ganymede("data", "prepare", tmp_path / "none"), "no such file or folder")
    fails(ganymede("data", "prepare", images, "--size", 8, env={"XDG_CACHE_HOME": "", "HOME": ""}), "-o", code=2)
    fails(ganymede("data", "prepare", images, "-o", "/proc/x/y.packed"), "cannot create the folder")


def test_a_second_start_takes_under_a_second(ganymede, cache, tmp_path):
    generator = random.Random(1)
    image = png(*[1, 2, 3], width=64, height=64)
    files = {f"{'abc'[i % 3]}/{i}.png": image if i % 7 else png(*generator.randbytes(3), width=64, height=64)
             for i in range(8000)}
    tree = write(tmp_path / "many", files)
    prepare(ganymede, cache, tree, "--size", 64)
    began = time.monotonic()
    result = ganymede("data", "preview", tree, "--size", 64, "-o", tmp_path / "x.png", env=cache)
    assert result.returncode == 0
    assert time.monotonic() - began < 3, "the bound leaves room for a busy machine"
