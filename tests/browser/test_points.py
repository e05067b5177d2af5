"""A point is (model, step, seed, index, class, truncation, network) on its way into operands, marks and addresses; and
what Back does."""

import re

import pytest

GENERATED = "/generate?model=classes&count=4&seed=9&show=both&truncation=0.5"


@pytest.fixture
def label(server):
    return server.get("/api/v1/models/classes").json()["classes"][1]


def large_view(page, network="trained", number=2):
    page.get_by_role("button", name=re.compile(f"^Enlarge {network} image {number},")).click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    return dialog


def sources(place):
    return [image.get_attribute("src").split(",")[1] for image in place.locator("img").all()]


@pytest.mark.parametrize("network", ["trained", "untrained"])
def test_an_operand_holds_the_very_image(open_page, server, label, network):
    page = open_page(f"{GENERATED}&class={label}")
    dialog = large_view(page, network)
    image = sources(dialog)[0]
    page.keyboard.press("a")
    operand = page.get_by_role("region", name="Operand A", exact=True)
    operand.locator(f"img[src$='{image}']").wait_for()
    asked = {
        "points": [{"seed": 9, "index": 1, "class": label, "truncation": 0.5, "network": network}],
        "format": "json",
    }
    assert [image] == [one["png"] for one in server.post("/api/v1/models/classes/generate", asked).json()["images"]]
    page.get_by_label("Class", exact=True).select_option(index=0)
    page.wait_for_timeout(500)
    assert sources(operand)[0] == image, "another class is for other images"
    page.reload()
    operand.locator(f"img[src$='{image}']").wait_for()
    page.go_back()
    page.go_back()
    page.get_by_role("dialog").locator(f"img[src$='{image}']").wait_for()  # Back shows what it was sent from


def test_a_mark_is_of_one_point(open_page, label):
    page = open_page(f"{GENERATED}&class={label}")
    dialog = large_view(page)
    image = sources(dialog)[0]
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "open=" not in address)  # it goes back, which would undo what follows
    trained = page.get_by_role("region", name="Trained", exact=True)
    trained.get_by_label("marked best").wait_for()
    assert page.get_by_role("region", name="Untrained", exact=True).get_by_label("marked best").count() == 0
    page.get_by_label("Class", exact=True).select_option(index=1)
    page.locator("[aria-label^='Enlarge trained image 2,']:not([aria-label*='%s'])" % label).wait_for()
    assert trained.get_by_label("marked best").count() == 0, "another class is another image"
    marked = page.get_by_role("region", name="Marked best")
    assert sources(marked) == [image]
    marked.get_by_role("button").click()
    page.wait_for_url("**open=marked**")
    assert sources(page.get_by_role("dialog"))[0] == image
    page.reload()
    page.get_by_role("dialog").wait_for()
    assert sources(page.get_by_role("dialog"))[0] == image, "the address holds it"
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.wait_for_url(lambda address: "open=" not in address)  # it goes back, which would end the next navigation
    page.goto(page.url.split("/generate")[0] + "/generate?model=tiny")
    page.get_by_role("heading", name="Generate").wait_for()
    assert page.get_by_role("region", name="Marked best").count() == 0, "another model's"


def test_a_mark_of_an_earlier_version_is_kept(open_page, server):
    page = open_page("/models")
    page.evaluate("localStorage.setItem('ganymede-best', JSON.stringify({'tiny 9:1': 'iVBORw0KGgo='}))")
    page.goto(page.url.replace("/models", "/generate?model=tiny"))
    page.get_by_role("region", name="Marked best").get_by_role(
        "button", name=re.compile("^Enlarge trained image 2, seed 9")
    ).wait_for()
    kept = {"step": None, "point": {"seed": 9, "index": 1}, "png": "iVBORw0KGgo="}
    server.wait_for(lambda: server.get("/api/v1/models/tiny/kept").json()["marks"] == [kept])
    page.wait_for_function("localStorage.getItem('ganymede-best') === null")
    assert page.evaluate("localStorage.getItem('ganymede-marks')") == "[]", "it has moved"


def marked(page):
    return page.get_by_role("region", name="Marked best").get_by_role("button")


def test_marks_are_kept_with_the_model(open_page, server):
    path = "/generate?model=tiny&count=4&seed=9&show=both"
    page = open_page(path)
    large_view(page)
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    other = open_page(path)
    marked(other).wait_for()
    tab = page.context.new_page()
    tab.goto(page.url.split("&open")[0])
    marked(tab).click()
    tab.get_by_role("dialog").get_by_text("★").wait_for()
    tab.keyboard.press("b")
    marked(tab).wait_for(state="detached")
    page.keyboard.press("Escape")
    marked(page).wait_for(state="detached")
    assert server.get("/api/v1/models/tiny/kept").json()["marks"] == []


def test_a_mark_of_another_step_is_another(open_page, server):
    image = server.generate("tiny", count=1, seed=9, format="json").json()["images"][0]
    server.post("/api/v1/models/tiny/marks/keep", {"seed": 9, "index": 1, "step": 20, "png": image["png"]})
    page = open_page("/generate?model=tiny&count=4&seed=9&show=both")
    marked(page).wait_for()
    trained = page.get_by_role("region", name="Trained", exact=True)
    trained.get_by_role("button").nth(3).wait_for()
    assert trained.get_by_label("marked best").count() == 0
    trained.get_by_role("button").nth(1).click()
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    marked(page).nth(1).wait_for()
    assert trained.get_by_label("marked best").count() == 1


def test_where_nothing_can_be_kept_the_browser_does(chromium, start, runs):
    with start(runs, "--open") as server:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/generate?model=tiny&count=4&seed=9&show=both")
        large_view(page)
        page.keyboard.press("b")
        page.get_by_text("Marked best, by this browser alone.").wait_for()
        page.keyboard.press("Escape")
        page.wait_for_url(lambda address: "open=" not in address)
        page.reload()
        marked(page).wait_for()
        page.close()
    assert not list(runs.glob("*/model.studio.json"))


def test_the_model_is_written_at_once(open_page, server):
    page = open_page("/generate")
    first = server.get("/api/v1/models").json()["models"][0]["id"]
    page.wait_for_url(f"**/generate?model={first}&step=*")
    page.goto(page.url.split("/generate")[0] + "/explore")
    page.wait_for_url(f"**/explore?model={first}&step=*")
    page.get_by_role("link", name="Runs").click()
    page.wait_for_url(f"**/runs?model={first}")
    page.go_back()
    page.wait_for_url(f"**/explore?model={first}&step=*")


def test_an_address_of_another_step_says_so(open_page):
    page = open_page("/generate?model=tiny&step=20&count=1&seed=1&show=both")
    page.get_by_text("This address is of step 20; tiny is at step 40 now").wait_for()
    page.get_by_role("button", name="All right").click()
    page.wait_for_url("**step=40**")
    page.get_by_text("This address is of step 20").wait_for(state="detached")


def test_back_closes_the_large_view(open_page):
    page = open_page("/generate?model=tiny&count=4&seed=9&show=both")
    dialog = large_view(page)
    page.wait_for_url("**open=trained%3A1**")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**open=trained%3A2**")
    page.go_back()
    dialog.wait_for(state="detached")
    assert "open=" not in page.url and "count=4" in page.url
    large_view(page)
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    length = page.evaluate("history.length")
    large_view(page)
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("history.length") == length, "opening and closing does not fill the history"
    page.wait_for_url(lambda address: "open=" not in address)  # the last closing has gone back
    page.goto(page.url + "&open=untrained:3")
    dialog.wait_for()
    assert "untrained" in dialog.inner_text()


def test_chosen_runs_are_in_the_address(open_page):
    page = open_page("/runs")
    page.get_by_label("Choose tiny").check()
    page.get_by_label("Choose classes").check()
    page.wait_for_url("**chosen=tiny%2Cclasses**")
    page.get_by_role("button", name="Compare 2 runs").click()
    page.get_by_role("group", name=re.compile("^Losses")).wait_for()
    page.go_back()
    page.get_by_role("button", name="Compare 2 runs").wait_for()
    page.reload()
    assert page.get_by_label("Choose tiny").is_checked() and page.get_by_label("Choose classes").is_checked()
