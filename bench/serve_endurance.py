#!/usr/bin/env python3
"""Many requests to `ganymede serve`: how long each takes, and what becomes of the server's memory and descriptors.

    serve_endurance.py --ganymede build/release/ganymede --model RUN --requests 100000 --count 1 --clients 8
    serve_endurance.py --ganymede build/release/ganymede --model RUN --requests 300 --count 64 --clients 1
    serve_endurance.py --ganymede build/release/ganymede --model RUNS --requests 172800 --mixed

Images of one model, or with --mixed what a studio asks for that is open all day, two requests a second: lists, runs,
curves, samples, images, interpolations, arithmetic, conditional requests, streams that are opened and left, connections
that are closed in the middle of a request, and what is refused. Prints a line after each tenth of the requests:
resident memory in MB, threads, open descriptors, requests per second, p50 and p99 in milliseconds of that tenth, and
how many answers so far had a status that was not to be expected. The clients run beside the server and take their share
of the processors."""

import argparse
import http.client
import itertools
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time

TENTHS = 10


def resources(pid):
    """Resident memory in MB, threads, descriptors."""
    process = pathlib.Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    return int(status["VmRSS"].split()[0]) // 1024, int(status["Threads"]), len(list((process / "fd").iterdir()))


class Client:
    """One connection that is kept, and what is asked over it."""

    def __init__(self, port):
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def is_answered(self, path, body=None, status=200):
        return self.ask(path, body)[0] == status

    def is_unchanged(self, path):
        _, headers, _ = self.ask(path)
        return self.ask(path, headers={"If-None-Match": headers["ETag"]})[0] == 304

    def leaves_a_stream(self, path):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as stream:
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
            return b" 200 " in stream.recv(64)

    def leaves_in_the_middle(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as half:
            half.sendall(b"POST /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n{")
        return True


def mixture(client, models, runs):
    """What is asked, one after another: each is given a number and says whether it was answered as it should be."""
    model = f"/api/v1/models/{models[0]['id']}"
    run = f"/api/v1/runs/{runs[0]['id']}"
    samples = [f"{run}/samples/{file}" for file in json.loads(client.ask(run)[2])["samples"]]
    points = [{"seed": 1, "index": index} for index in range(4)]
    return [
        lambda client, _: client.is_answered("/api/v1/runs"),
        lambda client, _: client.is_answered("/api/v1/models"),
        lambda client, _: client.is_unchanged("/api/v1/runs"),
        lambda client, _: client.is_answered(run),
        lambda client, _: client.is_answered(f"{run}/metrics"),
        lambda client, _: client.is_answered("/api/v1/curves"),
        lambda client, number: client.is_answered(samples[number % len(samples)]),
        lambda client, _: client.is_answered(f"{run}/thumbnail"),
        lambda client, number: client.is_answered(f"{model}/generate", {"count": 16, "seed": number}),
        lambda client, number: client.is_answered(f"{model}/generate", {"count": 1, "seed": number, "format": "json"}),
        lambda client, _: client.is_answered(f"{model}/interpolate", {"points": points, "frames": 8}),
        lambda client, _: client.is_answered(f"{model}/arithmetic", {key: [points[0]] for key in "abc"}),
        lambda client, _: client.leaves_a_stream(f"/api/v1/events?runs={runs[0]['id']}"),
        lambda client, _: client.leaves_in_the_middle(),
        lambda client, _: client.is_answered("/", None),
        lambda client, _: client.is_answered(f"{model}/generate", {"count": -1}, status=422),
        lambda client, number: client.is_answered(f"/api/v1/runs/none-{number}", status=404),
        lambda client, _: client.is_answered("/metrics"),
    ]


def images_alone(models, count):
    path = f"/api/v1/models/{models[0]['id']}/generate"

    def draw(client, number):
        status, _, content = client.ask(path, {"count": count, "seed": number, "format": "grid"})
        return status == 200 and content.startswith(b"\x89PNG")

    return [draw]


def when_read(client, kind):
    """The models or runs, which are read while the server listens already."""
    while True:
        found = json.loads(client.ask(f"/api/v1/{kind}")[2])[kind]
        if found:
            return found
        time.sleep(0.2)


def a_tenth(requests, port, clients, count):
    """The seconds of each of `count` requests, and how many were not answered as they should be."""
    times, failures, numbers = [], [], itertools.count()

    def work():
        client = Client(port)
        while (number := next(numbers)) < count:
            start = time.monotonic()
            asked = requests[number % len(requests)]
            try:
                if not asked(client, number):
                    failures.append(number)
            except (OSError, http.client.HTTPException):  # no answer in time, or none at all
                failures.append(number)
                client = Client(port)
            times.append(time.monotonic() - start)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), len(failures)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True)
    p.add_argument("--model", required=True, help="a run or, for --mixed, a folder of runs")
    p.add_argument("--requests", type=int, default=100000)
    p.add_argument("--count", type=int, default=1, help="images of a request, without --mixed")
    p.add_argument("--mixed", action="store_true")
    p.add_argument("--clients", type=int, default=8)
    p.add_argument("--port", type=int, default=5804)
    a = p.parse_args()
    command = [a.ganymede, "-q", "serve", a.model, "--port", str(a.port)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    failed = 0
    try:
        server.stdout.readline()  # it listens
        client = Client(a.port)
        models = when_read(client, "models")
        if a.mixed:
            requests = mixture(client, models, when_read(client, "runs"))
        else:
            requests = images_alone(models, a.count)
        for tenth in range(TENTHS):
            begin = time.monotonic()
            times, wrong = a_tenth(requests, a.port, a.clients, a.requests // TENTHS)
            failed += wrong
            memory, threads, descriptors = resources(server.pid)
            print(
                f"{(tenth + 1) * (a.requests // TENTHS):7} requests  {memory:5} MB  {threads:3} threads  "
                f"{descriptors:3} descriptors  {len(times) / (time.monotonic() - begin):7.1f}/s  "
                f"p50 {1000 * times[len(times) // 2]:6.1f} ms  "
                f"p99 {1000 * times[int(0.99 * len(times))]:6.1f} ms  {failed} failed",
                flush=True,
            )
    finally:
        server.terminate()
        server.wait()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
