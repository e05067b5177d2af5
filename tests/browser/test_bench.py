"""The list of runs as a workbench: found, sorted, grouped, with chosen columns; names, tags, notes, pins, the archive
and the trash, each undone; and saved images that find their points again."""

import base64
import json
import pathlib
import re
import shutil

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
DROP = """(content) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)), all = new DataTransfer();
  all.items.add(new File([bytes], 'one.png', {type: 'image/png'}));
  document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: all, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def bench(start, runs, tmp_path_factory):
    """A server of runs that tests may change."""
    place = tmp_path_factory.mktemp("bench") / "runs"
    shutil.copytree(runs, place)
    with start(place) as server:
        server.place = place
        yield server


@pytest.fixture
def page(chromium, bench):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{bench.port}/runs")
    page.get_by_label("Choose tiny").wait_for()
    yield page
    context.close()


def wait_for_names(page, wanted):
    page.wait_for_function(
        "(wanted) => [...document.querySelectorAll('table.runs th.name a')].map((one) => one.textContent).join()"
        " === wanted",
        arg=wanted,
    )


def done(page, text):
    page.get_by_role("status").filter(has_text=text).wait_for()


def test_found_sorted_and_grouped_by_the_address(page):
    page.get_by_role("searchbox", name="Find runs").fill("tiny_classes")
    wait_for_names(page, "classes")
    page.get_by_text("1 of 2 runs").wait_for()
    page.get_by_role("searchbox", name="Find runs").fill("")
    page.get_by_label("Sort by").select_option("name")
    page.get_by_role("button", name="Least first").focus()
    wait_for_names(page, "classes,tiny")
    page.keyboard.press("Enter")
    wait_for_names(page, "tiny,classes")
    page.wait_for_url("**sort=-name")
    page.get_by_role("button", name="Step").click()
    assert page.get_by_role("columnheader", name="Step").get_attribute("aria-sort") == "descending"
    page.get_by_label("Group by").select_option("recipe")
    page.get_by_role("rowheader", name=re.compile(r"^Recipe: tiny \(1\)")).wait_for()
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="best loss d").check()
    page.get_by_role("checkbox", name="Recipe", exact=True).uncheck()
    page.get_by_role("columnheader", name="best loss d").wait_for()
    page.reload()
    page.get_by_role("columnheader", name="best loss d").wait_for()
    assert not page.get_by_role("columnheader", name="Recipe").count() and "group=recipe" in page.url


def with_runs(page, bench, **changes):
    """The list as the server has it, but for changes of some runs; the page is opened anew."""
    runs = [{**run, **changes.get(run["id"], {})} for run in bench.get("/api/v1/runs").json()["runs"]]
    page.unroute("**/api/v1/runs")
    page.route("**/api/v1/runs", lambda route: route.fulfill(json={"runs": runs}))
    page.reload()


def test_the_newest_come_first_and_pinned_ones_before_them(page, bench):
    newer = {"tiny": {"started": "2026-11-02T00:00:00Z"}, "classes": {"started": "2026-11-01T00:00:00Z"}}
    with_runs(page, bench, **newer)
    wait_for_names(page, "tiny,classes")
    newer["classes"]["pinned"] = True
    with_runs(page, bench, **newer)
    wait_for_names(page, "classes,tiny")


def test_by_a_key_that_recipes_differ_in(page, bench):
    key = next(
        key
        for key, values in bench.get("/api/v1/settings").json()["settings"].items()
        if len(values) == 2 and key.startswith("train.")
    )
    page.get_by_label("Group by").select_option(f"set:{key}")
    page.get_by_role("rowheader", name=re.compile(f"^{re.escape(key)}: ")).nth(1).wait_for()


def test_tags_pins_and_the_archive_are_undone(page, bench):
    page.get_by_label("Choose tiny").check()
    page.get_by_label("Tags to add").fill("paper, öne")
    page.keyboard.press("Enter")
    done(page, "tiny: tagged paper, öne.")
    page.get_by_role("searchbox", name="Find runs").fill("tag:paper")
    wait_for_names(page, "tiny")
    page.get_by_role("searchbox", name="Find runs").fill("")
    page.get_by_role("button", name="Pin", exact=True).click()
    done(page, "tiny: pinned.")
    page.get_by_title("pinned").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_title("pinned").wait_for(state="detached")
    page.get_by_role("button", name="Archive", exact=True).click()
    wait_for_names(page, "classes")
    page.get_by_label(re.compile("^Archived ones too")).check()
    page.get_by_label("Choose tiny").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label(re.compile("^Archived ones too")).wait_for(state="detached")
    kept = json.loads((bench.place / "tiny" / "studio.json").read_text())
    assert (kept["tags"], kept["pinned"], kept["archived"]) == (["paper", "öne"], False, False)


def test_deleted_and_taken_back(page, bench):
    page.get_by_label("Choose classes").check()
    page.get_by_role("button", name="Delete").click()
    done(page, "classes: deleted.")
    wait_for_names(page, "tiny")
    assert not (bench.place / "classes").exists()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Choose classes").wait_for()
    assert (bench.place / "classes" / "recipe.toml").exists()


def test_taken_back_from_the_trash(page, bench):
    page.get_by_label("Choose classes").check()
    page.get_by_role("button", name="Delete").click()
    done(page, "classes: deleted.")
    page.reload()  # its Undo is gone with the page
    page.get_by_text("Trash (1)").click()
    page.get_by_role("button", name="Take back classes").click()
    done(page, "classes: taken back.")
    page.get_by_label("Choose classes").wait_for()
    page.get_by_text("Trash (1)").wait_for(state="detached")


def test_title_and_note_of_a_run(page, bench):
    page.goto(f"http://127.0.0.1:{bench.port}/runs/classes")
    page.get_by_text("About this run").click()
    page.get_by_label("Title").fill("The one with bars")
    page.get_by_label("Note").fill("first line\nsecond")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("heading", name="Runs / The one with bars").wait_for()
    page.reload()
    page.get_by_text("– first line").wait_for()
    page.get_by_role("link", name="Runs", exact=True).last.click()
    page.get_by_role("link", name="The one with bars").wait_for()
    page.goto(f"http://127.0.0.1:{bench.port}/runs/classes")
    page.get_by_text("About this run").click()
    for field in ("Title", "Note"):
        page.get_by_label(field).fill("")
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("heading", name="Runs / classes").wait_for()


def test_what_cannot_be_kept_is_said(page):
    page.route(
        "**/api/v1/runs/tiny/keep",
        lambda route: route.fulfill(
            status=403,
            content_type="application/problem+json",
            body=json.dumps(
                {
                    "type": "about:blank",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "the run's folder cannot be written",
                }
            ),
        ),
    )
    page.get_by_label("Choose tiny").check()
    page.get_by_role("button", name="Pin", exact=True).click()
    done(page, "cannot be written")
    assert not page.get_by_role("button", name="Undo").count()


def test_a_folder_that_cannot_be_written_is_said(page, bench):
    with_runs(page, bench, tiny={"keeps": False})
    page.get_by_label("Choose tiny").check()
    page.get_by_text("The folder of tiny cannot be written").wait_for()
    for name in ("Pin", "Archive", "Tag"):
        assert page.get_by_role("button", name=name, exact=True).is_disabled()
    page.get_by_label("Choose tiny").uncheck()
    page.get_by_label("Choose classes").check()
    assert page.get_by_role("button", name="Pin", exact=True).is_enabled()


def test_of_300_runs_those_in_sight_are_made(page, bench):
    one = bench.get("/api/v1/runs").json()["runs"][0]
    many = [{**one, "id": f"run{number:03}", "sample": None, "pinned": False, "title": None} for number in range(300)]
    page.route("**/api/v1/runs", lambda route: route.fulfill(json={"runs": many}))
    page.route("**/api/v1/curves*", lambda route: route.fulfill(json={"curves": {}}))
    page.goto(f"http://127.0.0.1:{bench.port}/runs?sort=name")
    page.get_by_label("Choose run000").wait_for()
    assert page.locator("table.runs tbody tr").count() < 60
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.get_by_label("Choose run299").wait_for()
    assert page.locator("table.runs tbody tr").count() < 60 and not page.get_by_label("Choose run000").count()


def test_a_saved_image_finds_its_point_again(page, bench):
    label = bench.get("/api/v1/models/classes").json()["classes"][0]  # not the third's, were all in turn
    asked = {"count": 3, "seed": 7, "truncation": 0.5, "class": label, "format": "json"}
    wanted = bench.generate("classes", **asked).json()["images"][2]
    page.evaluate(DROP, wanted["png"])
    dialog = page.get_by_role("dialog")
    dialog.locator("img").first.wait_for()
    parts = ("/generate?model=classes", "seed=7", f"class={label}", "truncation=0.5", "open=trained%3A2")
    assert all(part in page.url for part in parts), page.url
    page.wait_for_function(
        "(png) => [...document.querySelectorAll('[role=dialog] img, dialog img')].some((one) => one.src.endsWith(png))",
        arg=wanted["png"][-200:],
    )


def test_an_image_of_elsewhere_is_said_and_chosen_ones_are_found(page, bench, tmp_path):
    page.evaluate(DROP, base64.b64encode(b"GIF89a").decode())
    page.get_by_text("That is no PNG.").wait_for()
    # The one who chooses the file holds no reference to the input that asks for it, and its memory is collected first.
    browser, opened = page.context.new_cdp_session(page), []
    browser.on("Page.fileChooserOpened", lambda event: opened.append(event["backendNodeId"]))
    browser.send("Page.enable")
    browser.send("Page.setInterceptFileChooserDialog", {"enabled": True})
    image = bench.generate("tiny", count=1, seed=9, format="json").json()["images"][0]
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="What to do or where to go").wait_for()
    page.keyboard.type("find a saved")
    page.wait_for_function("document.querySelectorAll('[role=option]').length === 1")
    page.keyboard.press("Enter")
    for _ in range(1000):
        if not opened:
            page.wait_for_timeout(10)
    browser.send("HeapProfiler.collectGarbage")
    saved = tmp_path / "saved.png"
    saved.write_bytes(base64.b64decode(image["png"]))
    browser.send("DOM.setFileInputFiles", {"files": [str(saved)], "backendNodeId": opened[0]})
    page.wait_for_url("**/generate?model=tiny*seed=9*")


@pytest.mark.parametrize("theme, width", [("light", 390), ("dark", 1280)])
def test_all_of_it_is_accessible_and_fits(chromium, bench, theme, width):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{bench.port}/runs?group=recipe&chosen=tiny,classes")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("button", name="Choose none").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if AXE.is_file():
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert not [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    context.close()
