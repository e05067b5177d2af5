#!/usr/bin/env python3
"""Times Ganymede's training step beside a PyTorch loop of the same networks, in turn, and prints ratios of medians.

    bench/peers/compare.py --peer torch_gan.py --python /usr/bin/python3 [--pairs 3] [--systems dcgan64 wgan64 wgangp32 acgan64 conv32 mlp32]

The peer is a script that takes --system, --batch, --steps, --warmup, --threads and prints one JSON line with
seconds_per_step. Both run on as many threads, one after the other, so that a machine whose speed drifts is fair to both.
"""
import argparse, json, os, pathlib, statistics, subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEMS = {  # name: (recipe, batch, steps)
    "dcgan64": (str(ROOT / "bench/peers/dcgan64.toml"), 128, 4),
    "wgan64": (str(ROOT / "bench/peers/wgan64.toml"), 32, 3),
    "wgangp32": (str(ROOT / "bench/peers/wgangp32.toml"), 64, 4),
    "acgan64": (str(ROOT / "bench/peers/acgan64.toml"), 64, 4),
    "conv32": ("cifar10-conv", 256, 4),
    "mlp32": ("cifar10-mlp", 64, 40),
}


def last_json(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out[out.index("{"):])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peer", required=True)
    p.add_argument("--python", default="/usr/bin/python3")
    p.add_argument("--program", default=str(ROOT / "build/release/ganymede"))
    p.add_argument("--pairs", type=int, default=3)
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    p.add_argument("--precisions", nargs="+", default=["bf16", "f32"])
    a = p.parse_args()
    for system in a.systems:
        recipe, batch, steps = SYSTEMS[system]
        times = {precision: [] for precision in a.precisions}
        fractions, peer = {precision: [] for precision in a.precisions}, []
        for _ in range(a.pairs):
            for precision in a.precisions:
                ours = last_json([a.program, "--threads", str(a.threads), "bench", recipe, "--batch", str(batch), "--steps",
                                  str(steps), "--precision", precision, "--json"])
                times[precision].append(ours["seconds_per_step"])
                fractions[precision].append(ours["fraction_of_ceiling"])
            theirs = last_json([a.python, a.peer, "--system", system, "--batch", str(batch), "--steps", str(steps), "--warmup", "1",
                                "--threads", str(a.threads)])
            peer.append(theirs["seconds_per_step"])
        base = statistics.median(peer)
        print(f"{system}, batch {batch}, {a.threads} threads, {a.pairs} pairs: PyTorch {theirs['torch']} {base:.3f} s a step", flush=True)
        for precision in a.precisions:
            median = statistics.median(times[precision])
            print(f"  ganymede {precision}: {median:.3f} s a step, {base / median:.2f} times as fast, "
                  f"{100 * statistics.median(fractions[precision]):.0f} % of a matrix product's rate", flush=True)


if __name__ == "__main__":
    main()
