"""How often the error bars of `ganymede evaluate --bootstrap` hold the true value, on features at hand.

usage: error_bars.py GANYMEDE A.safetensors B.safetensors [--images 500] [--repeats 100] [--resamples 200]

A and B are feature files (`features` [N, D]); the program keeps those of a real set in its cache folder, as *.features.
They are the two populations: their own metrics are the truth. Each repeat samples so many rows of both, with
replacement, has the program evaluate them, and looks whether the truth lies within the bars. NumPy is all it needs.
"""

import argparse
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np


def read(path):
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    entry = json.loads(content[8 : 8 + length])["features"]
    begin, end = entry["data_offsets"]
    return np.frombuffer(content[8 + length + begin : 8 + length + end], "<f4").reshape(entry["shape"])


def write(path, rows):
    header = json.dumps(
        {"features": {"dtype": "F32", "shape": list(rows.shape), "data_offsets": [0, rows.nbytes]}}
    ).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + rows.astype("<f4").tobytes())
    return path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--resamples", type=int, default=200)
    flags = parser.parse_args()
    populations = [read(flags.a), read(flags.b)]
    rng = np.random.default_rng(0)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def evaluated(sets, *words):
            files = [write(folder / name, rows) for name, rows in zip(("a.safetensors", "b.safetensors"), sets)]
            command = [
                flags.program,
                "-q",
                "--threads",
                "1",
                "evaluate",
                "--real",
                *files[:1],
                "--fake",
                *files[1:],
                "--metrics",
                "fid,kid",
                "--json",
                *words,
            ]
            return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout)[
                "metrics"
            ]

        whole = evaluated(populations)
        truth = {"fd": whole.get("fd", whole.get("fd10k")), "kid": whole["kid"]["mean"]}
        held, off, extrapolated = {"fd": 0, "kid": 0}, [], []
        for repeat in range(flags.repeats):
            sets = [rows[rng.integers(0, len(rows), flags.images)] for rows in populations]
            found = evaluated(sets, "--bootstrap", flags.resamples, "--seed", repeat, "--force", "--fd-infinity")
            for name, value in truth.items():
                low, high = found["intervals"][name]
                held[name] += low <= value <= high
            off.append(found["fd"] - truth["fd"])
            extrapolated.append(found["fd_infinity"] - truth["fd"])
    print(f"true values {truth}; {flags.repeats} samples of {flags.images} images of each set")
    print(f"held by the bars: {held}")
    print(
        f"fd is too large by {np.mean(off):.3g} (deviation {np.std(off):.3g}), "
        f"fd_infinity by {np.mean(extrapolated):.3g} ({np.std(extrapolated):.3g})"
    )


if __name__ == "__main__":
    main()
