#!/usr/bin/env python3
"""Times the check of a folder of many JPEGs (`ganymede data check`), the first time and again, beside Pillow that
decodes the same files in as many processes; alternately, medians, and the ratio.

    bench/opening.py --ganymede build/release/ganymede --photos people.zip --count 100000 --side 178

The photographs are cut, mirrored and scaled anew for each file, so that no two are the same. Run it by a Python whose
Pillow is the one to compare with (Pillow-SIMD, say). Nothing else must run meanwhile.
"""

import argparse
import io
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import time
import zipfile

import PIL
from PIL import Image


def make_some(given):
    photos, folder, numbers, side = given
    with zipfile.ZipFile(photos) as archive:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpg", ".jpeg", ".png")))
        for number in numbers:
            choice = random.Random(number)
            image = Image.open(io.BytesIO(archive.read(names[number % len(names)]))).convert("RGB")
            width, height = (choice.randint(3 * edge // 4, edge) for edge in image.size)
            left, top = choice.randint(0, image.width - width), choice.randint(0, image.height - height)
            image = image.crop((left, top, left + width, top + height)).resize((side, side))
            if choice.random() < 0.5:
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            place = folder / f"{number % 10}"
            place.mkdir(exist_ok=True)
            image.save(place / f"{number:06}.jpg", quality=choice.randint(75, 95))


def make(photos, folder, count, side, processes):
    parts = [(photos, folder, range(first, count, 8 * processes), side) for first in range(8 * processes)]
    with multiprocessing.Pool(processes) as pool:
        pool.map(make_some, parts, chunksize=1)


def decode(paths):
    for path in paths:
        with Image.open(path) as image:
            image.convert("RGB").load()
    return len(paths)


def seconds_of_pillow(folder, processes):
    begin = time.perf_counter()
    paths = sorted(folder.rglob("*.jpg"))
    parts = [paths[first : first + 500] for first in range(0, len(paths), 500)]
    with multiprocessing.Pool(processes) as pool:
        done = sum(pool.imap_unordered(decode, parts))
    assert done == len(paths)
    return time.perf_counter() - begin


def seconds_of_check(ganymede, folder, cache, count):
    begin = time.perf_counter()
    words = [ganymede, "data", "check", str(folder), "--json"]
    done = subprocess.run(words, check=True, capture_output=True, env={**os.environ, "XDG_CACHE_HOME": str(cache)})
    seconds = time.perf_counter() - begin
    found = json.loads(done.stdout)
    assert found["images"] == count and not found["bad"], found["bad"][:3]
    return seconds


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ganymede", default="build/release/ganymede")
    options.add_argument("--photos", required=True, help="a zip of photographs to make the files from")
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--side", type=int, default=178)
    options.add_argument("--pairs", type=int, default=3)
    options.add_argument("--keep", type=pathlib.Path, help="make the files here, and use them again if they are there")
    options = options.parse_args()
    processes = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or pathlib.Path(scratch) / "jpegs"
        if not folder.exists():
            folder.mkdir(parents=True)
            make(options.photos, folder, options.count, options.side, processes)
        size = sum(path.stat().st_size for path in folder.rglob("*.jpg"))
        shape = f"{options.side}x{options.side}"
        print(f"{options.count:,} JPEGs of {shape}, {size / 1e6:.0f} MB; Pillow {PIL.__version__}")
        decode(sorted(folder.rglob("*.jpg")))  # all in the page cache, for both
        cache = pathlib.Path(scratch) / "cache"
        first, again, pillow = [], [], []
        for _ in range(options.pairs):
            shutil.rmtree(cache, ignore_errors=True)
            first.append(seconds_of_check(options.ganymede, folder, cache, options.count))
            pillow.append(seconds_of_pillow(folder, processes))
            again.append(seconds_of_check(options.ganymede, folder, cache, options.count))
        for name, times in (("first check", first), ("Pillow", pillow), ("check again", again)):
            median = statistics.median(times)
            rate, each = options.count / median, ", ".join(f"{one:.2f}" for one in times)
            print(f"{name:12} {median:8.2f} s  {rate:10,.0f} images/s  ({each})")
        print(f"Pillow's time over the first check's: {statistics.median(pillow) / statistics.median(first):.2f}")


if __name__ == "__main__":
    main()
