"""The training cockpit: a run duplicated with changes, recipes of one's own, the queue, the log, notifications."""
import base64
import json
import os
import pathlib

import pytest
from pngs import one_colour
from pretended import pretended
from test_machine import fake_smi, in_a_terminal  # noqa: F401

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
SLOW = 120_000  # milliseconds: a training reads its data first, on a busy machine
LONG = {"recipe": "shapes-dcgan", "steps": 100_000}

# A browser that shows no notifications, but says which ones it was given.
PRETENDED_NOTIFICATIONS = """
window.shown = [];
window.Notification = class {
  static permission = localStorage.getItem("may") || "default";
  static asked = 0;
  static async requestPermission() {
    this.asked += 1;
    localStorage.setItem("may", "ANSWER");
    return (this.permission = "ANSWER");
  }
  constructor(title, options) { window.shown.push([title, options.body]); }
  close() {}
};
"""


@pytest.fixture
def trainer(start, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "recipes").mkdir()
    for i in range(8):
        kind = tmp_path / "data" / "animals" / ("cat" if i % 2 else "dog")
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"{i}.png").write_bytes(base64.b64decode(one_colour(40, 40, (i * 30, 99, 200 - i * 20))))
    folders = ("--recipes", tmp_path / "recipes", "--data", tmp_path / "data")
    with start(tmp_path / "runs", "--allow-training", *folders) as running:
        yield running


@pytest.fixture
def open_at(chromium, trainer):
    contexts = []

    def opener(path, script=None, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(SLOW)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{trainer.port}{path}")
        return page

    yield opener
    for context in contexts:
        context.close()


def training(trainer):
    return trainer.get("/api/v1/training").json()


def trained(trainer, **asked):
    """A run of two steps that is done."""
    run = trainer.post("/api/v1/runs", {"recipe": "shapes-dcgan", "steps": 2, **asked}).json()["id"]
    trainer.wait_for(lambda: trainer.get(f"/api/v1/runs/{run}").json().get("state") == "done", 120)
    return run


def test_a_run_is_duplicated_by_mouse(open_at, trainer):
    trained(trainer, name="first", set=["train.batch_size=16"])
    page = open_at("/runs/first")
    page.get_by_role("link", name="Duplicate with changes").click()
    page.get_by_text("2 steps of 16 images").wait_for()
    assert page.get_by_label("Recipe", exact=True).locator("option:checked").text_content() == "as the run first"
    page.get_by_role("button", name="Add a change").click()
    change = page.get_by_label("Change 1", exact=True)
    change.fill("train.batch_sizee=32")
    page.get_by_text("did you mean 'batch_size'?").wait_for()
    assert change.get_attribute("aria-invalid") == "true"
    assert page.locator("#recipe-keys option[value='train.batch_size=16']").count() == 1, "the keys are offered"
    change.fill("train.batch_size=32")
    page.get_by_text("2 steps of 32 images").wait_for()
    page.get_by_role("listitem").filter(has_text="train.batch_size 16 → 32").wait_for()
    page.get_by_role("button", name="Add a change").click()
    page.get_by_label("Change 2", exact=True).fill("nonsense")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("section.key=value").first.wait_for()
    assert training(trainer)["current"] is None
    page.get_by_role("button", name="Take change 2 back").click()
    page.get_by_label("Name").fill("second")
    page.get_by_role("button", name="Start").click()
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/second").json().get("state") == "done", 120)
    assert "batch_size = 32" in trainer.get("/api/v1/runs/second").json()["toml"]


def test_changes_by_keyboard(open_at, trainer):
    page = open_at("/runs?new=1&recipe=shapes-dcgan")
    page.get_by_text("of 64 images").wait_for()
    page.get_by_role("button", name="Add a change").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("train.ema=2")  # the new line has the focus
    page.get_by_text("which is outside").wait_for()
    for _ in range(len("2")):
        page.keyboard.press("Backspace")
    page.keyboard.type("0.5")
    page.get_by_text("which is outside").wait_for(state="detached")
    page.get_by_role("listitem").filter(has_text="train.ema").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # takes it back
    page.get_by_role("listitem").filter(has_text="train.ema").wait_for(state="detached")


def test_an_own_recipe_and_a_text(open_at, trainer, tmp_path):
    text = trainer.post("/api/v1/recipes/check", {"recipe": "shapes-dcgan"}).json()["recipe"]["toml"]
    (tmp_path / "recipes" / "mine.toml").write_text(text.replace("batch_size = 64", "batch_size = 24"))
    (tmp_path / "recipes" / "wrong.toml").write_text("[train]\nsteps = 1\n")
    page = open_at("/runs?new=1")
    page.get_by_label("Recipe", exact=True).select_option("recipe:mine.toml")
    page.get_by_text("of 24 images").wait_for()
    page.get_by_label("Recipe", exact=True).select_option("recipe:wrong.toml")
    page.get_by_role("alert").filter(has_text="names no data").wait_for()
    page.get_by_label("Recipe", exact=True).select_option("recipe:mine.toml")
    page.get_by_text("of 24 images").wait_for()
    page.get_by_role("button", name="Edit as text").click()
    field = page.get_by_label("Its text")
    assert "batch_size = 24" in field.input_value()
    field.fill(field.input_value().replace("batch_size = 24", "batch_sizee = 8"))
    page.get_by_role("alert").filter(has_text="did you mean 'batch_size'?").wait_for()
    field.fill(field.input_value().replace("batch_sizee", "batch_size"))
    page.get_by_text("of 8 images").wait_for()
    page.get_by_label("Steps").fill("2")
    page.get_by_label("Name").fill("typed")
    page.get_by_role("button", name="Start").click()
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/typed").json().get("state") == "done", 120)
    assert "batch_size = 8" in trainer.get("/api/v1/runs/typed").json()["toml"]


def test_images_are_previewed_and_the_training_estimated(open_at, trainer):
    page = open_at("/runs?new=1&recipe=shapes-dcgan")
    page.get_by_text("of 64 images").wait_for()
    page.get_by_label("Images").select_option("animals")
    page.get_by_text("cat 4, dog 4; 40x40 8").wait_for()
    page.get_by_alt_text("some images of each class").wait_for()
    page.get_by_label("Steps").fill("1000")
    page.get_by_text("1,000 steps of 64 images").wait_for()
    page.get_by_role("button", name="Estimate time and memory").focus()
    page.keyboard.press("Enter")
    page.get_by_text("in all:").wait_for()
    page.get_by_text("B of memory at most").wait_for()
    page.get_by_label("Steps").fill("2000")
    page.get_by_text("in all:").wait_for(state="detached")  # it was of another training


def test_trainings_wait_and_are_cancelled(open_at, trainer):
    trainer.post("/api/v1/runs", {**LONG, "name": "first"})
    page = open_at("/runs?new=1&recipe=shapes-dcgan")
    for name in ("second", "third"):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Steps").fill("2")
        page.get_by_role("button", name="Add to the queue").click()
        page.get_by_text(f"{name} waits to be trained").wait_for()
    page.get_by_role("button", name="Cancel second").focus()
    page.keyboard.press("Enter")
    page.get_by_text("second waits to be trained").wait_for(state="detached")
    page.get_by_text("third waits to be trained: it is the next").wait_for()
    page.get_by_role("button", name="Stop first").click()
    page.get_by_role("rowheader").get_by_role("link", name="third").wait_for()
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/third").json().get("state") == "done", 120)
    assert trainer.get("/api/v1/runs/second").status == 404


def test_the_log_and_the_use_of_a_training(open_at, trainer):
    trainer.post("/api/v1/runs", {**LONG, "name": "first"})
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/first").json().get("rows"), 120)
    page = open_at("/runs/first")
    log = page.get_by_role("log")
    log.get_by_text("100,000 steps").wait_for()
    page.get_by_text("processors busy").wait_for()
    page.get_by_role("button", name="Stop first").click()
    page.get_by_text("■ stopped").wait_for()
    log.get_by_text("stopped and saved").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/log" in request.url else None)
    page.get_by_role("button", name="Resume first").click()
    page.get_by_text("● running").wait_for()
    log.get_by_text("going on from step").wait_for()
    assert asked and all("?from=" in url for url in asked), "only what is new is sent"


@pytest.mark.parametrize("answer", ["granted", "denied"])
def test_notifications_when_asked_for(open_at, trainer, answer):
    page = open_at("/runs", PRETENDED_NOTIFICATIONS.replace("ANSWER", answer), bypass_csp=True)
    button = page.get_by_role("button", name="Notify me when a training ends")
    button.wait_for()
    assert page.evaluate("Notification.asked") == 0, "never unasked"
    button.focus()
    page.keyboard.press("Enter")
    if answer == "denied":
        page.get_by_role("alert").filter(has_text="shows no notifications").wait_for()
        return
    page.get_by_role("button", name="Notify me no longer").wait_for()
    trainer.post("/api/v1/runs", {**LONG, "name": "first"})
    trainer.wait_for(lambda: trainer.get("/api/v1/runs/first").json().get("state") == "running", 120)
    page.goto(f"http://127.0.0.1:{trainer.port}/models")  # whatever is looked at
    page.wait_for_timeout(1000)
    trainer.post("/api/v1/runs/first/stop", {})
    page.wait_for_function("window.shown.length > 0")
    assert page.evaluate("window.shown") == [["first was stopped", ""]]
    page.goto(f"http://127.0.0.1:{trainer.port}/runs")
    page.get_by_role("button", name="Notify me no longer").click()
    button.wait_for()


def test_a_collapse_is_told(chromium, start, runs, tmp_path):
    (tmp_path / "runs").mkdir()
    finding = {"finding": "collapse", "since": 20, "what": "all images are the same", "hint": "half the rate"}
    context = chromium.new_context(bypass_csp=True)
    context.add_init_script(PRETENDED_NOTIFICATIONS.replace("ANSWER", "granted"))
    place = tmp_path / "runs"
    with pretended(runs / "tiny", place / "one") as (one,), start(place, "--allow-training") as server:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/runs")
        page.get_by_text("● running").wait_for()
        page.get_by_role("button", name="Notify me when a training ends").click()
        page.get_by_role("button", name="Notify me no longer").wait_for()
        page.wait_for_timeout(1000)  # it has looked at the runs
        (one.folder / "health.json").write_text(json.dumps(finding))
        page.wait_for_function("window.shown.length > 0")
        assert page.evaluate("window.shown") == [["one does not train well", "all images are the same"]]
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_is_accessible_and_fits(open_at, trainer, theme, width):
    trained(trainer, name="first")
    trainer.post("/api/v1/runs", {**LONG, "name": "second"})
    trainer.post("/api/v1/runs", {**LONG, "name": "third"})
    page = open_at(
        "/runs?new=1&like=first", viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True
    )
    page.get_by_text("third waits to be trained").wait_for()
    page.get_by_role("button", name="Add a change").click()
    page.get_by_label("Change 1", exact=True).fill("train.batch_sizee=32")
    page.get_by_text("did you mean").wait_for()
    for path in (None, "/runs/first"):
        if path:
            page.goto(f"http://127.0.0.1:{trainer.port}{path}")
            page.get_by_text("Log", exact=True).click()
            page.get_by_role("log").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if AXE.is_file():
            page.add_script_tag(path=AXE)
            found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            assert not serious, [(one["id"], one["nodes"][0]["html"]) for one in serious]


def test_a_training_of_a_terminal_shows_what_it_uses(chromium, start, program, tmp_path, fake_smi):  # noqa: F811
    (tmp_path / "runs").mkdir()
    path = {"PATH": f"{fake_smi}:{os.environ['PATH']}"}
    with start(tmp_path / "runs", "--allow-training", env=path) as server:
        with in_a_terminal(program, tmp_path / "runs" / "mine"):
            server.wait_for(lambda: server.get("/api/v1/runs/mine").status == 200)
            (tmp_path / "runs" / "mine" / "train.log").write_text("it trains\n")
            page = chromium.new_page()
            page.set_default_timeout(SLOW)
            page.goto(f"http://127.0.0.1:{server.port}/runs/mine")
            page.get_by_text("processors busy").wait_for()
            page.get_by_text("37 % busy").wait_for()
            page.get_by_role("log", name="Log of mine").get_by_text("it trains").wait_for()
            assert page.get_by_role("button", name="Stop mine").count() == 0, "it is left alone"
            page.close()
