"""Starting, stopping and resuming a training from the page, by mouse and by keyboard."""
import pathlib

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 120_000  # milliseconds: a training reads its data first, on a busy machine


@pytest.fixture
def trainer(start, tmp_path):
    place = tmp_path / "runs"
    place.mkdir()
    with start(place, "--allow-training") as running:
        yield running


@pytest.fixture
def page(chromium, trainer):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{trainer.port}/runs")
    yield page
    context.close()


def state(trainer, run):
    return {one["id"]: one["state"] for one in trainer.get("/api/v1/runs").json()["runs"]}.get(run)


def test_by_mouse(page, trainer):
    page.get_by_text("New training").click()
    page.get_by_label("Recipe").select_option("shapes-dcgan")
    page.get_by_label("Name").fill("../mine")
    page.get_by_label("Steps").fill("100000")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("must be 1 to 64 letters").wait_for()
    page.get_by_label("Name").fill("mine")
    page.get_by_label("Seed").fill("1.5")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("is no seed").wait_for()
    assert trainer.get("/api/v1/training").json()["current"] is None
    page.get_by_label("Seed").fill("3")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("rowheader").get_by_role("link", name="mine").click()
    page.get_by_text("● running").wait_for()
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/mine").json()["rows"], 120)
    assert trainer.get("/api/v1/runs/mine").json()["environment"]["seed"] == 3
    page.get_by_role("button", name="Stop mine").click()
    page.get_by_text("■ stopped").wait_for()
    page.get_by_role("button", name="Resume mine").click()
    page.get_by_role("button", name="Stop mine").wait_for()
    page.get_by_text("● running").wait_for()
    page.go_back()
    page.get_by_role("button", name="Stop mine").click()
    page.get_by_role("button", name="Stop mine").wait_for(state="detached")
    trainer.wait_for(lambda: state(trainer, "mine") == "stopped", 60)


def test_by_keyboard(page, trainer):
    page.get_by_text("New training").wait_for()
    for _ in range(20):  # to the summary, with nothing but Tab
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "New training":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**new=1**")
    page.keyboard.press("Tab")
    page.keyboard.type("shapes-dcgan")
    page.keyboard.press("Tab")
    page.keyboard.type("typed")
    page.keyboard.press("Tab")
    page.keyboard.type("100000")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop typed").wait_for()
    trainer.wait_for(lambda: (run := trainer.get("/api/v1/runs/typed")).status == 200 and run.json()["rows"], 120)
    page.get_by_role("button", name="Stop typed").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop typed").wait_for(state="detached")
    page.get_by_role("rowheader").get_by_role("link", name="typed").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Resume typed").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Stop typed").wait_for()


def test_a_run_is_evaluated(page, trainer):
    trainer.post("/api/v1/runs", {"recipe": "shapes-dcgan", "steps": 2, "name": "mine"})
    trainer.wait_for(lambda: state(trainer, "mine") == "done", 120)
    page.goto(f"http://127.0.0.1:{trainer.port}/runs/mine")
    card = page.get_by_role("region", name="Evaluation")
    card.get_by_text("It was not evaluated from here yet.").wait_for()
    card.get_by_label("Images").fill("none")
    card.get_by_role("button", name="Evaluate").click()
    card.get_by_role("alert").filter(has_text="is not a number").wait_for()
    card.get_by_label("Images").fill("64")
    card.get_by_role("button", name="Evaluate").click()
    card.get_by_role("rowheader", name="swd mean").wait_for()
    assert float(card.get_by_role("row").filter(has_text="swd mean").get_by_role("cell").first.text_content()) > 0
    card.get_by_text("Protocol").click()
    assert '"images": 64' in card.locator("pre").text_content()
    trainer.post("/api/v1/runs/mine/evaluate", {"count": 2, "metrics": ["swd"]})
    page.get_by_role("alert").filter(has_text="It failed: ").wait_for()


def test_the_features_of_a_run_are_tested(page, trainer):
    trainer.post("/api/v1/runs", {"recipe": "shapes-dcgan", "steps": 2, "name": "mine"})
    trainer.wait_for(lambda: state(trainer, "mine") == "done", 120)
    page.goto(f"http://127.0.0.1:{trainer.port}/runs/mine")
    card = page.get_by_role("region", name="Features")
    card.get_by_text("was not tested yet").wait_for()
    card.get_by_label("Labels").fill("many")
    card.get_by_role("button", name="Test the features").click()
    card.get_by_role("alert").filter(has_text="is not a number").wait_for()
    card.get_by_label("Labels").fill("100")
    card.get_by_label("beside an untrained discriminator").check()
    card.get_by_role("button", name="Test the features").click()
    card.get_by_role("rowheader", name="trained accuracy", exact=True).wait_for(timeout=SLOW)
    for name in ("untrained accuracy", "pixels accuracy"):
        assert card.get_by_role("rowheader", name=name, exact=True).count() == 1
    card.get_by_text("Protocol").click()
    assert '"labels": 100' in card.locator("pre").text_content()


def test_a_failure_is_shown(chromium, start, tmp_path):
    (tmp_path / "runs").mkdir()
    with start(tmp_path / "runs", "--allow-training", env={"GANYMEDE_DATA": str(tmp_path / "none")}) as server:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/runs?new=1&recipe=cifar10-conv")
        page.get_by_role("button", name="Start").click()
        page.get_by_text("The training of cifar10-conv failed").wait_for(timeout=SLOW)
        assert server.get("/api/v1/training").json()["failed"]["detail"] in page.get_by_role("alert").text_content()
        page.close()


def test_without_the_flag_there_is_nothing_to_press(open_page):
    page = open_page("/runs?new=1")
    page.get_by_role("rowheader").first.wait_for()
    assert not page.get_by_text("New training").count()
    page = open_page("/runs/tiny")
    page.get_by_alt_text("samples of step 40").wait_for()
    assert not page.get_by_role("button").count() or not page.get_by_role("button", name="Resume").count()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_is_accessible_and_fits(chromium, trainer, theme):
    context = chromium.new_context(viewport={"width": 390, "height": 900}, color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{trainer.port}/runs?new=1")
    page.get_by_role("button", name="Start").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if AXE.is_file():
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    context.close()
