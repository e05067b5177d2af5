#!/usr/bin/env python3
"""Trains a recipe with several seeds in each of several precisions, and prints what came of it: losses at the end and
figures of quality, means over the seeds with the lowest and highest.

    bench/precision.py --ganymede build/release/ganymede pegasus --steps 1000 -o FOLDER \\
        --evaluate "--metrics fid -n 10000 --features DATA/features/resnet20-cifar10.pt"

A variant is a precision, or one at a lower instruction level: bf16, f32, bf16@avx512. Runs that are there are gone on
with, so that a stop loses nothing. FOLDER/losses.svg has the curves of all runs.
"""

import argparse
import csv
import json
import pathlib
import shlex
import statistics
import subprocess
import sys


def run(options, variant, seed):
    """The run's folder, trained to its end."""
    precision, _, level = variant.partition("@")
    folder = options.output / f"{variant.replace('@', '-')}-{seed}"
    state = folder / "state.json"
    if state.exists() and json.loads(state.read_text()).get("state") == "done":
        return folder
    words = ["train", "--resume", folder]
    if not state.exists():
        words = ["train", options.recipe, "-o", folder, "--seed", seed, "--steps", options.steps]
        words += ["--precision", precision, *options.extra]
    call(options, *(["--isa", level] if level else []), "-q", *words)
    return folder


def call(options, *words):
    words = [options.ganymede, *map(str, words)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"error: {shlex.join(words)}: ended with {done.returncode}")
    return done.stdout


def last_losses(folder):
    """Means over the last quarter of the run's rows, by column."""
    with open(folder / "metrics.csv", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rows = rows[-max(len(rows) // 4, 1) :]
    return {
        column: statistics.mean(float(row[column]) for row in rows if row[column])
        for column in rows[-1]
        if column.startswith("loss")
    }


def quality(options, folder):
    """The numbers that `evaluate` gives of the run, by name."""
    found = json.loads(call(options, "-q", "evaluate", folder, *shlex.split(options.evaluate), "--json"))
    numbers = {}
    for name, figure in found["metrics"].items():
        parts = figure if isinstance(figure, dict) else {"": figure}
        for part, value in parts.items():
            if isinstance(value, (int, float)):
                numbers[f"{name} {part}".strip()] = value
    return numbers


def text(values):
    return f"{statistics.mean(values):.4g} ({min(values):.4g} to {max(values):.4g})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--ganymede", default="build/release/ganymede", help="the program")
    parser.add_argument("--variants", nargs="+", default=["f32", "bf16"])
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--evaluate", default="--metrics swd", metavar="WORDS", help="for `evaluate`")
    parser.add_argument("--extra", action="append", default=[], metavar="WORD", help="one more word for `train`")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="folder for the runs")
    options = parser.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    found, folders = {variant: [] for variant in options.variants}, []
    for seed in range(1, options.seeds + 1):
        for variant in options.variants:
            folder = run(options, variant, seed)
            folders.append(folder)
            found[variant].append(last_losses(folder) | quality(options, folder))
    columns = list(found[options.variants[0]][0])
    print("| " + " | ".join(["precision", *columns]) + " |")
    print("|---" * (1 + len(columns)) + "|")
    for variant, of_seeds in found.items():
        print(f"| {variant} | " + " | ".join(text([one[name] for one in of_seeds]) for name in columns) + " |")
    chart = options.output / "losses.svg"
    call(options, "plot", *folders, "--columns", "loss_d,loss_g", "--smooth", "0.9", "-o", chart)


if __name__ == "__main__":
    main()
