"""ganymede models: what models are at hand; and each that is shipped generates and explores."""

import json
import pathlib

import pytest
from training import shared_model

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "models").glob("*.safetensors"))
LIMIT = 20e6  # bytes: what a clone brings along


def listed(ganymede, folder):
    result = ganymede("models", folder, "--json")
    assert result.returncode == 0, result.stderr
    return {entry["name"]: entry for entry in json.loads(result.stdout)}


def test_lists_models_with_their_cards(ganymede, tmp_path):
    model = (shared_model(ganymede) / "model.safetensors").read_bytes()
    for name, content in (("carded", model), ("plain", model), ("damaged", model[:100])):
        (tmp_path / f"{name}.safetensors").write_bytes(content)
    (tmp_path / "carded.json").write_text('{"metrics": "swd 12 (of 100)", "command": "ganymede train tiny"}')
    (tmp_path / "other.txt").write_text("no model")
    found = listed(ganymede, tmp_path)
    assert list(found) == ["carded", "damaged", "plain"]
    assert found["carded"]["card"]["metrics"] == "swd 12 (of 100)" and "card" not in found["plain"]
    assert found["plain"]["step"] == 40 and found["plain"]["data"] == "shapes" and found["plain"]["bytes"] == len(model)
    assert "damaged.safetensors" in found["damaged"]["error"], "one damaged file hides none of the others"
    text = ganymede("models", tmp_path).stdout
    assert "swd 12 (of 100)" in text and "ganymede train tiny" in text and "damaged.safetensors" in text
    (tmp_path / "carded.json").write_text("[]")
    assert "card" in listed(ganymede, tmp_path)["carded"]["error"]


def test_no_models(ganymede, tmp_path):
    assert "no models" in ganymede("models", tmp_path).stdout
    result = ganymede("models", tmp_path / "nowhere")
    assert result.returncode == 1 and "no such folder" in result.stderr


def test_shipped_models_have_cards_and_fit(ganymede):
    found = listed(ganymede, ROOT / "models")
    assert len(found) == len(SHIPPED) and sum(entry["bytes"] for entry in found.values()) <= LIMIT
    for name, entry in found.items():
        assert set(entry["card"]) >= {"command", "metrics", "seen"}, name


@pytest.mark.parametrize("model", SHIPPED, ids=lambda path: path.stem)
def test_shipped_model_generates_and_explores(ganymede, model, tmp_path):
    assert ganymede("--threads", 1, "sample", model, "-n", 4, "-o", tmp_path / "grid.png").returncode == 0
    strip = ganymede("--threads", 1, "explore", "interpolate", model, "-o", tmp_path / "strip.png")
    assert strip.returncode == 0, strip.stderr
    for image in ("grid.png", "strip.png"):
        assert (tmp_path / image).read_bytes().startswith(b"\x89PNG")
