"""docs/reference/ is what `ganymede reference` writes: nobody edits it by hand."""
import json
import pathlib
import re
import tomllib

from training import shared_model

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "reference"


def test_the_pages_are_those_of_the_program(ganymede, tmp_path):
    result = ganymede("reference", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in PAGES.glob("*.md")}
    assert made == kept, "run: ganymede reference -o docs/reference"


def test_the_help_has_every_field_of_its_page(ganymede):
    for page in PAGES.glob("*.md"):
        text = page.read_text()
        command = re.search(r"^- Command: `ganymede ([\w ]+)`", text, re.M)
        if command is None:
            continue
        said = ganymede(*command.group(1).split(), "--help").stdout
        summary = text.splitlines()[2].rstrip(".").lower()
        assert " ".join(said.split()).lower().startswith(summary), f"{page.name}: the help has another line for it"
        for flag in re.findall(r"\| (?:`-\w`, )?`(--[\w-]+)` \|", text):
            assert flag in said, f"{page.name}: {flag}"


def test_points_are_named_in_every_way(ganymede, tmp_path):
    model = shared_model(ganymede)

    def latents(*flags):
        result = ganymede("explore", "interpolate", model, "--frames", 2, "-o", tmp_path / "x.png", "--json", *flags)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)["latents"]

    first = latents("--points", "7:0,7:1")
    assert latents("--points", "0,1", "--seed", 7) == first
    assert latents("--points", '[{"seed": 7, "index": 0}, {"seed": 7, "index": 1}]') == first
    assert latents("--points", json.dumps([{"z": z} for z in first])) == first


def test_every_command_is_in_the_page_of_commands(ganymede):
    page = (PAGES / "commands.md").read_text()
    parts = {part.splitlines()[0]: part for part in page.split("\n## ")[1:]}
    names = re.findall(r"^  ([a-z]+) {2,}", ganymede("--help").stdout, re.M)
    assert len(names) > 20
    for name in names:
        said = ganymede(name, "--help").stdout
        part = parts[f"ganymede {name}"]
        for flag in re.findall(r"^  (?:-\w,)?(--[\w-]+)", said, re.M):
            assert flag == "--help" or f"`{flag}`" in part or f"`{flag} " in part, f"{name} {flag}"
    assert "### ganymede recipes check" in parts["ganymede recipes"] and "`--data PATH`" in parts["ganymede recipes"]
    assert "GANYMEDE_DATA" in page and "130" in page


def test_the_description_of_the_api_is_the_one_that_the_page_is_made_of(ganymede, tmp_path):
    result = ganymede("reference", "--openapi", "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "openapi.json").read_text() == (ROOT / "studio/openapi.json").read_text()
    assert ganymede("reference", "--openapi", "--man", "-o", tmp_path).returncode == 2


def test_every_key_of_a_trained_recipe_is_in_the_page_of_recipes(ganymede):
    page = (PAGES / "recipe.md").read_text()
    sections = {part.split("]")[0]: part for part in page.split("\n## [")[1:]}
    recipe = tomllib.loads(ganymede("recipes", "show", "shapes-hinge", "--all").stdout)
    for name in ("data", "latent", "augment", "train", "sample"):
        assert recipe[name], name
        for key in recipe[name]:
            assert f"| `{key}` |" in sections[name], f"[{name}] {key}"
