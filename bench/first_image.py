"""Seconds from the start of a server to its first generated image, and its memory then: `ganymede serve` beside Flask
with PyTorch and the same generator as TorchScript, in turn.

    pip install flask torch pillow numpy
    python3 bench/first_image.py --program build/release/ganymede --model models/pegasus.safetensors
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

APP = """
import io
import torch
from flask import Flask, Response, request
from PIL import Image

app = Flask(__name__)
net = torch.jit.load("model.pt").eval()


@app.post("/generate")
def generate():
    torch.manual_seed(request.json["seed"])
    with torch.inference_mode():
        image = net(torch.randn(1, {latent}))[0]
    out = io.BytesIO()
    Image.fromarray(image.numpy()).save(out, "PNG")
    return Response(out.getvalue(), mimetype="image/png")
"""


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def first_image(command, url, folder):
    """(seconds, MiB) of a server that is started and asked until it answers with an image."""
    begin = time.monotonic()
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ask = urllib.request.Request(url, b'{"count": 1, "seed": 1}', {"Content-Type": "application/json"})
    try:
        while time.monotonic() - begin < 120:
            try:
                with urllib.request.urlopen(ask, timeout=30) as answer:
                    assert answer.read().startswith(b"\x89PNG")
                return time.monotonic() - begin, resident_mib(server.pid)
            except OSError:
                time.sleep(0.01)
        sys.exit(f"no image from {command[0]}")
    finally:
        server.terminate()
        server.wait()


def main():
    flags = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    flags.add_argument("--program", type=pathlib.Path, required=True)
    flags.add_argument("--model", type=pathlib.Path, required=True)
    flags.add_argument("--latent", type=int, default=100)
    flags.add_argument("--rounds", type=int, default=5)
    flags = flags.parse_args()
    program, model = flags.program.resolve(), flags.model.resolve()
    with tempfile.TemporaryDirectory() as folder:
        export = [program, "export", model, "--format", "torchscript", "--pixels", "uint8", "-o", "model.pt"]
        subprocess.run(export, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        pathlib.Path(folder, "app.py").write_text(APP.format(latent=flags.latent))
        servers = {
            "ganymede": (
                [program, "-q", "serve", model, "--port", "8093"],
                f"http://127.0.0.1:8093/api/v1/models/{model.stem}/generate",
            ),
            "flask": (
                [sys.executable, "-m", "flask", "--app", "app", "run", "--port", "8094"],
                "http://127.0.0.1:8094/generate",
            ),
        }
        found = {name: [] for name in servers}
        for _ in range(flags.rounds):
            for name, (command, url) in servers.items():
                found[name].append(first_image(command, url, folder))
        for name, values in found.items():
            seconds, memory = (statistics.median(column) for column in zip(*values))
            print(f"{name}: first image after {seconds:.2f} s, {memory:.0f} MiB")


if __name__ == "__main__":
    main()
