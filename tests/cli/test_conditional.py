"""Conditional models: classes reach the file, the grids and `sample --class`."""

import json

import pytest
from test_sample import pixels
from training import TINY, metrics, shared_model, tensors, trained

CONDITIONAL = TINY.with_name("tiny_classes.toml")


@pytest.fixture(scope="module")
def model(request, tmp_path_factory):
    return tmp_path_factory.mktemp("conditional") / "run"


@pytest.fixture
def run(ganymede, model):
    return model if model.exists() else trained(ganymede, model, recipe=CONDITIONAL)


def test_trains_and_resumes_to_the_same_bytes(ganymede, run, tmp_path):
    halves = trained(ganymede, tmp_path / "run", "--steps", 3, recipe=CONDITIONAL)
    trained(ganymede, halves, "--resume", "--steps", 6, recipe=CONDITIONAL)
    assert tensors(halves / "model.safetensors")[0] == tensors(run / "model.safetensors")[0]


def test_file_names_the_classes(run):
    content, metadata = tensors(run / "model.safetensors")
    assert json.loads(metadata["classes"]) == ["circle", "bars", "heart"]
    assert "discriminator.classes.dense_1.weight" in content and "generator.residual_1.branch.conv_1.weight" in content


def test_sample_draws_the_class_asked_for(ganymede, run, tmp_path):
    def sampled(name, *flags):
        result = ganymede("sample", run, "-n", 6, "-o", tmp_path / name, "--json", *flags)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    assert sampled("all")["classes"] == ["circle", "bars", "heart"] * 2
    assert sampled("one", "--class", "bars")["classes"] == ["bars"] * 6
    # The second image of all is the second of its own class: noise and class decide, not the company.
    assert (tmp_path / "all" / "0001.png").read_bytes() == (tmp_path / "one" / "0001.png").read_bytes()
    assert (tmp_path / "all" / "0000.png").read_bytes() != (tmp_path / "one" / "0000.png").read_bytes()
    assert len(sampled("best", "--class", "heart", "--best", 2)["indices"]) == 2


def test_a_grid_says_which_class_each_column_is(ganymede, run, tmp_path):
    def sheet(name, *flags):
        result = ganymede("sample", run, "-o", tmp_path / name, *flags)
        assert result.returncode == 0, result.stderr
        return pixels(tmp_path / name)

    width, height, rows = sheet("all.png", "-n", 6)
    bare = 2 * 18 + 2
    assert width == 3 * 18 + 2 and height > bare + 15, "names above"
    ganymede("sample", run, "-o", tmp_path / "each", "-n", 6)
    first = pixels(tmp_path / "each" / "0000.png")[2]
    assert [row[3 * 2 :][:48] for row in rows[height - bare + 2 :][:16]] == first
    # One class for all, or classes that are not one a column: nothing to say.
    assert sheet("one.png", "-n", 6, "--class", "bars")[1] % 18 == 2
    assert sheet("best.png", "-n", 6, "--best", 5)[1] % 18 == 2


def test_interpolates_between_classes(ganymede, run, tmp_path):
    def strip(name, *flags):
        result = ganymede(
            "explore", "interpolate", run, "--points", "5:0,5:0", "--frames", 3, *flags, "-o", tmp_path / name
        )
        assert result.returncode == 0, result.stderr
        _, _, rows = pixels(tmp_path / name)
        return [[row[3 * (2 + place * 130):][:384] for row in rows[2:130]] for place in range(3)]

    bars, hearts = strip("bars.png", "--class", "bars"), strip("hearts.png", "--class", "heart")
    between = strip("between.png", "--class", "bars", "--to-class", "heart")
    assert bars[0] == bars[2] and between[0] == bars[0] and between[2] == hearts[0]
    assert between[1] not in (bars[0], hearts[0])
    result = ganymede("explore", "interpolate", run, "--to-class", "hart", "-o", tmp_path / "x.png")
    assert result.returncode == 2 and "unknown class 'hart'" in result.stderr


def test_sample_refuses_classes_it_does_not_know(ganymede, run, tmp_path):
    result = ganymede("sample", run, "--class", "hart", "-o", tmp_path / "x")
    assert result.returncode == 2 and "unknown class 'hart'" in result.stderr and "'heart'" in result.stderr
    result = ganymede("sample", shared_model(ganymede), "--class", "heart", "-o", tmp_path / "x")
    assert result.returncode == 2 and "has no classes" in result.stderr


def test_data_must_have_the_classes(ganymede, tmp_path):
    result = ganymede("train", CONDITIONAL, "--output", tmp_path / "run", "--set", "data.classes=[]")
    assert result.returncode == 2 and "3 classes but the data has 10" in result.stderr
    assert not (tmp_path / "run").exists()


def test_penalties_are_logged(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--set=train.log_every=1", recipe=CONDITIONAL)
    terms = [float(row["penalty"]) for row in metrics(run)]
    assert [term > 0 for term in terms] == [True, False] * 3, "every second update"
    assert {row["augment_probability"] for row in metrics(run)} == {"1"}


def test_class_losses_and_accuracies_are_logged(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 4, "--set=train.log_every=1", recipe=CONDITIONAL)
    for row in metrics(run):
        assert float(row["class_loss_real"]) > 0 and float(row["class_loss_fake"]) > 0
        assert all(8 * float(row[f"class_accuracy_{kind}"]) in range(9) for kind in ("real", "fake")), row
    # A run of a version that did not log them goes on without.
    table = run / "metrics.csv"
    rows = [line.split(",") for line in table.read_text().splitlines()]
    kept = [place for place, name in enumerate(rows[0]) if not name.startswith(("class_loss", "class_accuracy"))]
    table.write_text("".join(",".join(row[place] for place in kept) + "\n" for row in rows))
    trained(ganymede, run, "--resume", "--steps", 6, "--set=train.log_every=1", recipe=CONDITIONAL)
    assert len(metrics(run)) == 6 and "class_loss_real" not in metrics(run)[0]


def test_sheets_have_class_names_and_real_images_in_the_same_columns(ganymede, tmp_path):
    # One image of each of shapes' ten classes, of which three are taken: each column repeats its own.
    run = trained(ganymede, tmp_path / "run", "--steps", 2, "--set=data.count=10", recipe=CONDITIONAL)
    width, height, rows = pixels(run / "real.png")
    assert width == 3 * 18 + 2 and height > 3 * 18 + 2 + 15, "names above"
    cells = [
        [[row[3 * (2 + 18 * x) :][:48] for row in rows[height - 54 + 18 * y :][:16]] for x in range(3)]
        for y in range(3)
    ]
    assert cells[0] == cells[1] == cells[2] and len({str(cell) for cell in cells[0]}) == 3
    assert pixels(run / "samples" / "step-000002.png")[:2] == (width, height)


def test_exemplars_come_from_every_class(ganymede, run, tmp_path):
    def asked(*flags):
        result = ganymede(
            "--threads",
            1,
            "explore",
            "exemplars",
            run,
            "-k",
            9,
            "--among",
            9,
            "-o",
            tmp_path / "x.png",
            "--json",
            *flags,
            env={"XDG_CACHE_HOME": str(tmp_path)},
        )
        assert result.returncode == 0, result.stderr
        return [sorted(row["asked"]) for row in json.loads(result.stdout)["classes"]]

    assert asked() == [sorted(["circle", "bars", "heart"] * 3)] * 3
    assert asked("--class", "bars") == [["bars"] * 9] * 3
