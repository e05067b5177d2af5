#!/usr/bin/env python3
"""Many requests to `ganymede serve`: how long each takes, and what becomes of the server's memory.

    serve_endurance.py --ganymede build/release/ganymede --model RUN --requests 100000 --count 1 --clients 8
    serve_endurance.py --ganymede build/release/ganymede --model RUN --requests 300 --count 64 --clients 1

Prints a line after each tenth of the requests: resident memory in MB, requests per second, p50 and p99 in milliseconds
of that tenth, and failures so far. The clients run beside the server and take their share of the processors."""
import argparse, http.client, itertools, json, pathlib, subprocess, sys, threading, time


def resident(pid):
    return next(
        int(line.split()[1]) // 1024
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS")
    )


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True); p.add_argument("--model", required=True)
    p.add_argument("--requests", type=int, default=100000); p.add_argument("--count", type=int, default=1)
    p.add_argument("--clients", type=int, default=8); p.add_argument("--port", type=int, default=5804)
    a = p.parse_args()
    server = subprocess.Popen(
        [a.ganymede, "-q", "serve", a.model, "--port", str(a.port)], stdout=subprocess.PIPE, text=True
    )
    try:
        server.stdout.readline()  # it listens
        models = []
        while not models:  # they are read while it listens already
            time.sleep(0.2)
            connection = http.client.HTTPConnection("127.0.0.1", a.port)
            connection.request("GET", "/api/v1/models")
            models = json.loads(connection.getresponse().read())["models"]
        path = f"/api/v1/models/{models[0]['id']}/generate"
        failures = 0
        for tenth in range(10):
            times, numbers, begin = [], itertools.count(), time.monotonic()

            def client():
                nonlocal failures
                connection = http.client.HTTPConnection("127.0.0.1", a.port, timeout=60)
                while (number := next(numbers)) < a.requests // 10:
                    start = time.monotonic()
                    connection.request(
                        "POST",
                        path,
                        json.dumps({"count": a.count, "seed": number, "format": "grid"}),
                        {"Content-Type": "application/json"},
                    )
                    response = connection.getresponse()
                    failures += response.status != 200 or not response.read().startswith(b"\x89PNG")
                    times.append(time.monotonic() - start)

            threads = [threading.Thread(target=client) for _ in range(a.clients)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            times.sort()
            print(
                f"{(tenth + 1) * (a.requests // 10):7} requests  {resident(server.pid):5} MB  "
                f"{len(times) / (time.monotonic() - begin):7.1f}/s  "
                f"p50 {1000 * times[len(times) // 2]:6.1f} ms  "
                f"p99 {1000 * times[int(0.99 * len(times))]:6.1f} ms  {failures} failed",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
