#!/usr/bin/env python3
"""Times the training step of another peer, captured whole as a CUDA graph and replayed: PyTorch on a GPU at its best.

    bench/peers/torch_graph.py torch_gan.py --system dcgan64 --batch 128 --steps 100 --warmup 5 --channels-last --bf16

The peer is a Python file with a class System(name, batch, device, channels_last, compile) that has step() and its two
optimisers og and od. Prints one JSON line with seconds_per_step.
"""

import argparse
import importlib.util
import json
import statistics
import time

import torch


def load_peer(path):
    spec = importlib.util.spec_from_file_location("peer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def captured(system, bf16, warmup):
    """The graph of one step, after `warmup` steps beside the default stream, as PyTorch's notes on CUDA graphs say."""
    for optimizer in (system.og, system.od):
        for group in optimizer.param_groups:
            group["capturable"] = True
    # What autocast keeps between two casts would be of the warm-up's steps.
    mixed = torch.autocast("cuda", dtype=torch.bfloat16, enabled=bf16, cache_enabled=False)
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside), mixed:
        for _ in range(warmup):
            system.step()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph), mixed:
        system.step()
    return graph


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("peer")
    p.add_argument("--system", required=True)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--steps", type=int, default=100)
    p.add_argument("--warmup", type=int, default=5)
    p.add_argument("--channels-last", action="store_true")
    p.add_argument("--bf16", action="store_true")
    options = p.parse_args()
    system = load_peer(options.peer).System(options.system, options.batch, "cuda", options.channels_last, False)
    graph = captured(system, options.bf16, options.warmup)
    times = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        graph.replay()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    print(json.dumps({"torch": torch.__version__, "seconds_per_step": statistics.median(times)}))


if __name__ == "__main__":
    main()
