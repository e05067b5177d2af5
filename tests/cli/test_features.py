"""ganymede features: a discriminator's features under a linear classifier, next to its baselines."""

import json

from images import fails, png, write
from training import shared_model


def test_trained_untrained_and_pixels(ganymede, tmp_path):
    run = shared_model(ganymede)
    flags = ("features", run, "--data", "shapes", "--labels", 200, "--repeats", 2, "--json")
    result = ganymede(*flags, "-o", tmp_path / "found.json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert set(found["results"]) == {"trained", "untrained", "pixels"}
    for name, row in found["results"].items():
        assert 0.1 < row["accuracy"]["mean"] <= 1, name
        assert abs(row["error"] + row["accuracy"]["mean"] - 1) < 1e-9
        assert len(row["c"]) == 2
    # conv_1 gives 8 channels of 8x8, conv_2 as many of 4x4: both pooled to 4x4.
    assert found["results"]["trained"]["width"] == 2 * 8 * 16 and found["results"]["pixels"]["width"] == 3 * 16 * 16
    protocol = found["protocol"]
    written = json.loads((tmp_path / "found.json").read_text())
    assert written["results"] == found["results"]
    assert {**written["protocol"], "draws": 2} == protocol, "the old name is in the old place alone"
    assert protocol["layers"] == ["conv_1", "conv_2"] and protocol["labels"] == 200
    assert protocol["test_images"] == 2000 and protocol["validation_images"] == 2000 and protocol["test"] == "test"
    assert json.loads(ganymede(*flags).stdout) == found, "the same seed chooses the same labels"
    text = ganymede("features", run, "--data", "shapes", "--labels", 100, "--no-baselines").stdout
    assert text.startswith("trained ") and "untrained" not in text and "LIBLINEAR" in text


def test_a_folder_without_a_test_split(ganymede, tmp_path):
    images = {
        f"{'light' if i % 2 else 'dark'}/{i}.png": png(*(3 * [200 * (i % 2) + i]), width=16, height=16)
        for i in range(50)
    }
    result = ganymede("features", shared_model(ganymede), "--data", write(tmp_path / "set", images), "--json")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["protocol"]["test"].startswith("a fifth held out") and found["protocol"]["test_images"] == 10
    assert found["results"]["pixels"]["accuracy"]["mean"] > 0.9


def test_what_has_no_labels(ganymede, tmp_path):
    run = shared_model(ganymede)
    plain = write(tmp_path / "plain", {f"{i}.png": png(i, i, i, width=16, height=16) for i in range(20)})
    fails(ganymede("features", run, "--data", plain), "the images have no labels to learn")
    fails(ganymede("features", run, "--data", "shapes", "--labels", 9), "not 0 labelled images of each of 10 classes")
    fails(ganymede("features", run, "--data", "shapes", "--labels", 100000), "not 10,000 labelled images of each")
    fails(ganymede("features", run, "--data", tmp_path / "none"), "no such file or folder")
    fails(ganymede("features", tmp_path / "none"), "no such model")
