"""How runs stand, in the list and on their pages; what may be resumed; and that the page makes no diagnosis of its
own."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest
from pretended import WAIT, pretended

STATES = {
    "waiting": "○ waiting",
    "running": "● running",
    "done": "✓ done",
    "stopped": "■ stopped",
    "failed": "✕ failed",
    "lost": "? lost",
}


@pytest.fixture(scope="module")
def standing(start, runs, tmp_path_factory):
    """A server of one run of each state; those that ended have no checkpoint, "resumable" has."""
    place = tmp_path_factory.mktemp("standing") / "runs"
    place.mkdir()
    ended = {"done": "done", "stopped": "stopped", "failed": "failed", "lost": "running", "resumable": "stopped"}
    for name, says in ended.items():
        shutil.copytree(runs / "tiny", place / name)
        (place / name / "state.json").write_text(
            json.dumps(
                {
                    "state": says,
                    "step": 40,
                    "steps": 80,
                    **({"why": "the loss is not finite"} if says == "failed" else {}),
                }
            )
        )
        if name == "done":  # it ran to its end, with images that are all the same
            (place / name / "health.json").write_text(
                json.dumps(
                    {"finding": "collapse", "since": 20, "what": "all images are the same", "hint": "half the rate"}
                )
            )
        if name == "resumable":
            assert any((place / name / "checkpoints").iterdir())
        else:
            shutil.rmtree(place / name / "checkpoints")
    with (
        pretended(runs / "tiny", place / "running", place / "waiting") as (_, waiting),
        start(place, "--allow-training") as server,
    ):
        waiting.write_state("waiting")
        server.wait_for(lambda: server.get("/api/v1/runs/waiting").json()["state"] == "waiting")
        yield server


@pytest.fixture
def page(chromium, standing):
    context = chromium.new_context()
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


def test_the_list_says_each_state_and_why(page, standing):
    page.goto(f"http://127.0.0.1:{standing.port}/runs")
    for name, words in STATES.items():
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        assert words in row.inner_text()
        assert ("the loss is not finite" in row.inner_text()) == (name == "failed")
        assert ("all images are the same" in row.inner_text()) == (name == "done"), "done, and yet no good"


def test_a_run_says_what_is_wrong_with_how_it_trained(page, standing):
    page.goto(f"http://127.0.0.1:{standing.port}/runs/done")
    page.get_by_text("all images are the same").wait_for()
    assert standing.get("/api/v1/runs/done").json()["health"] == "all images are the same"
    assert standing.get("/api/v1/runs/stopped").json()["health"] is None


@pytest.mark.parametrize("name", [*STATES, "resumable"])
def test_resume_only_where_a_checkpoint_is(page, standing, name):
    page.goto(f"http://127.0.0.1:{standing.port}/runs/{name}")
    page.get_by_role("group", name=re.compile("^Losses")).wait_for()
    page.get_by_text(STATES.get(name, STATES["stopped"])).wait_for()
    ended = name in ("stopped", "failed", "lost", "resumable")
    assert page.get_by_role("button", name=f"Resume {name}").count() == (name == "resumable")
    assert page.get_by_text("It has no checkpoint to go on from").count() == (ended and name != "resumable")
    assert standing.get(f"/api/v1/runs/{name}").json()["resumable"] == (name == "resumable")
    if ended and name != "resumable":
        assert "no checkpoint" in standing.post(f"/api/v1/runs/{name}/resume", {}).problem()["detail"]


def test_a_failure_in_a_terminal(page, start, program, tmp_path):
    recipe = pathlib.Path(__file__).parents[1] / "support" / "tiny.toml"
    place = tmp_path / "runs"
    ended = subprocess.run(
        [
            program,
            "--threads",
            "1",
            "-q",
            "train",
            recipe,
            "--out",
            place / "diverges",
            "--set",
            "optimizer.generator.learning_rate=100",
            "--set",
            "optimizer.discriminator.learning_rate=100",
        ],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1, ended.stderr
    with start(place, "--allow-training") as server:
        why = server.get("/api/v1/runs/diverges").json()
        assert why["state"] == "failed" and "exploded" in why["why"] and not why["resumable"]
        page.goto(f"http://127.0.0.1:{server.port}/runs")
        page.get_by_text("✕ failed").wait_for()
        assert page.get_by_text(why["why"]).count() == 1
        page.get_by_role("link", name="diverges").click()
        page.get_by_text(why["why"]).wait_for()


def test_scores_of_a_hinge_are_no_probabilities(page, start, runs, tmp_path):
    place = tmp_path / "runs"
    shutil.copytree(runs / "tiny", place / "hinge")
    table = ["step,epoch,images,seconds,loss_d,loss_g,d_real,d_fake"] + [
        f"{i},{i / 8},{i * 8},{i / 10},0.9,0.8,1.1,-0.4" for i in range(1, 60)
    ]
    (place / "hinge" / "metrics.csv").write_text("\n".join(table) + "\n")
    with start(place) as server:
        page.goto(f"http://127.0.0.1:{server.port}/runs/hinge")
        page.get_by_role("group", name=re.compile("^Discriminator output")).wait_for()
        assert page.locator(".notice").count() == 0, page.locator(".notice").all_inner_texts()
