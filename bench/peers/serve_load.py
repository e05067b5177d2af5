#!/usr/bin/env python3
"""Load on `ganymede serve` and on the Flask + PyTorch application that does the same job, in turn in one run.

    serve_load.py --ganymede build/release/ganymede --model RUN --flask flask_app.py [--system conv32] [--matplotlib]

Each round asks both for grids of 16 images with 1, 8 and 64 clients that keep their connections; what counts is the
ratio within a round. Prints one line a server and number of clients: requests per second, p50 and p99 in milliseconds,
failures. The Flask application runs as users deploy it, under gunicorn with two workers of one thread where gunicorn is
there.
"""
import argparse, http.client, json, pathlib, shutil, subprocess, sys, threading, time


def wait(port, path):
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200: return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}")


def load(port, path, body, clients, seconds):
    times, failures, end = [], [], time.monotonic() + seconds

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while (begin := time.monotonic()) < end:
            try:
                connection.request("POST", path, body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                content = response.read()
                if response.status != 200 or not content.startswith(b"\x89PNG"): raise OSError(response.status)
                times.append(time.monotonic() - begin)
            except (OSError, http.client.HTTPException) as error:
                failures.append(error)
                connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begin = time.monotonic()
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    times.sort()
    at = lambda share: 1000 * times[min(len(times) - 1, int(share * len(times)))] if times else float("nan")
    return len(times) / (time.monotonic() - begin), at(0.5), at(0.99), len(failures)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--flask", required=True)
    p.add_argument("--system", default="conv32"); p.add_argument("--matplotlib", action="store_true")
    p.add_argument("--seconds", type=float, default=10); p.add_argument("--rounds", type=int, default=1)
    a = p.parse_args()
    flask = pathlib.Path(a.flask).resolve()
    gunicorn = shutil.which("gunicorn", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("gunicorn")
    ours = subprocess.Popen(
        [a.ganymede, "serve", a.model, "--port", "5801"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if gunicorn:
        command = [
            gunicorn,
            "-w",
            "2",
            "-b",
            "127.0.0.1:5802",
            "--chdir",
            str(flask.parent),
            f"{flask.stem}:create('{a.system}', {a.matplotlib}, 1)",
        ]
    else:
        command = [
            sys.executable,
            str(flask),
            "--port",
            "5802",
            "--system",
            a.system,
            *(["--matplotlib"] if a.matplotlib else []),
        ]
    theirs = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(5801, "/readyz"); wait(5802, "/healthz")
        connection = http.client.HTTPConnection("127.0.0.1", 5801)
        connection.request("GET", "/api/v1/models")
        model = json.loads(connection.getresponse().read())["models"][0]["id"]
        for _ in range(a.rounds):
            for clients in (1, 8, 64):
                rates = []
                for name, port, path in (
                    ("ganymede", 5801, f"/api/v1/models/{model}/generate"),
                    ("flask", 5802, "/generate"),
                ):
                    rate, p50, p99, failed = load(port, path, '{"count": 16}', clients, a.seconds)
                    if rate == 0: sys.exit(f"{name} answered no request; its own log says why")
                    rates.append(rate)
                    print(
                        f"{name:9} {clients:3} clients {rate:9.1f} requests/s  "
                        f"p50 {p50:8.1f} ms  p99 {p99:8.1f} ms  {failed} failed",
                        flush=True,
                    )
                print(f"ratio     {clients:3} clients {rates[0] / rates[1]:9.1f}", flush=True)
    finally:
        for process in (ours, theirs): process.terminate()
        for process in (ours, theirs): process.wait()


if __name__ == "__main__":
    main()
