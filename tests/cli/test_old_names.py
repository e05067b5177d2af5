"""What commit 16f1fa9 offered, by name: every flag, recipe key and file still works; tests/http/test_old_names.py has
REST.

tests/support/interface-16f1fa9.json was made from that commit's `--help` texts, recipe_fields.h and openapi.json, and
for layers, penalties and objectives by
`git grep -hoE 'field\\("[a-z_0-9]+"' 16f1fa9 -- src/ganymede/nn src/ganymede/objectives`.
"""

import json
import pathlib
import struct
import tomllib

import pytest
from test_sample import pixels
from training import TINY, shared_model, tensors, trained

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLD = json.loads((ROOT / "tests" / "support" / "interface-16f1fa9.json").read_text())
TRANSLATION = TINY.with_name("tiny_translation.toml")
CLASSES = TINY.with_name("tiny_classes.toml")
RENAMED = {
    "batch_size": "batch",
    "gradient_accumulation": "accumulate",
    "adversarial": "realness",
}  # recipe keys; a head


@pytest.mark.parametrize("command", OLD["flags"])
def test_every_flag_is_known(ganymede, command):
    words = command.split()
    for flag in OLD["flags"][command]:
        # The last flag is known to nobody, so that nothing runs: a server, say. The first unknown one is named.
        result = ganymede(*words, flag, "--no-such-flag")
        assert (result.returncode == 0) == (flag == "--version"), result.stderr
        assert (
            f"unknown flag '{flag}'" not in result.stderr and f"unexpected '{flag}'" not in result.stderr
        ), result.stderr


def test_the_test_would_see_an_unknown_flag(ganymede):
    assert "unknown flag '--no-such-flag'" in ganymede("sample", "--no-such-flag").stderr


def test_every_recipe_key_is_known(ganymede, tmp_path):
    keys = OLD["recipe_keys"]
    assert len(keys) > 80
    of_translation = {key for key in keys if key.split(".")[0] in ("source", "encoder")}
    plain = {key: value for key, value in keys.items() if key not in of_translation and key != "train.epochs"}
    for recipe, settings in ((TINY, plain), (TRANSLATION, {key: keys[key] for key in of_translation})):
        words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        # Read whole, then refused for its device: nothing is trained, and an unknown key would have come first.
        result = ganymede("train", recipe, *words, "--data", tmp_path / "none", "--resume", "--out", tmp_path / "none")
        assert "unknown" not in result.stderr, result.stderr
    result = ganymede("train", TINY, "--set", "data.no_such_key=1", "--resume", "--out", tmp_path / "none")
    assert "unknown key 'no_such_key'" in result.stderr, "which this would see"


def test_the_recipes_of_then_have_every_kind_and_option():
    """tests/cli/test_earlier.py has them read; two of them hold what the shipped ones lack."""
    keys, texts = set(), set()

    def walk(value):
        if isinstance(value, dict):
            keys.update(value)
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                walk(one)
        elif isinstance(value, str):
            texts.add(value)

    for recipe in (ROOT / "tests" / "earlier" / "0.1.0-16f1fa9" / "recipes").glob("*.toml"):
        walk(tomllib.loads(recipe.read_text()))
    # A layer without options is written as its name alone.
    assert not set(OLD["kinds_and_their_options"]) - keys - {"relu", "tanh", "sigmoid", "flatten"}
    assert not {"relu", "tanh", "sigmoid", "flatten", *OLD["objectives"], *OLD["augmentations"]} - texts


def test_old_flags_do_what_they_did_and_say_their_new_names(ganymede, tmp_path):
    model = shared_model(ganymede)
    old = ganymede(
        "explore", "interpolate", model, "--way", "linear", "--frames", 3, "-o", tmp_path / "old.png", "--json"
    )
    new = ganymede(
        "explore",
        "interpolate",
        model,
        "--interpolation",
        "linear",
        "--frames",
        3,
        "-o",
        tmp_path / "new.png",
        "--json",
    )
    assert old.returncode == new.returncode == 0, old.stderr + new.stderr
    assert "note: --way is now --interpolation" in old.stderr and "note:" not in new.stderr
    assert (tmp_path / "old.png").read_bytes() == (tmp_path / "new.png").read_bytes()
    assert json.loads(old.stdout)["way"] == json.loads(new.stdout)["interpolation"] == "linear"
    for flag in ("--points", "--stops"):
        walked = ganymede("explore", "walk", model, flag, 2, "--frames", 3, "-o", tmp_path / f"{flag}.png")
        assert walked.returncode == 0 and ("note: --points is now --stops" in walked.stderr) == (
            flag == "--points"
        ), walked.stderr
    assert (tmp_path / "--points.png").read_bytes() == (tmp_path / "--stops.png").read_bytes()
    again = ganymede("explore", "neighbours", model, "--points", "0", "-k", 1, "-o", tmp_path / "near.png", "--json")
    assert json.loads(again.stdout)["neighbours"] == json.loads(again.stdout)["nearest"]
    assert "note: neighbours is now nearest" in again.stderr
    assert "neighbours" not in ganymede("explore", "--help").stdout + ganymede("completion", "bash").stdout
    assert "--points" in ganymede("explore", "neighbours", "--help").stdout


def test_a_model_file_of_then_still_generates(ganymede, tmp_path):
    """The tensors of models/ were written long before; its recipe has the keys of today."""
    result = ganymede(
        "sample", ROOT / "models" / "shapes-relativistic.safetensors", "-n", 4, "-o", tmp_path / "grid.png"
    )
    assert result.returncode == 0 and "note:" not in result.stderr, result.stderr
    assert pixels(tmp_path / "grid.png")[0] > 2 * 16


def older(text):
    """A recipe or the header of a model file as it was written then."""
    for name, old in RENAMED.items():
        text = text.replace(name, old)
    return text


def make_older(run):
    """Gives a run folder's recipe and files the names of then."""
    (run / "recipe.toml").write_text(older((run / "recipe.toml").read_text()))
    for path in run.rglob("*.safetensors"):
        content = path.read_bytes()
        (length,) = struct.unpack_from("<Q", content)
        header = older(content[8 : 8 + length].decode())
        header += " " * (-len(header.encode()) % 8)
        path.write_bytes(struct.pack("<Q", len(header.encode())) + header.encode() + content[8 + length :])
    assert "discriminator.realness.dense_1.weight" in tensors(run / "model.safetensors")[0]


def test_a_run_of_then_is_read_and_goes_on(ganymede, tmp_path):
    """Of a conditional model, whose discriminator has the head that was called realness, with its optimiser's
    moments."""
    whole = trained(ganymede, tmp_path / "whole", recipe=CLASSES)
    run = trained(ganymede, tmp_path / "run", "--steps", 3, recipe=CLASSES)
    sheets = [tmp_path / "new.png", tmp_path / "old.png"]
    assert ganymede("sample", run, "-n", 20, "--best", 4, "-o", sheets[0]).returncode == 0
    make_older(run)
    result = ganymede("sample", run, "-n", 20, "--best", 4, "-o", sheets[1])
    assert result.returncode == 0, result.stderr
    assert sheets[0].read_bytes() == sheets[1].read_bytes()
    assert "warning discriminator.heads.realness is now called discriminator.heads.adversarial" in result.stderr
    assert result.stderr.count("warning train.batch is now called train.batch_size") == 1
    trained(ganymede, run, "--resume", "--steps", 6, recipe=run / "recipe.toml")
    assert tensors(run / "model.safetensors")[0] == tensors(whole / "model.safetensors")[0]


def test_a_recipe_of_then_trains_to_the_same_bytes_and_is_written_anew(ganymede, tmp_path):
    old = tmp_path / "old.toml"
    old.write_text(older(CLASSES.read_text()))
    runs = [trained(ganymede, tmp_path / "a", recipe=old), trained(ganymede, tmp_path / "b", recipe=CLASSES)]
    texts = [(run / "recipe.toml").read_text() for run in runs]
    assert "batch_size = 8" in texts[0] and "batch = " not in texts[0] and "realness" not in texts[0]
    assert texts[0].replace('name = "old"', "") == texts[1].replace('name = "tiny_classes"', "")
    assert tensors(runs[0] / "model.safetensors")[0] == tensors(runs[1] / "model.safetensors")[0]


def test_old_keys_may_be_set(ganymede):
    result = ganymede("summary", "cifar10-r3gan", "--json")
    assert result.returncode == 0 and "note:" not in result.stderr
    result = ganymede("bench", TINY, "--batch", 4, "--set", "train.accumulate=2", "--steps", 1, "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["batch_size"] == json.loads(result.stdout)["batch"] == 4
    assert "note: --batch is now --batch-size" in result.stderr
    assert "warning train.accumulate is now called train.gradient_accumulation" in result.stderr


def test_old_flags_of_features_and_old_members_of_answers(ganymede):
    flags = ("features", shared_model(ganymede), "--data", "shapes", "--labels", 200, "--no-baselines", "--json")
    old, new = ganymede(*flags, "--draws", 2), ganymede(*flags, "--repeats", 2)
    assert old.returncode == new.returncode == 0, old.stderr + new.stderr
    assert old.stdout == new.stdout and "note: --draws is now --repeats" in old.stderr and "note:" not in new.stderr
    protocol = json.loads(new.stdout)["protocol"]
    assert protocol["repeats"] == protocol["draws"] == 2
