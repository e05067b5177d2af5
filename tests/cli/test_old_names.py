"""What commit 16f1fa9 offered, by name: every flag, recipe key and file still works; tests/http/test_old_names.py has REST.

tests/support/interface-16f1fa9.json was made from that commit's `--help` texts, recipe_fields.h and openapi.json.
"""
import json
import pathlib

import pytest
from test_sample import pixels
from training import TINY, shared_model

ROOT = pathlib.Path(__file__).resolve().parents[2]
OLD = json.loads((ROOT / "tests" / "support" / "interface-16f1fa9.json").read_text())
TRANSLATION = TINY.with_name("tiny_translation.toml")


@pytest.mark.parametrize("command", OLD["flags"])
def test_every_flag_is_known(ganymede, command):
    words = command.split()
    for flag in OLD["flags"][command]:
        # The last flag is known to nobody, so that nothing runs: a server, say. The first unknown one is named.
        result = ganymede(*words, flag, "--no-such-flag")
        assert (result.returncode == 0) == (flag == "--version"), result.stderr
        assert f"unknown flag '{flag}'" not in result.stderr and f"unexpected '{flag}'" not in result.stderr, result.stderr


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


def test_old_flags_do_what_they_did_and_say_their_new_names(ganymede, tmp_path):
    model = shared_model(ganymede)
    old = ganymede("explore", "interpolate", model, "--way", "linear", "--frames", 3, "-o", tmp_path / "old.png", "--json")
    new = ganymede("explore", "interpolate", model, "--interpolation", "linear", "--frames", 3, "-o", tmp_path / "new.png", "--json")
    assert old.returncode == new.returncode == 0, old.stderr + new.stderr
    assert "note: --way is now --interpolation" in old.stderr and "note:" not in new.stderr
    assert (tmp_path / "old.png").read_bytes() == (tmp_path / "new.png").read_bytes()
    assert json.loads(old.stdout)["way"] == json.loads(new.stdout)["interpolation"] == "linear"
    again = ganymede("explore", "neighbours", model, "--points", "0", "-k", 1, "-o", tmp_path / "near.png", "--json")
    assert json.loads(again.stdout)["neighbours"] == json.loads(again.stdout)["nearest"]


def test_a_model_file_of_then_still_draws(ganymede, tmp_path):
    """models/ was written long before."""
    result = ganymede("sample", ROOT / "models" / "shapes-relativistic.safetensors", "-n", 4, "-o", tmp_path / "grid.png")
    assert result.returncode == 0, result.stderr
    assert pixels(tmp_path / "grid.png")[0] > 2 * 16
