#!/usr/bin/env python3
"""Trains shipped recipes as they are and spoiled, and records the measures that training health looks at.

    health.py --ganymede build/release/ganymede --folder /tmp/health --seed 1 -o health.csv

Each run stays in the folder, with its samples, which tell by eye whether it went well; one that is there already is not
trained again. A row of the result: the run, the step, diversity, class_diversity, feature_diversity, detail,
saturation, separation, the norm of the generator's gradient, the discriminator's outputs for real and generated images
(tests/train/health_records.csv has such rows). Two trainings of one thread at a time; CIFAR-10 and MNIST are read from
$GANYMEDE_DATA, and their runs left out without it."""

import argparse
import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
G, D = "optimizer.generator.learning_rate", "optimizer.discriminator.learning_rate"
SHAPES = ["dcgan", "hinge", "relativistic", "least-squares", "acgan", "wgan-gp", "wgan", "dragan"]
SPOILED = {  # settings, or a network and the width of all its layers
    "healthy": [],
    "gfast": [f"{G}=0.02"],
    "dfast": [f"{D}=0.02"],
    "both": [f"{G}=0.03", f"{D}=0.03"],
    "gfrozen": [f"{G}=1e-6", f"{D}=1e-2"],
    "beta": ["optimizer.generator.beta1=0.99", f"{G}=4e-3"],
    "narrowG": ("generator", 2),
    "narrowD": ("discriminator", 1),
    "clip10": ["objective.clip=10"],
    "clip0.3": ["objective.clip=0.3"],
}
# Recipe, batch and steps of the recipes that need data.
OTHERS = [("mnist-dcgan", 32, 700), ("cifar10-mlp", 32, 700), ("cifar10-conv", 64, 400), ("pegasus", 32, 250)]
LARGE = [("cifar10-dcgan64", 32, 250), ("cifar10-acgan64", 16, 250), ("cifar10-wgan64", 16, 150)]
LARGE += [("cifar10-wgan-gp", 16, 200), ("cifar10-sngan", 16, 200), ("cifar10-sngan-conditional", 16, 200)]
LARGE += [("cifar10-r3gan", 8, 200)]
COLUMNS = ["step", "diversity", "class_diversity", "feature_diversity", "detail", "saturation", "separation"]
COLUMNS += ["grad_norm_g", "d_real", "d_fake"]


def runs(with_data):
    """Recipe, how it is spoiled, batch and steps of each."""
    for name in SHAPES:
        for kind in ("healthy", "gfast", "dfast", "both", "gfrozen", "beta", "narrowG", "narrowD"):
            yield f"shapes-{name}", kind, 32, 700
    for kind in ("clip10", "clip0.3"):
        yield "shapes-wgan", kind, 32, 700
    for name, batch, steps in OTHERS + LARGE if with_data else []:
        yield name, "healthy", batch, steps
    for name, batch, steps in OTHERS if with_data else []:
        for kind in ("gfast", "both"):
            yield name, kind, batch, steps


def narrowed(recipe, network, width):
    """The recipe's text with all hidden layers of a network so wide."""
    lines, part = [], None
    for line in recipe.splitlines():
        section = re.match(r"\[(\w+)", line)
        part = section.group(1) if section else part
        if part == network:
            line = re.sub(r"\b(conv|conv_transpose) = ([4-9]|\d\d+)", rf"\1 = {width}", line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def train(a, recipe, kind, batch, steps):
    folder = a.folder / f"{recipe}.{kind}"
    if not (folder / "state.json").exists():
        changes = SPOILED[kind]
        if isinstance(changes, tuple):
            file = a.folder / f"{recipe}.{kind}.toml"
            file.write_text(narrowed((ROOT / "recipes" / f"{recipe}.toml").read_text(), *changes))
            recipe, changes = file, []
        settings = [f"train.batch_size={batch}", 'train.log_every="10 steps"', "sample.every=100", *changes]
        command = [a.ganymede, "-q", "--threads", "1", "train", recipe, "--seed", str(a.seed), "--steps", str(steps)]
        command += [f"--set={setting}" for setting in settings]
        subprocess.run([*command, "-o", folder], stdout=subprocess.DEVNULL)
    health = folder / "health.json"
    print(folder.name, health.read_text() if health.exists() else "nothing was said", flush=True)
    with open(folder / "metrics.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("separation")]
    return [[folder.name, *(f"{float(row[c]):.4g}" if row.get(c) else "" for c in COLUMNS)] for row in rows]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True)
    p.add_argument("--folder", type=pathlib.Path, required=True)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("-o", "--output", required=True)
    a = p.parse_args()
    a.folder.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool, open(a.output, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for rows in pool.map(lambda one: train(a, *one), runs("GANYMEDE_DATA" in os.environ)):
            writer.writerows(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
