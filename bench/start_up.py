#!/usr/bin/env python3
"""How long the program takes for what needs no network, and what memory.

    bench/start_up.py build/release/ganymede [OLDER ...]

Starts each program `--times` times (20) for each of a few commands, in turn, and prints medians and the greatest
resident memory (GNU time says it); where `--train` names a recipe, also how long the first program takes to that
recipe's first step. Processors that others use at the same time make times longer."""
import argparse, os, statistics, subprocess, tempfile, time  # noqa: E401

COMMANDS = ("--help", "train --help", "recipes", "summary dcgan-64", "--version")


def once(program, words):
    began = time.monotonic()
    command = ["/usr/bin/time", "-f", "%U %S %M", program, *words.split()]  # a child of ours would count our memory
    said = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True).stderr
    user, system, kilobytes = map(float, said.split())
    return time.monotonic() - began, user + system, kilobytes / 1024


def first_step(program, recipe):
    """Seconds until the row of the first step is there."""
    with tempfile.TemporaryDirectory() as folder:
        run = os.path.join(folder, "run")
        began = time.monotonic()
        words = ["-q", "train", recipe, "-o", run, "--steps", "100000", "--set", "train.log_every=1 steps"]
        with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL) as child:
            table = os.path.join(run, "metrics.csv")
            while not os.path.exists(table) or len(open(table).readlines()) < 2:
                time.sleep(0.005)
                assert child.poll() is None, "it ended"
            seconds = time.monotonic() - began
            child.terminate()
    return seconds


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("programs", nargs="+"); p.add_argument("--times", type=int, default=20)  # noqa: E702
    p.add_argument("--train", help="a recipe whose images are at hand")
    a = p.parse_args()
    for words in COMMANDS:
        found = {program: [] for program in a.programs}
        for _ in range(a.times):
            for program in a.programs:
                found[program].append(once(program, words))
        for program, each in found.items():
            wall, used, memory = zip(*each)
            print(f"{words}: {statistics.median(wall) * 1000:.1f} ms, {statistics.median(used) * 1000:.1f} ms of a "
                  f"processor, {max(memory):.1f} MB  ({program})", flush=True)
    if a.train:
        times = [first_step(a.programs[0], a.train) for _ in range(5)]
        print(f"train {a.train}: first step after {statistics.median(times):.2f} s "
              f"({min(times):.2f} to {max(times):.2f})")


if __name__ == "__main__":
    main()
