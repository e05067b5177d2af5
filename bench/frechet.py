#!/usr/bin/env python3
"""The Frechet distance alone, without the passes through a network: of two files of random features.

    frechet.py --ganymede build/release/ganymede --count 50000 --width 2048 --folder FOLDER

Prints seconds, peak resident memory in MB and the distance. FOLDER needs room for both files, 8 bytes a number in
all."""
import argparse, json, pathlib, resource, struct, subprocess, time

import numpy


def write(path, count, width, seed):
    """A safetensors file with `features` f32 [count, width], the columns of falling scale as those of networks are."""
    header = json.dumps(
        {"features": {"dtype": "F32", "shape": [count, width], "data_offsets": [0, 4 * count * width]}}
    ).encode()
    header += b" " * (-len(header) % 8)
    random = numpy.random.default_rng(seed)
    scale = (1 / numpy.sqrt(1 + numpy.arange(width))).astype(numpy.float32)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        for begin in range(0, count, 1000):
            file.write((random.standard_normal((min(1000, count - begin), width), numpy.float32) * scale).tobytes())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True); p.add_argument("--folder", required=True, type=pathlib.Path)
    p.add_argument("--count", type=int, default=50000); p.add_argument("--width", type=int, default=2048)
    a = p.parse_args()
    a.folder.mkdir(parents=True, exist_ok=True)
    files = [a.folder / f"{name}.safetensors" for name in ("real", "fake")]
    for seed, file in enumerate(files):
        write(file, a.count, a.width, seed)
    begin = time.monotonic()
    said = subprocess.run(
        [a.ganymede, "evaluate", "--real", files[0], "--fake", files[1], "--metrics", "fid", "--json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    seconds = time.monotonic() - begin
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{seconds:.1f} s, {memory} MB, {json.dumps(json.loads(said)['metrics'])}")


if __name__ == "__main__":
    main()
