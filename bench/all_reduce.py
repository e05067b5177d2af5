#!/usr/bin/env python3
"""Times all-reduces of PyTorch's Gloo between processes of this machine, for the model in docs/several-machines.md.

    bench/all_reduce.py [PROCESSES]

For each size the median and the best tenth of its times, in milliseconds.
"""

import socket
import sys
import time

import torch
import torch.distributed
import torch.multiprocessing

SIZES = {8: 400, 2048: 400, 1 << 20: 60, 4 << 20: 60}  # bytes: repeats


def process(rank, size, port):
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=size)
    for number, repeats in SIZES.items():
        values, times = torch.zeros(number // 4), []
        for _ in range(repeats):
            begin = time.perf_counter()
            torch.distributed.all_reduce(values)
            times.append(1000 * (time.perf_counter() - begin))
        times = sorted(times[5:])  # the first ones connect
        if rank == 0:
            print(f"{number} bytes: {times[len(times) // 2]:.3f}, {times[len(times) // 10]:.3f}")


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    torch.multiprocessing.spawn(process, (size, port), nprocs=size)


if __name__ == "__main__":
    main()
