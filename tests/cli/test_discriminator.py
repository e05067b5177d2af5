"""What a discriminator ends in: one score, a grid of scores by name, and nothing else."""
import json

import pytest
from training import TINY, train

END = '  "flatten",\n  { dense = 1 },\n'


def recipe(tmp_path, end, output=""):
    text = TINY.read_text()
    assert text.count(END) == 1
    path = tmp_path / "recipe.toml"
    path.write_text(text.replace(END, end).replace('[discriminator]\n', f'[discriminator]\n{output}'))
    return path


@pytest.mark.parametrize("command", [("summary",), ("train",)])
def test_seven_numbers_are_no_score(ganymede, tmp_path, command):
    path = recipe(tmp_path, '  "flatten",\n  { dense = 7 },\n')
    result = ganymede(*command, path, cwd=tmp_path)
    assert result.returncode == 2, result.stderr
    error = result.stderr.splitlines()[-1]
    assert (
        error.startswith("error: line 36 of ")
        and ": the discriminator ends in 7 numbers an image" in error
        and "needs one score" in error
    ), error
    assert not (tmp_path / "runs").exists()


def test_a_grid_of_scores_is_asked_for_by_name(ganymede, tmp_path):
    path = recipe(tmp_path, "  { conv = 1, kernel = 2 },\n")
    result = ganymede("summary", path)
    assert result.returncode == 2 and 'output = "patches"' in result.stderr, result.stderr
    path = recipe(tmp_path, "  { conv = 1, kernel = 2 },\n", 'output = "patches"\n')
    assert ganymede("summary", path).returncode == 0
    for objective in ("gan", "relativistic"):
        run = tmp_path / objective
        flags = (
            "--set",
            f"objective.name={objective}",
            "--set",
            "objective.penalties=[{ r1 = 1.0 }]",
            "--set",
            "augment.name=ada",
            "--set",
            "augment.target=0.6",
        )
        result = ganymede("--threads", 1, "train", path, "-o", run, "--steps", 5, *flags)
        assert result.returncode == 0, result.stderr
        assert 'output = "patches"' in (run / "recipe.toml").read_text()
    chosen = json.loads(ganymede("sample", run, "-n", 12, "--best", 3, "-o", tmp_path / "best.png", "--json").stdout)[
        "indices"
    ]
    assert len(set(chosen)) == 3 and all(0 <= index < 12 for index in chosen)
