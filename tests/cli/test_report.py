"""`ganymede report`: runs as one page; what is in it, and what is not."""
import base64
import json
import re
import shutil

import pytest
from training import TINY, trained

CLASSES = TINY.with_name("tiny_classes.toml")


def data_of(page):
    """What the page holds of its runs. Its own elements are whole whatever they are called."""
    found = re.findall(r'<script type="application/json" id="report">(.*?)</script>', page, re.DOTALL)
    assert len(found) == 1 and "<" not in found[0]
    return json.loads(found[0])


@pytest.fixture
def runs(ganymede, tmp_path):
    return [
        trained(ganymede, tmp_path / "runs" / "one", "--seed", 3, recipe=TINY),
        trained(ganymede, tmp_path / "runs" / "two", recipe=CLASSES),
    ]


def test_two_runs_as_a_page(ganymede, runs, tmp_path):
    out = tmp_path / "both.html"
    result = ganymede("report", *runs, "--title", "a </script><b> title", "-o", out)
    assert result.returncode == 0 and result.stdout == f"{out}\n", result.stderr
    data = data_of(out.read_text())
    assert data["title"] == "a </script><b> title"
    one, two = data["runs"]
    assert (one["id"], two["id"]) == ("one", "two") and one["state"] == "done" and one["environment"]["seed"] == 3
    assert one["toml"] == (runs[0] / "recipe.toml").read_text()
    rows = (runs[0] / "metrics.csv").read_text().splitlines()
    assert one["metrics"]["rows"] == len(rows) - 1 and set(rows[0].split(",")) == set(one["metrics"]["columns"])
    newest = sorted((runs[0] / "samples").iterdir())[-1]
    head, content = one["sheets"][newest.name].split(",")
    assert head == "data:image/png;base64" and base64.b64decode(content) == newest.read_bytes()
    assert base64.b64decode(two["sheets"]["real.png"].split(",")[1]) == (runs[1] / "real.png").read_bytes()
    assert str(tmp_path.parent) not in json.dumps(data), "where this machine keeps its files is not mailed"


def test_what_a_person_keeps_of_a_run_is_not_mailed(ganymede, runs):
    (runs[0] / "studio.json").write_text(
        json.dumps({"title": "our secret", "note": "our secret", "tags": ["our secret"], "pinned": True})
    )
    result = ganymede("report", runs[0], "-o", "-")
    assert result.returncode == 0 and "our secret" not in result.stdout


def test_as_many_samples_as_asked(ganymede, runs):
    all_of_it = sorted(path.name for path in (runs[0] / "samples").iterdir())
    assert len(all_of_it) > 2
    for wanted, names in ((0, []), (1, all_of_it[-1:]), (2, [all_of_it[0], all_of_it[-1]]), (100, all_of_it)):
        page = ganymede("report", runs[0], "--samples", wanted, "-o", "-").stdout
        assert sorted(name for name in data_of(page)["runs"][0]["sheets"] if name != "real.png") == names


def test_runs_of_one_name_are_told_apart(ganymede, runs, tmp_path):
    other = tmp_path / "one"
    shutil.copytree(runs[0], other)
    ids = [run["id"] for run in data_of(ganymede("report", runs[0], other, "-o", "-").stdout)["runs"]]
    assert ids == [str(runs[0]), str(other)]


def test_a_run_that_lacks_things(ganymede, runs, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(runs[0], run)
    for name in ("metrics.csv", "environment.json", "real.png"):
        (run / name).unlink()
    shutil.rmtree(run / "samples")
    (one,) = data_of(ganymede("report", run, "-o", "-").stdout)["runs"]
    assert one["sheets"] == {} and one["environment"] is None and one["metrics"]["columns"] == {}


def test_what_is_no_run_is_refused(ganymede, tmp_path):
    result = ganymede("report", tmp_path, "-o", tmp_path / "x.html")
    assert result.returncode == 1 and f"error: {tmp_path}: not a run folder; name a folder" in result.stderr
    result = ganymede("report", tmp_path, "-o", tmp_path / "x.png")
    assert result.returncode == 2 and "x.png" in result.stderr
    assert not (tmp_path / "x.html").exists()
