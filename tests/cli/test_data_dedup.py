"""ganymede data dedup: planted duplicates are found, listed, and left out of training."""
import json

import pytest
from images import fails, png, write
from training import trained


@pytest.fixture
def images(tmp_path):
    """Forty images of one colour each; the last four are copies of the first four."""
    colours = [((37 * i) % 256, (91 * i + 40) % 256, (151 * i + 90) % 256) for i in range(36)]
    return write(tmp_path / "set", {f"{i:02}.png": png(*colours[i % 36], width=40, height=32) for i in range(40)})


def test_copies_are_found_and_left_out(ganymede, images, tmp_path):
    listed = tmp_path / "list.txt"
    result = ganymede("data", "dedup", images, "--steps", 40, "--json", "-o", listed)
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["images"] == 40 and found["list"] == str(listed)
    pairs = [group for group in found["groups"] if group[0] in ("00.png", "01.png", "02.png", "03.png")]
    assert [group[-1] for group in pairs] == ["36.png", "37.png", "38.png", "39.png"]
    again = ganymede("data", "dedup", images, "--steps", 40, "--json", "-o", listed)
    assert again.stdout == result.stdout, "the same seed finds the same"
    rest = json.loads(ganymede("data", "info", images, "--exclude", listed, "--json").stdout)
    assert rest["count"] == 40 - found["duplicates"]
    assert any("left out by list.txt" in note for note in rest["notes"])
    text = ganymede("data", "dedup", images, "--steps", 40)
    assert "look like one before them" in text.stdout and "00.png  36.png" in text.stdout
    run = trained(ganymede, tmp_path / "run", "--set", 'data.name="folder"', "--set", f'data.path="{images}"', "--set",
                  f'data.exclude="{listed}"', "--steps", 1)
    environment = json.loads((run / "environment.json").read_text())
    assert any("left out by list.txt" in note for note in environment["data"]["notes"])
    assert str(listed).encode() not in (run / "model.safetensors").read_bytes(), "paths stay on this machine"


def test_numbers_belong_to_the_set_they_count_in(ganymede, tmp_path):
    listed = tmp_path / "list.txt"
    assert ganymede("data", "dedup", "shapes", "--split", "test", "--steps", 1, "-o", listed).returncode == 0
    assert "@set " in listed.read_text()
    assert ganymede("data", "info", "shapes", "--split", "test", "--exclude", listed).returncode == 0
    fails(ganymede("data", "info", "shapes", "--exclude", listed), "made for other data", code=2)
    fails(ganymede("data", "dedup", "shapes", "--class", "star"), "leave --class", code=2)
    fails(ganymede("data", "dedup", "shapes", "--tolerance", 16), "tolerance", code=2)
    fails(ganymede("data", "info", "shapes", "--exclude", tmp_path / "none.txt"), "none.txt")
