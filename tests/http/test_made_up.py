"""A layer, an objective, a metric and a data set that tests/made_up alone knows, at the doors of the whole program that
has them: each is one file, and its name in a list of files."""

import json
import subprocess

import pytest
from client import Server
from serving import SUPPORT


@pytest.fixture(scope="module")
def made_up(program):
    path = program.parent / "tests" / "ganymede_made_up"
    return path if path.is_file() else pytest.skip("no ganymede_made_up: it is built with the tests")


@pytest.fixture(scope="module")
def run(made_up):
    def run(*words):
        command = [made_up, "--threads", "1", *words]
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


@pytest.fixture(scope="module")
def trained(run, tmp_path_factory):
    """A folder with the run of a recipe that names all four."""
    folder = tmp_path_factory.mktemp("made_up")
    (folder / "levels").mkdir()
    (folder / "levels" / "levels.bin").write_bytes(b"x")
    text = (SUPPORT / "tiny.toml").read_text()
    for old, new in (
        ('name = "shapes"\ncount = 64', 'name = "levels"\nsize = 16\nchannels = 3'),
        ('  "tanh",', '  { scaled_shift = 0.5 },\n  "tanh",'),
        ('name = "gan"', 'name = "absolute"\nlevel = 0.5'),
        ("steps = 40", "steps = 4"),
    ):
        assert old in text
        text = text.replace(old, new)
    recipe = folder / "mine.toml"
    recipe.write_text(text + '\n[quality]\nmetric = "brightness_gap"\nevery = 2\ncount = 10\n')
    run("-q", "train", recipe, "--data", folder / "levels", "--precision", "f32", "--output", folder / "runs" / "mine")
    return folder


def test_the_command_line_knows_them(run, trained):
    assert "levels" in run("data", "list") and "brightness_gap" in run("evaluate", "--help")
    layers = json.loads(run("summary", trained / "mine.toml", "--json"))["generator"]["layers"]
    assert any(layer["kind"] == "scaled_shift" for layer in layers)
    assert "brightness_gap" in (trained / "runs" / "mine" / "metrics.csv").read_text().splitlines()[0]
    model = trained / "runs" / "mine"
    shown = run("evaluate", model, "--data", trained / "levels", "--metrics", "brightness_gap", "-n", 10, "--force")
    assert "brightness_gap" in shown and "lower is better" in shown


def test_so_does_the_reference(run, tmp_path):
    run("reference", "-o", tmp_path / "pages")
    assert ", brightness_gap; all that can be had unless given" in (tmp_path / "pages" / "evaluate.md").read_text()


def test_a_recipe_is_told_what_it_meant(made_up, trained):
    recipe = trained / "wrong.toml"
    recipe.write_text((trained / "mine.toml").read_text().replace("scaled_shift = 0.5", "scaled_shft = 0.5"))
    result = subprocess.run([made_up, "summary", recipe], capture_output=True, text=True, timeout=60)
    assert result.returncode == 2 and "did you mean 'scaled_shift'?" in result.stderr


def test_the_server_and_its_page_show_them(made_up, trained):
    server = Server(made_up, [trained / "runs"])
    try:
        run = server.get("/api/v1/runs/mine").json()
        assert any(panel["title"] == "brightness_gap" for panel in run["panels"]), "the page's charts are these"
        assert run["best"].keys() == {"brightness_gap"}
        model = server.get("/api/v1/models/mine").json()
        assert any(layer["kind"] == "scaled_shift" for layer in model["generator"]["layers"])
    finally:
        server.end()
