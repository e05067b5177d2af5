#!/usr/bin/env python3
"""Times a training step alone, beside a busy process on each processor, beside the same at low priority, and beside
another training, in turn; prints medians and how many times as long as alone.

    bench/beside.py --ganymede build/release/ganymede bench/peers/dcgan64.toml cifar10-conv
    bench/beside.py --ganymede build/release/ganymede --sample models/shapes-hinge   # seconds of `sample -n 512`

Fair is 2 beside a busy process on each processor: it gets half of the time. Nothing else must run meanwhile.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def busy(nice):
    """A process on each processor that does nothing but take time."""
    code = "import os, sys\nos.nice(int(sys.argv[1]))\nos.sched_setaffinity(0, {int(sys.argv[2])})\nwhile True: pass"
    return [
        subprocess.Popen([sys.executable, "-c", code, str(nice), str(processor)])
        for processor in sorted(os.sched_getaffinity(0))
    ]


def training(options, recipe):
    words = [options.ganymede, "bench", recipe, "--steps", "100000", *options.extra]
    return [subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment(options))]


@contextlib.contextmanager
def beside(neighbours):
    try:
        if neighbours:
            time.sleep(1)
        yield
    finally:
        for one in neighbours:
            one.kill()
        for one in neighbours:
            one.wait()


def environment(options):
    """As a user has it, but for what --set-variable names."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_", "KMP_"))}
    return kept | dict(pair.split("=", 1) for pair in options.set_variable)


def step(options, recipe):
    words = [options.ganymede, "bench", recipe, "--steps", str(options.steps), "--json", *options.extra]
    run = subprocess.run(words, env=environment(options), stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)["seconds_per_step"]


def sample(options, model):
    with tempfile.TemporaryDirectory() as folder:
        words = [options.ganymede, "-q", "sample", model, "-n", "512", "-o", pathlib.Path(folder) / "images"]
        begin = time.monotonic()
        subprocess.run(words, env=environment(options), stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - begin


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ganymede", default="build/release/ganymede", help="the program")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--steps", type=int, default=8, help="steps of which each time is the median")
    parser.add_argument("--sample", action="append", default=[], metavar="MODEL", help="time generating 512 images")
    parser.add_argument("--beside", default="busy,low,training", help="which programs")
    parser.add_argument("--set-variable", action="append", default=[], metavar="NAME=VALUE", help="of the program")
    parser.add_argument("--extra", action="append", default=[], metavar="WORD", help="one more word for `bench`")
    parser.add_argument("recipes", nargs="*")
    options = parser.parse_args()

    print(f"{processor()}, {len(os.sched_getaffinity(0))} processors, medians of {options.rounds} in turn")
    jobs = [(recipe, step) for recipe in options.recipes] + [(model, sample) for model in options.sample]
    for name, job in jobs:
        makers = {
            "alone": list,
            "busy": lambda: busy(0),
            "low": lambda: busy(19),
            "training": lambda name=name: training(options, name),
        }
        chosen = ["alone", *(kind for kind in options.beside.split(",") if kind != "training" or job is step)]
        times = {kind: [] for kind in chosen}
        for _ in range(options.rounds):
            for kind in chosen:
                with beside(makers[kind]()):
                    times[kind].append(job(options, name))
        alone = statistics.median(times["alone"])
        print(f"{name}: alone {alone:.4f} s", end="")
        for kind in chosen[1:]:
            median = statistics.median(times[kind])
            spread = ", ".join(f"{value:.3f}" for value in times[kind])
            print(f"; {kind} {median:.4f} s, {median / alone:.2f} times as long ({spread})", end="")
        print(flush=True)


if __name__ == "__main__":
    main()
