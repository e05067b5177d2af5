"""Every objective's small recipe learns the built-in shapes, counted by the exact attribution: `scripts/test slow`.

Each is trained in full, for some minutes: these tests are no part of the whole that `scripts/test` is."""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

RECIPES = sorted(path.stem for path in (ROOT / "recipes").glob("shapes-*.toml"))
CLEAREST = "shapes-relativistic"

_runs = {}


@pytest.fixture
def trained(ganymede, tmp_path_factory):  # noqa: F811
    """The run folder of a recipe, trained once a session."""

    def run(recipe):
        if recipe not in _runs:
            folder = tmp_path_factory.mktemp("runs") / recipe
            result = ganymede("train", recipe, "--output", folder, timeout=7200)
            assert result.returncode == 0, result.stderr
            _runs[recipe] = folder
        return _runs[recipe]

    return run


def modes(ganymede, fake):  # noqa: F811
    """The mode coverage of images."""
    result = ganymede("evaluate", "--real", "shapes", "--fake", fake, "--metrics", "modes", "-n", 1000, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["metrics"]["modes"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_generates_at_least_nine_of_ten_classes(ganymede, trained, recipe):  # noqa: F811
    found = modes(ganymede, trained(recipe))
    print(recipe, found)
    assert found["found"] >= 9, found


def test_generates_the_class_asked_for(ganymede, trained, tmp_path):  # noqa: F811
    names = [row["name"] for row in json.loads(ganymede("data", "info", "shapes", "--json").stdout)["classes"]]
    shown = {}
    for label, name in enumerate(names):
        folder = tmp_path / name
        assert ganymede("sample", trained(CLEAREST), "-n", 100, "--class", name, "-o", folder).returncode == 0
        found = modes(ganymede, folder)
        shown[name] = found["clear"] * found["frequencies"][label]
    print(CLEAREST, shown)
    assert sum(shown.values()) >= 0.95 * len(names), shown
