"""Two builds of one commit, in two folders and without a compiler cache, are the same bytes."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A library of the project takes minutes less: GANYMEDE_REPRODUCE=ganymede_data compares that alone.
TARGET = os.environ.get("GANYMEDE_REPRODUCE", "ganymede")


def build(folder):
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, folder], check=True)
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    configure = ["cmake", "--preset", "release", "-DGANYMEDE_TESTS=OFF", "--log-level=NOTICE"]
    subprocess.run(configure, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count()))
    subprocess.run(
        ["cmake", "--build", "build/release", "-j", jobs, "--target", TARGET],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    found = [
        path for name in (TARGET, f"lib{TARGET}.a") for path in (folder / "build/release").rglob(name) if path.is_file()
    ]
    assert found
    return found


def test_two_builds_are_the_same_bytes(tmp_path):
    if not shutil.which("cmake"):
        pytest.skip("no CMake builds it")
    # Paths of different lengths, too.
    first, second = build(tmp_path / "a"), build(tmp_path / "another-folder")
    digests = [[hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)] for paths in (first, second)]
    for path, digest in zip(sorted(first), digests[0], strict=True):
        print(f"{path.parent.name}/{path.name}: {digest}, {path.stat().st_size} bytes")
    assert digests[0] == digests[1]
