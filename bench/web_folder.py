#!/usr/bin/env python3
"""Web folders in Chromium: what a first visit loads, how long until the first picture is there, and pictures a second,
beside those of `ganymede serve` with the same model.

    build/browser-venv/bin/python bench/web_folder.py --ganymede build/release/ganymede MODEL...

One picture of the untrained generator, which is as large as the trained one, is asked for in a browser that knows
nothing of the page; then --count pictures of one seed after another. The browser takes one thread, the server as many
as it is told by --threads. Ends with an error if anything is asked of another host."""

import argparse
import functools
import http.client
import http.server
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

from playwright.sync_api import sync_playwright

SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]


class Host(http.server.SimpleHTTPRequestHandler):
    """Counts what it sends."""

    sent = 0

    def copyfile(self, source, outputfile):
        content = source.read()
        Host.sent += len(content)
        outputfile.write(content)

    def log_message(self, *_):
        pass


def pictures_of(page, count, seed):
    """Seconds that the page says it took."""
    said = page.get_by_text(re.compile(rf"{count} images? of seed {seed} in \d+ ms"))
    said.wait_for()
    return int(re.search(r"in (\d+) ms", said.inner_text()).group(1)) / 1000


def visited(driver, folder, runtime, options):
    """(kB of the first load, seconds to the first picture, pictures a second)."""
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Host, directory=str(folder)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    own, others = f"http://127.0.0.1:{host.server_port}/", []
    flags = ["--no-sandbox", "--disable-dev-shm-usage", *(SOFTWARE_GPU if runtime == "webgpu" else [])]
    browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
    loads, starts, rates = [], [], []
    for _ in range(options.repeats):
        page = browser.new_context().new_page()
        page.set_default_timeout(300_000)
        page.on("request", lambda r: None if r.url.startswith((own, "data:", "blob:")) else others.append(r.url))
        Host.sent, begin = 0, time.monotonic()
        address = f"{own}?show=untrained&runtime={runtime}"
        page.goto(f"{address}&count=1&seed=1")
        page.locator("section img").first.wait_for()
        starts.append(time.monotonic() - begin)
        loads.append(Host.sent / 1000)
        page.goto(f"{address}&count={options.count}&seed=1")
        pictures_of(page, options.count, 1)
        seed = "1"
        for _ in range(options.repeats):
            page.get_by_role("button", name="Roll another seed").click()
            page.wait_for_function("old => new URLSearchParams(location.search).get('seed') !== old", arg=seed)
            seed = page.evaluate("new URLSearchParams(location.search).get('seed')")
            rates.append(options.count / pictures_of(page, options.count, seed))
        page.context.close()
    version = browser.version
    browser.close()
    host.shutdown()
    if others:
        raise SystemExit(f"error: {folder}: the page asked other hosts: {others}")
    return statistics.median(loads), statistics.median(starts), statistics.median(rates), version


def served(model, options):
    """Pictures a second of the server, as the studio asks for them."""
    command = [options.ganymede, "-q", "--threads", str(options.threads), "serve", model, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)", server.stdout.readline()).group(1))

        def ask(method, path, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())

        while not (models := ask("GET", "/api/v1/models")["models"]):
            time.sleep(0.2)
        rates = []
        for seed in range(options.repeats**2 + 1):
            body = {"count": options.count, "seed": seed, "network": "untrained", "format": "json"}
            begin = time.monotonic()
            assert len(ask("POST", f"/api/v1/models/{models[0]['id']}/generate", body)["images"]) == options.count
            rates.append(options.count / (time.monotonic() - begin))
        return statistics.median(rates[1:])
    finally:
        server.terminate()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--ganymede", required=True)
    parser.add_argument("--runtimes", nargs="+", default=["wasm", "webgpu"], choices=["wasm", "webgpu"])
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    print("| model | runtime | first load, kB | start to first picture, s | pictures a second | the server's |")
    print("|---|---|---|---|---|---|")
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as place:
        for number, model in enumerate(options.models):
            folder = pathlib.Path(place) / str(number)
            command = [options.ganymede, "-q", "export", model, "--format", "web", "-o", str(folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            name = json.loads((folder / "model.json").read_text())["id"]
            own = served(model, options)
            for runtime in options.runtimes:
                load, start, rate, version = visited(driver, folder, runtime, options)
                print(f"| `{name}` | {runtime} | {load:.0f} | {start:.2f} | {rate:.0f} | {own:.0f} |", flush=True)
        print(f"\nChromium {version}; medians of {options.repeats} visits, {options.count} pictures at once")


if __name__ == "__main__":
    main()
