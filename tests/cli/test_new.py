"""`ganymede new`: from a folder of images to a recipe that trains."""
import json
import random

from images import fails, png, write


def folder(place, count=24, classes=1, **size):
    chance = random.Random(3)
    files = {
        f"class {i % classes}/{i:03}.png": png(
            *(chance.randrange(256) for _ in range(3)), **(size or {"width": 20, "height": 30})
        )
        for i in range(count)
    }
    return write(place, files)


def test_a_recipe_that_trains(ganymede, tmp_path):
    images = folder(tmp_path / "my images")
    result = ganymede("new", "mine", "--data", images, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (
        "train it with: ganymede train mine" in result.stdout
        and "24 images" in result.stdout
        and "memory" in result.stdout
    )
    text = (tmp_path / "mine.toml").read_text()
    assert "size = 16  # half of the images have a shorter side of 20 pixels" in text and "cropped" in text
    result = ganymede("-q", "train", "mine", "--steps", 2, "-o", "run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "run/model.safetensors").exists()


def test_from_any_folder_and_to_any_file(ganymede, tmp_path):
    folder(tmp_path / "images", classes=2)
    (tmp_path / "images/class 0/bad.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    result = ganymede(
        "new", "mine", "--data", "images", "-o", "recipes/a.toml", "--size", 32, "--hours", 0.01, "--json", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["images"], said["bad"]) == (24, 1) and said["peak_memory_bytes"] > 0
    # The interval of grids is a round number of steps: a few more or fewer of them, which busy processors make long.
    assert abs(said["seconds"] - 36) <= max(2 * said["seconds_per_step"], 1) + 3 * said["seconds_per_grid"]
    text = (tmp_path / "recipes/a.toml").read_text()
    assert "size = 32  # as asked for" in text and "skip_bad = true" in text and "too few to learn" in text
    (tmp_path / "elsewhere").mkdir()
    result = ganymede("recipes", "check", tmp_path / "recipes/a.toml", "--steps", 0, cwd=tmp_path / "elsewhere")
    assert result.returncode == 0, result.stderr


def test_what_cannot_be_meant(ganymede, tmp_path):
    images = folder(tmp_path / "images", count=10)
    fails(ganymede("new", "mine", "--data", images, cwd=tmp_path), "too few", code=2)
    fails(ganymede("new", "shapes-hinge", "--data", images, cwd=tmp_path), "shipped", code=2)
    fails(ganymede("new", "mine", "--data", "nowhere", cwd=tmp_path), "nowhere", code=2)
    fails(ganymede("new", "mine", "--data", "./nowhere", cwd=tmp_path), "nowhere")
    (tmp_path / "mine.toml").write_text("mine")
    fails(ganymede("new", "mine", "--data", images, cwd=tmp_path), "--replace", code=2)
    assert (tmp_path / "mine.toml").read_text() == "mine"
    fails(ganymede("new", "other", "--data", "shapes", cwd=tmp_path), "shapes", code=2)


def test_what_may_be_expected_comes_from_recorded_runs(ganymede, tmp_path):
    images = folder(tmp_path / "images", count=20, width=64, height=64)
    result = ganymede("new", "mine", "--data", images, "--size", 16, "--json", cwd=tmp_path)
    expected = json.loads(result.stdout)["expected_quality"]
    assert not expected["near"] and any("here 20" in one for one in expected["unlike"])
    assert expected["recorded_run"]["images"] > 1000 and expected["figure"] > 0 and expected["protocol"]
    first = (tmp_path / "mine.toml").read_text().split("title")[0]
    assert "# time: about" in first and "# memory: " in first and "# quality: no recorded run is near" in first
    assert f"{expected['metric']} {expected['figure']:g} ({expected['protocol']})" in first
    result = ganymede("new", "mine", "--data", images, "--size", 16, "--replace", cwd=tmp_path)
    assert "no recorded run is near" in result.stdout and "docs/results.md" in result.stdout


def test_classes_follow_the_data(ganymede, tmp_path):
    images = folder(tmp_path / "images", count=150, classes=3, width=16, height=16)
    assert ganymede("new", "mine", "--data", images, cwd=tmp_path).returncode == 0
    assert (tmp_path / "mine.toml").read_text().count('classes = "data"') == 3
    result = ganymede("-q", "train", "mine", "--steps", 1, "-o", "run", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "classes = 3" in (tmp_path / "run/recipe.toml").read_text()
