"""What the tests of training share: a recipe that trains in milliseconds, runs of it, and readers of what a run
leaves."""

import csv
import json
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

TINY = pathlib.Path(__file__).resolve().parents[1] / "support" / "tiny.toml"
TIMING = {"seconds", "images_per_s"}


def train(ganymede, out, *flags, recipe=TINY, **options):
    """Trains the tiny recipe into `out`, on one thread: many small steps gain nothing from more."""
    return ganymede("--threads", 1, "train", recipe, "--output", out, *flags, **options)


def trained(ganymede, out, *flags, **options):
    """As train(), expecting success; returns the run folder."""
    result = train(ganymede, out, *flags, **options)
    assert result.returncode == 0, result.stderr
    return pathlib.Path(out)


def start(ganymede, out, *flags):
    """Starts a training in the background."""
    command = [ganymede.path, "--threads", "1", "train", TINY, "--output", out, *flags]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(path, process, seconds=120):
    """Waits until `path` exists while `process` runs."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, f"ended before {path.name} was there: {process.communicate()[1]}"
        assert time.monotonic() < end, f"{path.name} did not appear"
        time.sleep(0.002)


_models = {}


def shared_model(ganymede):
    """A model trained once for all tests of a session that only read it: the run folder."""
    if "folder" not in _models:
        _models["holder"] = tempfile.TemporaryDirectory()
        _models["folder"] = trained(ganymede, pathlib.Path(_models["holder"].name) / "run", "--precision", "f32")
    return _models["folder"]


def tensors(path):
    """(name -> (dtype, shape, bytes), metadata) of a safetensors file, checked to be whole."""
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    data = content[8 + length :]
    assert max(entry["data_offsets"][1] for entry in header.values()) == len(data), f"{path} is cut short"
    cut = {name: data[slice(*entry["data_offsets"])] for name, entry in header.items()}
    return {name: (entry["dtype"], entry["shape"], cut[name]) for name, entry in header.items()}, metadata


def metrics(run):
    """The rows of metrics.csv without what a clock decides."""
    with open(pathlib.Path(run) / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{key: value for key, value in row.items() if key not in TIMING} for row in rows]


def copy_run(run, to):
    shutil.copytree(run, to)
    return pathlib.Path(to)
