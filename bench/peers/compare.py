#!/usr/bin/env python3
"""Times Ganymede's training step beside a PyTorch loop of the same networks, as it is usually written and at its best,
in turn, and prints ratios of medians with their spread.

    bench/peers/compare.py --peer torch_gan.py --python /usr/bin/python3 --python VENV/bin/python [--systems dcgan64
    conv32]

The peer is a script that takes --system, --batch, --steps, --warmup, --threads, and for its forms --channels-last,
--bf16 and --compile, and prints one JSON line with seconds_per_step. --python may stand several times: Debian's PyTorch
and PyPI's. A pair is one run of each, one after the other on as many threads, so that a machine whose speed drifts is
fair to all. The spread is the lowest and the highest ratio of a pair. Nothing else should run meanwhile. With --device
cuda there is one form more, "captured": the peer's step as a CUDA graph (torch_graph.py). With --generate N it is
generating N images that is timed, noise included and files not, and in the peer's inference mode.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"
SYSTEMS = {  # name: (recipe, batch, steps, more words for ours)
    "dcgan64": (str(PEERS / "dcgan64.toml"), 128, 4, []),
    "dcgan32": (str(PEERS / "dcgan32.toml"), 128, 12, []),
    "wgan64": (str(PEERS / "wgan64.toml"), 32, 3, []),
    "wgangp32": (str(PEERS / "wgangp32.toml"), 64, 4, []),
    "acgan64": (str(PEERS / "acgan64.toml"), 64, 4, []),
    "conv32": ("cifar10-conv", 256, 4, []),
    "mlp32": ("cifar10-mlp", 64, 40, []),
    "sngan32": ("cifar10-sngan", 64, 1, []),
    "r3gan32": ("cifar10-r3gan", 64, 1, ["--set", "augment.name=none", "--set", "train.gradient_accumulation=1"]),
}
FORMS = {  # of the peer
    "as written": [],
    "at its best": ["--channels-last", "--bf16"],
    "compiled": ["--channels-last", "--bf16", "--compile"],
    "captured": ["--channels-last", "--bf16"],
}
GPU_STEPS = 20  # times as many, to tell short steps from noise


GENERATED_AT_ONCE = 64  # by the peer


def last_json(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} failed: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout[done.stdout.index("{") :])


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def ours(options, system, precision):
    recipe, batch, steps, more = SYSTEMS[system]
    words = [options.program, "--threads", options.threads, "--device", options.device, "bench", recipe]
    words += ["--batch-size", batch, "--steps", steps_of(options, steps), "--precision", precision]
    return last_json([*words, *more, "--json"])


def our_generating(options, system, precision):
    recipe, _, _, more = SYSTEMS[system]
    words = [options.program, "--threads", options.threads, "--device", options.device, "bench", recipe]
    return last_json([*words, "--generate", options.generate, "--precision", precision, *more, "--json"])


def their_generating(options, system, python, form):
    words = ["--system", system, "--batch", GENERATED_AT_ONCE, "--steps", 1, "--warmup", 0, *FORMS[form]]
    words += ["--device", options.device, "--threads", options.threads, "--sample", options.generate]
    return last_json([python, options.peer, *words])


def steps_of(options, steps):
    return steps if options.device == "cpu" else steps * GPU_STEPS


def peers(options, system, python, form):
    _, batch, steps, _ = SYSTEMS[system]
    words = ["--system", system, "--batch", batch, "--steps", steps_of(options, steps), *FORMS[form]]
    if form == "captured":
        return last_json([python, PEERS / "torch_graph.py", options.peer, *words])
    warmup = 1 if options.device == "cpu" else 5
    words += ["--warmup", warmup, "--device", options.device, "--threads", options.threads]
    return last_json([python, options.peer, *words])


def measure(options, system):
    """For each precision of ours and each peer the seconds of a step, pair by pair, and what ours said last."""
    times, said = {}, {}
    if options.generate:
        own, their, figure, peer_figure = our_generating, their_generating, "images_per_s", "sample_images_per_s"
    else:
        own, their, figure, peer_figure = ours, peers, "seconds_per_step", "seconds_per_step"
    contenders = [(python, form) for python in options.python for form in options.forms]
    for _ in range(options.pairs):
        for precision in options.precisions:
            said[precision] = own(options, system, precision)
            times.setdefault(precision, []).append(said[precision][figure])
        for contender in list(contenders):
            try:
                answer = their(options, system, *contender)
            except RuntimeError as error:
                print(f"{system}: left out, {contender[1]}: {error}", file=sys.stderr)
                contenders.remove(contender)  # compiled where there is no compiler, say
                continue
            said[contender] = answer
            times.setdefault(contender, []).append(answer[peer_figure])
    return times, said


def rows(system, times, said):
    """The table's rows: one a peer and a precision of ours."""
    for contender in (key for key in times if isinstance(key, tuple)):
        theirs = times[contender]
        for precision in (key for key in times if isinstance(key, str)):
            mine = times[precision][: len(theirs)]
            ratios = sorted(b / a for a, b in zip(mine, theirs))
            median = statistics.median(theirs) / statistics.median(mine)
            share = said[precision]["fraction_of_ceiling"]
            yield (
                f"| {system} | {said[precision]['batch_size']} | {said[contender]['torch']} {contender[1]} | "
                f"{statistics.median(theirs):.3g} | {precision} | {statistics.median(mine):.3g} | "
                f"{median:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | {share:.0%} | "
                f"{said[precision]['peak_memory_bytes'] / 2**30:.2f} |"
            )


def rows_of_generating(system, times, said):
    for contender in (key for key in times if isinstance(key, tuple)):
        theirs = times[contender]
        for precision in (key for key in times if isinstance(key, str)):
            mine = times[precision][: len(theirs)]
            ratios = sorted(a / b for a, b in zip(mine, theirs))
            yield (
                f"| {system} | {said[contender]['torch']} {contender[1]} | {statistics.median(theirs):.0f} | "
                f"{precision} | {statistics.median(mine):.0f} | "
                f"{statistics.median(mine) / statistics.median(theirs):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) | "
                f"{1e3 * said[precision]['seconds_of_1']:.1f} | {1e3 * said[precision]['seconds_of_64']:.1f} |"
            )


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peer", required=True)
    p.add_argument("--python", action="append", help="whose PyTorch; may stand several times (/usr/bin/python3)")
    p.add_argument("--program", default=str(ROOT / "build/release/ganymede"))
    p.add_argument("--pairs", type=int, default=5)
    p.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    p.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    p.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="of both; cuda is the first GPU")
    p.add_argument("--precisions", nargs="+", default=["bf16", "f32"])
    p.add_argument("--forms", nargs="+", choices=FORMS, default=["as written", "at its best"])
    p.add_argument("--generate", type=int, default=0, metavar="N", help="time generating N images instead of steps")
    options = p.parse_args()
    options.python = options.python or ["/usr/bin/python3"]
    if options.generate:
        kind, table = "images a second", rows_of_generating
        titles = ["system", "PyTorch", "its", "ours", "our", "ratio (of pairs)", "ms of one image", "of 64"]
    else:
        kind, table = "seconds a step", rows
        titles = ["system", "batch", "PyTorch", "its s", "ours", "our s", "ratio (of pairs)", "of a product", "our GiB"]
    print(f"{processor()}, {options.threads} threads, {options.pairs} pairs, medians; {kind}\n")
    print(f"| {' | '.join(titles)} |")
    print("|---" * len(titles) + "|", flush=True)
    for system in options.systems:
        for row in table(system, *measure(options, system)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
