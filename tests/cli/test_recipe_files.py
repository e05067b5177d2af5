"""ganymede recipes show, copy and check: from a shipped recipe to one's own, and what it would take."""

import json
import tomllib

import pytest
from training import TINY, trained

TRANSLATION = TINY.with_name("tiny_translation.toml")


def test_the_table_has_gaps_between_its_columns(ganymede):
    lines = ganymede("recipes").stdout.splitlines()
    rows = json.loads(ganymede("recipes", "--json").stdout)
    starts = [lines[0].index(title) for title in ("DATA", "OBJECTIVE", "TITLE")]
    for line, row in zip(lines[1:], rows, strict=True):
        assert all(line[start - 2 : start] == "  " for start in starts), line
        assert [line[a:b].rstrip() for a, b in zip([0, *starts], [*starts, None])] == [
            row[key] for key in ("name", "data", "objective", "title")
        ]


def test_show_prints_the_text_with_its_comments(ganymede):
    shown = ganymede("recipes", "show", "shapes-hinge").stdout
    assert tomllib.loads(shown)["objective"]["name"] == "hinge"
    written_out = tomllib.loads(ganymede("recipes", "show", "shapes-hinge", "--all").stdout)
    assert written_out["train"]["keep_checkpoints"] == 3, "every default is there"
    assert "keep_checkpoints" not in shown
    wrong = ganymede("recipes", "show", "shapes-hing")
    assert wrong.returncode == 2 and "shapes-hinge" in wrong.stderr


def test_a_copy_is_the_recipe_and_never_overwrites(ganymede, tmp_path):
    result = ganymede("recipes", "copy", "shapes-hinge", "-o", "mine.toml", cwd=tmp_path)
    assert result.returncode == 0 and "ganymede train mine.toml" in result.stdout
    text = (tmp_path / "mine.toml").read_text()
    assert (
        text
        == ganymede("recipes", "show", "shapes-hinge").stdout
        == ganymede("recipes", "copy", "shapes-hinge", "-o", "-").stdout
    )
    (tmp_path / "mine.toml").write_text("my changes")
    again = ganymede("recipes", "copy", "shapes-hinge", "-o", "mine.toml", cwd=tmp_path)
    assert (
        again.returncode == 2 and "mine.toml" in again.stderr and (tmp_path / "mine.toml").read_text() == "my changes"
    )
    assert ganymede("recipes", "copy", "shapes-hinge", cwd=tmp_path).returncode == 0
    assert (tmp_path / "shapes-hinge.toml").read_text() == text


def test_check_says_what_a_recipe_takes(ganymede):
    found = json.loads(ganymede("--threads", 1, "recipes", "check", TINY, "--json").stdout)
    summary = json.loads(ganymede("summary", TINY, "--json").stdout)
    for network in ("generator", "discriminator"):
        assert found["parameters"][network] == {key: summary[network][key] for key in ("total", "trainable")}
    assert found["steps"] == 40 and found["threads"] == 1 and found["image"] == "16x16 RGB"
    # A grid every 20 steps, and one at the end.
    assert found["seconds_in_all"] == pytest.approx(40 * found["seconds_per_step"] + 3 * found["seconds_per_grid"])
    assert 1 << 20 < found["peak_memory_bytes"] < 1 << 36
    assert found["images_per_s"] == pytest.approx(found["batch_size"] / found["seconds_per_step"])


@pytest.mark.parametrize(
    "every, grids", [("4 epochs", 2), ("64 images", 6), ("0 steps", 1)], ids=lambda value: str(value).replace(" ", "_")
)
def test_check_counts_the_grids_of_samples(ganymede, every, grids):
    asked = ["--set", f'sample.every="{every}"', "--images", 64, "--json"]
    found = json.loads(ganymede("--threads", 1, "recipes", "check", TINY, *asked).stdout)
    grids_take = found["seconds_in_all"] - 40 * found["seconds_per_step"]
    assert grids_take == pytest.approx(grids * found["seconds_per_grid"], rel=1e-6)


def test_check_knows_what_an_average_of_weights_costs(ganymede):
    """Its batch norms have their statistics of 4,096 images before each grid of 9."""
    def grid_with(ema):
        said = ganymede("--threads", 1, "recipes", "check", TINY, "--set", f"train.ema={ema}", "--json")
        return json.loads(said.stdout)["seconds_per_grid"]

    assert grid_with(0.9) > 20 * grid_with(0) > 0


def test_check_of_epochs_needs_the_number_of_images(ganymede):
    flags = (
        "--threads",
        1,
        "recipes",
        "check",
        "mnist-dcgan",
        "--steps",
        1,
        "--set=train.batch_size=4",
        "--set=train.epochs=2",
    )
    assert json.loads(ganymede(*flags, "--json").stdout)["steps"] is None
    assert "each 10,000 images" in ganymede(*flags).stdout
    assert json.loads(ganymede(*flags, "--images", 100, "--json").stdout)["steps"] == 50


def test_check_times_nothing_where_it_is_not_asked_or_cannot(ganymede):
    for flags in ((TINY, "--steps", 0), (TRANSLATION,)):
        result = ganymede("recipes", "check", *flags)
        assert result.returncode == 0 and "not measured" in result.stdout, result.stderr


def test_check_names_the_line_that_is_wrong(ganymede, tmp_path):
    (tmp_path / "bad.toml").write_text(TINY.read_text().replace("[train]", "[train]\nbatchsize = 3"))
    result = ganymede("recipes", "check", tmp_path / "bad.toml")
    assert result.returncode == 2 and "batchsize" in result.stderr and "bad.toml" in result.stderr


def test_what_was_copied_trains(ganymede, tmp_path):
    ganymede("recipes", "copy", "shapes-hinge", "-o", tmp_path / "mine.toml")
    run = trained(
        ganymede,
        tmp_path / "run",
        "--steps",
        1,
        "--set=train.batch_size=4",
        "--set=sample.count=4",
        recipe=tmp_path / "mine.toml",
    )
    assert (run / "model.safetensors").is_file()


def test_numbers_of_tables_within_tables_are_short(ganymede):
    text = ganymede("recipes", "show", "cifar10-r3gan", "--all").stdout
    assert "from = 0.05, over" in text and "to = 0.005 }" in text
