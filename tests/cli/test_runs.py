"""ganymede runs: every run at hand, how it stands, its best value; and ganymede cache: what is kept outside of them."""

import json
import shutil

from training import copy_run, shared_model


def listed(ganymede, folder, *flags):
    result = ganymede("runs", folder, *flags, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def with_quality(run, values):
    """Gives a run a [quality] metric and its column, as a training writes them."""
    rows = (run / "metrics.csv").read_text().splitlines()
    values = {0: "swd", **{i + 1: value for i, value in enumerate(values)}}
    (run / "metrics.csv").write_text("".join(f"{row},{values.get(i, '')}\n" for i, row in enumerate(rows)))
    recipe = (run / "recipe.toml").read_text()
    if "[quality]" not in recipe:
        (run / "recipe.toml").write_text(recipe + '\n[quality]\nmetric = "swd"\n')
    return run


def test_lists_runs_with_state_and_figures(ganymede, tmp_path):
    done = with_quality(copy_run(shared_model(ganymede), tmp_path / "done"), [12.5, 8, 9])
    stopped = with_quality(copy_run(done, tmp_path / "stöpped"), [])
    (stopped / "state.json").unlink()
    shutil.copytree(shared_model(ganymede), tmp_path / "lost")
    state = json.loads((tmp_path / "lost" / "state.json").read_text())
    (tmp_path / "lost" / "state.json").write_text(json.dumps({**state, "state": "failed", "why": "no room\x1b[2J"}))
    (tmp_path / "not a run").mkdir()
    rows = {row["name"]: row for row in listed(ganymede, tmp_path)}
    assert set(rows) == {"done", "stöpped", "lost"}
    assert rows["done"]["state"] == "done" and rows["done"]["step"] == 40 and rows["done"]["progress"] == 1
    best = rows["done"]["best"]
    assert (best["metric"], best["value"], best["more_is_better"]) == ("swd", 8, False)
    assert rows["lost"]["state"] == "failed" and rows["lost"]["best"] is None
    text = ganymede("runs", tmp_path).stdout
    assert "swd 8 at" in text and "\x1b" not in text and "no room" in text
    lines = [line for line in text.splitlines() if line.startswith(("RUN", "done", "stöpped", "lost "))]
    assert (
        len(
            {
                line.index(word)
                for line in lines
                for word in ("STATE", "done   ", "failed", "stopped")
                if word in line[4:]
            }
        )
        <= 2
    )


def test_sorts(ganymede, tmp_path):
    for name, start, values in (("a", "2026-01-02", [5]), ("b", "2026-01-03", [3]), ("c", "2026-01-01", [4])):
        run = with_quality(copy_run(shared_model(ganymede), tmp_path / name), values)
        environment = json.loads((run / "environment.json").read_text())
        (run / "environment.json").write_text(json.dumps({**environment, "start": f"{start}T00:00:00Z"}))
    for flags, order in (((), "bac"), (("--sort", "name"), "abc"), (("--sort", "best"), "bca")):
        assert "".join(row["name"] for row in listed(ganymede, tmp_path, *flags)) == order
    assert [row["name"] for row in listed(ganymede, tmp_path / "b")] == ["b"], "one run by its own folder"


def test_no_runs(ganymede, tmp_path):
    assert "no runs" in ganymede("runs", tmp_path).stdout
    assert listed(ganymede, tmp_path) == []
    result = ganymede("runs", tmp_path / "nowhere")
    assert result.returncode == 1 and "no such folder of runs" in result.stderr


def test_the_cache_is_shown_and_cleared_by_kind(ganymede, tmp_path):
    folder = tmp_path / "ganymede"
    for inner in ("classifiers", "surveys"):
        (folder / inner).mkdir(parents=True)
    for name, size in (
        ("surveys/s.survey", 30),
        ("a.pixels", 1000),
        ("b.pixels", 2000),
        ("c.features", 500),
        ("classifiers/d.safetensors", 70),
        ("mine.txt", 9),
    ):
        (folder / name).write_bytes(bytes(size))
    env = {"XDG_CACHE_HOME": str(tmp_path)}
    found = json.loads(ganymede("cache", "--json", env=env).stdout)
    assert found["bytes"] == 3600 and {kind["kind"]: kind["files"] for kind in found["kinds"]} == {
        "images": 2,
        "surveys": 1,
        "features": 1,
        "classifiers": 1,
    }
    text = ganymede("cache", env=env).stdout
    assert str(folder) in text and "features" in text
    assert "removed 1 file," in ganymede("cache", "clear", "features", env=env).stdout
    assert not (folder / "c.features").exists() and (folder / "a.pixels").exists()
    assert "removed 4 files" in ganymede("cache", "clear", env=env).stdout
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["mine.txt"], "what is not ours stays"
    assert ganymede("cache", "clear", "everything", env=env).returncode == 2


def test_what_was_cleared_is_made_again(ganymede, tmp_path):
    env = {"XDG_CACHE_HOME": str(tmp_path)}
    first = ganymede("data", "info", "shapes", "--json", env=env)
    ganymede("cache", "clear", env=env)
    assert ganymede("data", "info", "shapes", "--json", env=env).stdout == first.stdout


def test_version_says_what_the_program_is(ganymede):
    lines = ganymede("--version").stdout.splitlines()
    assert lines[0].count(".") == 2 and lines[0].replace(".", "").isdigit(), "the version alone, for scripts"
    for word in ("commit", "LibTorch", "instruction level", "options"):
        assert any(line.strip().startswith(word) for line in lines), word
    assert "plain of" in ganymede(
        "--version", env={"GANYMEDE_ISA": "plain"}
    ).stdout or "instruction level  plain" in "\n".join(lines)
