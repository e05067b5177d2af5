"""ganymede evaluate: metrics with their protocol, any two sets, and what cannot be compared."""

import json
import random
import struct

import pytest
from images import fails, png, write
from training import shared_model, trained


def feature_file(path, rows, width, seed=1, shift=0.0, broken=False, name="features"):
    """A safetensors file of random features."""
    numbers = random.Random(seed)
    values = [numbers.gauss(shift, 1) for _ in range(rows * width)]
    if broken:
        values[3] = float("nan")
    header = json.dumps(
        {name: {"dtype": "F32", "shape": [rows, width], "data_offsets": [0, 4 * rows * width]}}
    ).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack(f"<{rows * width}f", *values))
    return path


def evaluated(ganymede, *flags):
    result = ganymede("evaluate", *flags, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert set(document) == {"protocol", "metrics"}
    return document


def test_a_model_against_its_own_data(ganymede):
    run = shared_model(ganymede)
    found = evaluated(ganymede, run, "-n", 100)
    assert set(found["metrics"]) == {"swd", "modes"}, "what needs no features"
    assert found["metrics"]["swd"]["mean"] > 0 and set(found["metrics"]["swd"]["levels"]) == {"16"}
    assert 0 <= found["metrics"]["modes"]["found"] <= 10
    protocol = found["protocol"]
    assert (
        protocol["real"]["images"] == 64
        and protocol["real"]["data"] == "shapes"
        and protocol["real"]["splits"] == ["train"]
    )
    assert protocol["fake"]["images"] == 100 and protocol["fake"]["step"] == 40
    assert len(protocol["real"]["checksum"]) == 64 and protocol["features"] is None
    assert protocol["transparency"] == "shows white"
    assert evaluated(ganymede, run, "-n", 100) == found, "the same seed gives the same values"
    other = evaluated(ganymede, run, "-n", 100, "--seed", 1)
    assert other["metrics"]["swd"] != found["metrics"]["swd"]


def test_the_data_against_itself_is_better_than_a_model(ganymede):
    run = shared_model(ganymede)
    sizes = ("--size", 16, "--real-count", 200, "-n", 200)
    itself = evaluated(ganymede, "--real", "shapes", "--fake", "shapes:test", *sizes)["metrics"]
    generated = evaluated(ganymede, "--real", "shapes", "--fake", run, *sizes)["metrics"]
    assert itself["swd"]["mean"] < generated["swd"]["mean"]
    assert itself["modes"]["found"] == 10 and itself["modes"]["divergence"] < 0.05


def test_images_of_several_sizes_are_judged_at_one_that_the_protocol_names(ganymede, tmp_path):
    numbers = random.Random(14)
    def folder(name, count=24):
        sizes = [(24 + 2 * (i % 6), 24 + 3 * (i // 6)) for i in range(count)]
        colours = [[numbers.randrange(256) for _ in range(3)] for _ in sizes]
        return write(
            tmp_path / name, {f"{i:02}.png": png(*colours[i], width=w, height=h) for i, (w, h) in enumerate(sizes)}
        )
    a, b = folder("a"), folder("b")
    found = evaluated(ganymede, "--real", a, "--fake", b, "--metrics", "swd", "--force")
    assert found["metrics"]["swd"]["mean"] > 0
    side = found["protocol"]["real"]["height"]
    for one in (found["protocol"]["real"], found["protocol"]["fake"]):
        assert one["fit"] == f"each stretched to a square, resized to {side}x{side} (triangle filter, antialiased)"
        assert (one["height"], one["width"]) == (side, side)
        assert f"images are of 24 sizes: stretched to {side}x{side}" in one["notes"]
    assert side == 27, "the median of the shorter sides"
    at_16 = evaluated(ganymede, "--real", a, "--fake", b, "--metrics", "swd", "--force", "--size", 16)
    assert "the centre square of each, resized to 16x16" in at_16["protocol"]["fake"]["fit"]
    text = ganymede("evaluate", "--real", a, "--fake", b, "--metrics", "swd", "--force")
    assert f"stretched to a square, resized to {side}x{side}" in text.stdout + text.stderr


def test_what_is_rendered_at_its_size_is_not_resized(ganymede):
    flags = ("--real", "shapes", "--fake", "shapes:test", "--size", 16, "--real-count", 20, "-n", 20)
    found = evaluated(ganymede, *flags, "--metrics", "swd")
    assert found["protocol"]["real"]["fit"] == found["protocol"]["fake"]["fit"] == found["protocol"]["resize"] == "none"


def test_feature_files_of_other_tools(ganymede, tmp_path):
    real = feature_file(tmp_path / "real.safetensors", 1200, 6)
    same = evaluated(ganymede, "--real", real, "--fake", real)["metrics"]
    assert abs(same["fd"]) < 1e-3 and "kid" in same
    assert same["precision"] > 0.9 and same["coverage"] > 0.9
    assert "fid" not in same, "only Inception's features may be called so"
    far = feature_file(tmp_path / "far.safetensors", 1200, 6, seed=2, shift=3)
    assert evaluated(ganymede, "--real", real, "--fake", far)["metrics"]["fd"] == pytest.approx(6 * 9, rel=0.1)
    text = ganymede("evaluate", "--real", real, "--fake", far, "--metrics", "fid").stdout
    assert text.startswith("fd ") and "1,200 images of" in text and "sha256 not known" in text


def test_a_set_against_itself_is_not_apart(ganymede, tmp_path):
    """Two samples of 1,000 of many hardly share a vector; of few they would, and KID would be negative."""
    many = feature_file(tmp_path / "many.safetensors", 20000, 4)
    same = evaluated(ganymede, "--real", many, "--fake", many, "--metrics", "fid,kid")["metrics"]
    assert abs(same["fd"]) < 1e-3 and abs(same["kid"]["mean"]) <= same["kid"]["std"]


def test_folders_of_images(ganymede, tmp_path):
    dark = write(tmp_path / "dark", {f"{i}.png": png(i, i, 40 + i, width=16, height=16) for i in range(20)})
    light = write(tmp_path / "light", {f"{i}.png": png(200 + i, 255 - i, 250, width=16, height=16) for i in range(20)})
    found = evaluated(ganymede, "--real", dark, "--fake", light)
    assert set(found["metrics"]) == {"swd"}
    assert found["protocol"]["fake"]["images"] == 20


def test_what_is_left_out_is_named(ganymede, tmp_path):
    one = write(tmp_path / "one", {"a.png": png(1, 2, 3, width=16, height=16)})
    many = write(tmp_path / "many", {f"{i}.png": png(i, i, 40 + i, width=16, height=16) for i in range(20)})
    fails(ganymede("evaluate", "--real", many, "--fake", one, "--metrics", "swd"), "1 image is too few for SWD")
    fails(
        ganymede("evaluate", "--real", many, "--fake", one), "swd needs 10 images or more in each set, and there is 1"
    )
    # What several lack is said once.
    fails(ganymede("evaluate", "--real", many, "--fake", one), "for these: fid, kid, is, prdc need features:")
    protocol = evaluated(ganymede, "--real", many, "--fake", many)["protocol"]
    assert (
        set(protocol["skipped"]) == {"fid", "kid", "is", "prdc", "modes"}
        and "--features FILE" in protocol["skipped"]["fid"]
    )
    assert protocol["better"] == {"swd": "lower"} and protocol["real"]["fit"] == "none"
    sized = ganymede("evaluate", "--real", many, "--fake", many, "--size", 32).stdout
    assert "lower is better" in sized and "no fid          it needs features" in sized
    assert "the centre square of each, resized to 32x32 (triangle filter, antialiased)" in sized
    assert "warning         metrics of 20 images are rough\n" in sized, "swd has no error bars"
    assert "resize: none but what is said of the set;" in sized
    assert "--bootstrap did nothing" in ganymede("evaluate", "--real", many, "--fake", many, "--bootstrap", 20).stdout


def test_notes_of_the_data_are_in_the_text(ganymede, tmp_path):
    files = {f"cat/{i}.png": png(i, i, 40 + i, width=16, height=16) for i in range(20)}
    loose = write(tmp_path / "loose", {**files, "cat/notes.txt": b"no image"})
    found = evaluated(ganymede, "--real", loose, "--fake", loose)
    text = ganymede("evaluate", "--real", loose, "--fake", loose).stdout
    for note in found["protocol"]["real"]["notes"]:
        assert f"note            real: {note}" in text and f"note            generated: {note}" in text
    assert "note " in text


def test_error_bars(ganymede, tmp_path):
    real, fake = feature_file(tmp_path / "a.safetensors", 300, 6), feature_file(
        tmp_path / "b.safetensors", 300, 6, seed=2, shift=0.2
    )
    flags = ("--real", real, "--fake", fake, "--bootstrap", 50, "--fd-infinity", "--metrics", "fid,kid,prdc", "--force")
    found = evaluated(ganymede, *flags)
    metrics = found["metrics"]
    assert set(metrics["intervals"]) == {"fd", "kid", "precision", "recall", "density", "coverage"}
    low, high = metrics["intervals"]["fd"]
    assert 0 <= low < metrics["fd_infinity"] < high and metrics["fd_infinity"] < metrics["fd"]
    assert metrics["kid"]["std"] is None, "one subset of all has no deviation"
    assert found["protocol"]["bootstrap"]["resamples"] == 50 and found["protocol"]["kid"]["subsets"] == 1
    assert evaluated(ganymede, *flags) == found, "the same seed makes the same resamples"
    text = ganymede("evaluate", *flags).stdout
    assert "(95 %: " in text and "higher is better" in text
    fails(ganymede("evaluate", *flags, "-n", 10, "--bootstrap", 5), "--bootstrap", code=2)


def test_a_run_knows_its_data(ganymede, tmp_path):
    images = {
        f"{'light' if i % 2 else 'dark'}/{i}.png": png(*(3 * [200 * (i % 2) + i]), width=16, height=16)
        for i in range(50)
    }
    write(tmp_path / "images", images)
    run = trained(
        ganymede, tmp_path / "run", "--data", "images", "--steps", 2, "--set", 'data.name="folder"', cwd=tmp_path
    )
    for model in (run, run / "model.safetensors", run / "checkpoints" / "step-000002.safetensors"):
        found = evaluated(ganymede, model, "-n", 20)
        assert found["protocol"]["real"]["images"] == 50, "found from another folder, without --data"
    features = ganymede("features", run, "--no-baselines", "--json")
    assert json.loads(features.stdout)["protocol"]["test_images"] == 10, features.stderr


def test_copies_of_training_images_are_found(ganymede, tmp_path):
    colours = [(7 * i % 256, 31 * i % 256, 91 * i % 256) for i in range(40)]
    training = write(tmp_path / "training", {f"{i:02}.png": png(*colours[i], width=16, height=16) for i in range(40)})
    others = write(
        tmp_path / "others", {f"{i}.png": png(255, 128, 12 * i % 256, width=16, height=16) for i in range(20)}
    )
    copied = evaluated(ganymede, "--real", training, "--fake", training, "--memorisation", tmp_path / "copies.png")
    fresh = evaluated(ganymede, "--real", training, "--fake", others, "--memorisation", tmp_path / "fresh.png")
    assert copied["metrics"]["memorisation"]["pixels"]["authenticity"] == 0
    assert copied["metrics"]["memorisation"]["pixels"]["median_distance"] < 1e-3
    assert fresh["metrics"]["memorisation"]["pixels"]["authenticity"] > 0
    assert (tmp_path / "copies.png").read_bytes().startswith(b"\x89PNG")
    model = evaluated(ganymede, shared_model(ganymede), "-n", 50, "--memorisation", tmp_path / "model.png")
    assert "held_out" in model["metrics"]["memorisation"]["pixels"], "shapes have a test split"


def test_real_photographs_under_a_feature_file(ganymede, real_data, tmp_path):
    network = real_data / "features" / "resnet20-cifar10.pt"
    if not network.exists():
        pytest.skip("no feature network at hand")
    data = real_data / "cifar10"
    flags = (
        "--features",
        network,
        "--real-count",
        1500,
        "-n",
        1000,
        "--metrics",
        "fid,is,prdc",
        "--scatter",
        tmp_path / "scatter.svg",
    )
    found = evaluated(ganymede, "--real", data, "--fake", f"{data}:test", *flags)
    metrics = found["metrics"]
    assert metrics["fd"] < 20 and metrics["class_accuracy"] > 0.88 and 7 < metrics["is"]["mean"] < 10
    assert metrics["precision"] > 0.5 and metrics["recall"] > 0.5
    assert found["protocol"]["features"]["name"] == "resnet20-cifar10.pt"
    assert len(found["protocol"]["features"]["sha256"]) == 64 and not found["protocol"]["features"]["inception"]
    assert "<svg" in (tmp_path / "scatter.svg").read_text()
    fails(ganymede("evaluate", "--real", data, "--fake", data, "--features", network, "-n", 50, "--metrics", "fid"),
          "50 images are too few for features of width 64")
    forced = evaluated(ganymede, "--real", data, "--fake", data, "--features", network, "--real-count", 1500, "-n", 50,
                       "--metrics", "fid", "--force")
    assert forced["metrics"]["fd"] > 0 and forced["protocol"]["forced"]


def test_images_are_brought_to_the_networks_size(ganymede, real_data):
    """At 64 pixels the network's accuracy on real images is 19 %: once that was all a metric rested on."""
    network = real_data / "features" / "resnet20-cifar10.pt"
    if not network.exists():
        pytest.skip("no feature network at hand")
    data = real_data / "cifar10"
    flags = (
        "--real",
        data,
        "--fake",
        f"{data}:test",
        "--features",
        network,
        "--real-count",
        1500,
        "-n",
        1000,
        "--metrics",
        "fid",
    )
    plain, large = evaluated(ganymede, *flags), evaluated(ganymede, *flags, "--size", 64)
    assert plain["protocol"]["features"]["size"] == 32 and plain["protocol"]["resize"].startswith("none: 32x32")
    assert large["protocol"]["features"]["size"] == 32 and "64x64 to 32x32" in large["protocol"]["resize"]
    assert plain["metrics"]["class_accuracy"] > 0.9 and large["metrics"]["class_accuracy"] > 0.86
    assert large["protocol"]["features"]["accuracy_on_real"] > 0.86
    blind = evaluated(ganymede, *flags, "--size", 64, "--feature-size", 64)
    assert blind["protocol"]["features"]["accuracy_on_real"] < 0.3 and "class_accuracy" not in blind["metrics"]
    assert any("of the real images rightly" in warning for warning in blind["protocol"]["warnings"])


def test_what_cannot_be_compared(ganymede, tmp_path):
    real = feature_file(tmp_path / "real.safetensors", 30, 6)
    wide = feature_file(tmp_path / "wide.safetensors", 30, 7)
    broken = feature_file(tmp_path / "broken.safetensors", 30, 6, broken=True)
    few = feature_file(tmp_path / "few.safetensors", 3, 6)
    other = feature_file(tmp_path / "other.safetensors", 30, 6, name="weights")
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.pt").write_text("no network")
    (tmp_path / "text.safetensors").write_text("no tensors at all")

    def failure(*words, fake=real, code=1, flags=()):
        return fails(ganymede("evaluate", "--real", real, "--fake", fake, *flags), *words, code=code)

    failure("width 6 in one set and 7 in the other", fake=wide)
    failure("a feature is not a finite number", "broken.safetensors", fake=broken)
    failure("fid needs 6 images or more in each set", "--force", "there are 3", fake=few)
    failure("3 images are too few", "--force", fake=few, flags=("--metrics", "fid"))
    failure("no tensor 'features'", fake=other)
    failure("text.safetensors", fake=tmp_path / "text.safetensors")
    failure("no such file", fake=tmp_path / "none.safetensors")
    failure("no such file or folder", fake=tmp_path / "nowhere")
    failure("no image", fake=tmp_path / "empty")
    failure("30 images are too few for KID's subsets of 1000", flags=("--metrics", "kid"))
    failure("'swd' needs images", flags=("--metrics", "swd"), code=2)
    failure("'is' needs logits", flags=("--metrics", "is"), code=2)
    failure("not a TorchScript file", "text.pt", flags=("--features", tmp_path / "text.pt"))
    failure("no such file", flags=("--features", tmp_path / "none.pt"))
    failure("did you mean 'fid'?", flags=("--metrics", "fidd"), code=2)
    failure("end it in .png", flags=("--memorisation", tmp_path / "x.jpg"), code=2)
    fails(ganymede("evaluate"), "model: is missing; name a model, or both --real and --fake", code=2)
    fails(ganymede("evaluate", "--real", real), "--fake: is missing: a comparison has two sets", code=2)
    fails(ganymede("evaluate", "x", "--real", real), "model: excludes --real and --fake", code=2)
    fails(
        ganymede("evaluate", "--real", "shapes", "--fake", "shapes", "--metrics", "fid", "-n", 20),
        "'fid' needs features",
        code=2,
    )
    fails(ganymede("evaluate", "--real", "shapes", "--fake", "shapse"), "did you mean 'shapes'?", code=2)
    fails(ganymede("evaluate", "--real", "shapes", "--fake", "shapes:tset"), "did you mean 'test'?", code=2)
    fails(ganymede("evaluate", tmp_path / "nowhere"), "no such model")
    fails(
        ganymede(
            "evaluate",
            "--real",
            "shapes",
            "--fake",
            "shapes",
            "-n",
            20,
            "--features",
            "inception",
            env={"GANYMEDE_DATA": str(tmp_path)},
        ),
        "ganymede data fetch inception",
    )
