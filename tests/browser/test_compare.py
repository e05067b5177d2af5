"""One noise through two to four models, side by side, and the blind vote: by mouse, keys and touch."""

import re
import shutil

import pytest
from test_comfort import SHIFTS
from test_views import AXE, settled, shown_in

PAIR = "/compare?model=tiny&beside=classes@6&seed=5&count=4"
FOUR = "/compare?model=tiny&beside=classes@6,third@40,fourth@6&seed=5&count=4"


@pytest.fixture(scope="module")
def server(start, runs, tmp_path_factory):
    """Four models: two runs, and the two files of their models under other names."""
    place = tmp_path_factory.mktemp("more")
    for run, name in (("tiny", "third"), ("classes", "fourth")):
        shutil.copy(runs / run / "model.safetensors", place / f"{name}.safetensors")
    with start(runs, place) as running:
        yield running


def rows(page):
    return page.get_by_role("region", name="One noise through each of them").get_by_role("listitem")


def loaded(page, count=4, models=2):
    rows(page).nth(count - 1).locator("img").nth(models - 1).wait_for()
    assert rows(page).count() == count
    return rows(page)


def images_of(server, model, count=4, seed=5, **more):
    answer = server.generate(model, count=count, seed=seed, format="json", **more).json()
    return [one["png"] for one in answer["images"]]


def voted(page, votes):
    page.wait_for_url(re.compile(f"[&]votes={votes}(&|$)"))


def test_the_same_noise_side_by_side(open_page, server):
    page = open_page("/compare?model=tiny&beside=fourth")
    loaded(page, 8)
    page.wait_for_url("**/compare?model=tiny&beside=fourth%406&step=40")
    wanted = zip(images_of(server, "tiny", 8, 1), images_of(server, "fourth", 8, 1))
    assert [shown_in(row) for row in rows(page).all()] == [list(pair) for pair in wanted]
    page.get_by_label("How many?").fill("2")
    page.get_by_label("Seed", exact=True).fill("7")
    page.keyboard.press("Enter")
    page.wait_for_url("**count=2&seed=7")
    page.locator(f"img[src$='{images_of(server, 'fourth', 2, 7)[1]}']").wait_for()
    loaded(page, 2)
    page.go_back()
    loaded(page, 8)
    page.get_by_label("How many?").fill("65")
    page.get_by_role("button", name="Show").click()
    assert "1 to 64" in page.get_by_role("alert").inner_text()


def test_models_are_chosen(open_page, server):
    page = open_page("/compare?model=classes")
    page.wait_for_url("**beside=fourth%406**")
    page.get_by_role("button", name="Add a model").click()
    page.get_by_role("button", name="Add a model").click()
    page.wait_for_url("**beside=fourth%406%2Cthird%4040%2Ctiny%4040**")
    loaded(page, 8, 4)
    assert page.get_by_role("button", name="Add a model").count() == 0, "four at most"
    taken = page.get_by_label("C", exact=True).locator("option:disabled")
    assert taken.all_inner_texts() == ["classes", "fourth", "tiny"]
    page.get_by_role("button", name="Without B").click()
    page.wait_for_url("**beside=third%4040%2Ctiny%4040**")
    page.get_by_role("button", name="Without C").click()
    loaded(page, 8, 2)
    assert page.get_by_role("button", name="Without B").count() == 0, "two at least"
    page.get_by_label("B", exact=True).select_option("tiny")
    page.get_by_label("A", exact=True).select_option("fourth")
    page.wait_for_url("**model=fourth&beside=tiny%4040**")
    page.locator(f"img[src$='{images_of(server, 'fourth', 8, 1)[7]}']").wait_for()
    page.reload()
    assert [shown_in(row)[0] for row in loaded(page, 8).all()] == images_of(server, "fourth", 8, 1)


def test_from_the_models(open_page):
    page = open_page("/models")
    page.locator(".card", has=page.get_by_role("link", name="third", exact=True)).get_by_role(
        "link", name="Compare"
    ).click()
    page.wait_for_url("**/compare?model=third&**")
    loaded(page, 8)


def test_a_class_that_all_have(open_page, server):
    page = open_page(PAIR)
    loaded(page)
    assert page.get_by_label("Class", exact=True).count() == 0, "one of them has none"
    label = server.get("/api/v1/models/classes").json()["classes"][1]
    page.goto(page.url.split("/compare")[0] + "/compare?model=classes&beside=fourth&seed=5&count=4")
    page.get_by_label("Class", exact=True).select_option(label)
    wanted = [images_of(server, model, **{"class": label}) for model in ("classes", "fourth")]
    for images in wanted:
        page.locator(f"img[src$='{images[3]}']").wait_for()
    assert [shown_in(row) for row in rows(page).all()] == [list(pair) for pair in zip(*wanted)]


def test_a_blind_vote_by_mouse(open_page, server):
    page = open_page("/compare?model=tiny&beside=classes&seed=5&count=12")
    loaded(page, 12)
    page.get_by_role("button", name="Vote blind").click()
    page.wait_for_url("**vote=**")
    region = page.get_by_role("region", name="One noise through each of them")
    region.get_by_text("0 of 12 rows voted on.").wait_for()
    seen = region.inner_html()
    assert "tiny" not in seen and "classes" not in seen, "without names"
    own = images_of(server, "tiny", 12)
    places = [shown_in(row).index(image) for row, image in zip(rows(page).all(), own)]
    assert set(places) == {0, 1}, "not in the same order in every row"  # by chance once in 2,048 times
    rows(page).nth(0).get_by_role("button", name="Image 1: no preference").click()
    for row, place in list(enumerate(places))[1:-1]:
        rows(page).nth(row).get_by_role("button", name=f"Image {row + 1}: prefer {place + 1}").click()
    region.get_by_text("11 of 12 rows voted on.").wait_for()
    assert "tiny" not in region.inner_html() and page.get_by_role("region", name="The vote").count() == 0
    page.reload()
    loaded(page, 12)
    assert [shown_in(row).index(image) for row, image in zip(rows(page).all(), own)] == places, "the same order again"
    rows(page).nth(11).get_by_role("button", name=f"Image 12: prefer {places[11] + 1}").click()
    result = page.get_by_role("region", name="The vote")
    result.get_by_text("A tiny 11, B classes 0: were they alike").wait_for()
    words = "in less than 0.1 % of cases. A tiny is preferred; that is hardly chance."  # 2 / 2^11
    assert words in result.inner_text()
    assert result.get_by_role("row").all_inner_texts()[1:] == ["A tiny\t11", "B classes\t0", "no preference\t1"]
    assert page.evaluate("document.activeElement.textContent") == "The vote"
    box = result.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 900, "all of it is in sight"
    assert rows(page).nth(3).get_by_text("✓ A tiny").count() == 1, "names stand below the images"
    page.reload()
    result.get_by_text("A tiny 11, B classes 0").wait_for()
    page.get_by_role("button", name="Close the vote").click()
    page.wait_for_url(lambda url: "vote" not in url and "names" not in url)
    result.wait_for(state="detached")


def test_a_blind_vote_by_keys(open_page):
    page = open_page(FOUR)
    loaded(page, 4, 4)
    page.get_by_role("button", name="Vote blind").focus()
    page.keyboard.press("Enter")
    page.get_by_text("0 of 4 rows voted on.").wait_for()
    page.keyboard.press("4")
    voted(page, "4---")
    page.keyboard.press("5")
    page.keyboard.press("0")
    voted(page, "40--")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Image 3: prefer 1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("1")
    voted(page, "41--")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    voted(page, "412-")
    pressed = rows(page).nth(2).locator("[aria-pressed=true]")
    assert pressed.get_attribute("aria-label") == "Image 3: prefer 2"
    page.get_by_label("How many?").press("1")
    page.wait_for_timeout(200)
    assert "votes=412-" in page.url, "typing is not voting"
    page.get_by_role("button", name="Show names").click()
    result = page.get_by_role("region", name="The vote")
    result.get_by_text("No vote on 1 row.").wait_for()
    assert result.get_by_text("too few preferences").or_(result.get_by_text("nothing was preferred")).count() == 6
    assert "times 6 for as many pairs" in result.inner_text()


def test_a_blind_vote_by_touch(open_page):
    page = open_page(PAIR, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    loaded(page)
    page.get_by_role("button", name="Vote blind").tap()
    for row in range(4):
        rows(page).nth(row).get_by_role("button", name=f"Image {row + 1}: prefer {row % 2 + 1}").tap()
    page.get_by_role("region", name="The vote").wait_for()
    voted(page, "1212")


def test_a_vote_on_other_images_is_none(open_page):
    page = open_page(PAIR)
    loaded(page)
    page.get_by_role("button", name="Vote blind").click()
    page.keyboard.press("1")
    voted(page, "1---")
    page.goto(page.url.replace("seed=5", "seed=6"))
    page.get_by_text("The vote of this address is of other images").wait_for()
    assert rows(page).first.get_by_text("A tiny").count() == 1
    page.get_by_role("button", name="All right").click()
    page.wait_for_url(lambda url: "vote" not in url)
    page.get_by_role("button", name="Vote blind").click()
    page.get_by_text("0 of 4 rows voted on.").wait_for()
    page.get_by_role("button", name="Roll another seed").click()
    page.wait_for_url(lambda url: "vote" not in url)


def test_another_step_is_said(open_page):
    page = open_page(PAIR.replace("classes@6", "classes@20"))
    page.get_by_text("This address is of classes at step 20; it is at step 6 now.").wait_for()
    page.get_by_role("button", name="All right").click()
    page.wait_for_url("**beside=classes%406**")
    page.get_by_text("This address is of").wait_for(state="detached")


def test_the_large_view_keeps_the_model(open_page, server):
    page = open_page(PAIR)
    loaded(page)
    page.get_by_role("button", name="Enlarge image 2 of B classes").click()
    page.wait_for_url("**open=B%3A1")
    dialog = page.get_by_role("dialog")
    assert "classes, step 6, seed 5, index 1" in dialog.inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**open=B%3A2")
    image = shown_in(dialog)[0]
    assert image == images_of(server, "classes")[2]
    page.keyboard.press("a")
    page.wait_for_url("**/explore?model=classes&**")
    page.get_by_role("region", name="Operand A", exact=True).locator(f"img[src$='{image}']").wait_for()
    page.go_back()
    dialog.wait_for()


def test_one_model_alone(chromium, start, runs):
    with start(runs / "tiny") as one:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{one.port}/compare")
        page.get_by_text("There is one model").wait_for()
        page.close()


def state_of(page, state):
    loaded(page, 4, 4)
    if state != "names":
        page.get_by_role("button", name="Vote blind").click()
        page.get_by_text("0 of 4 rows voted on.").wait_for()
    for key in "1203" if state == "result" else "":
        page.keyboard.press(key)
    if state == "result":
        page.get_by_role("region", name="The vote").wait_for()


@pytest.mark.parametrize("width", [320, 390, 700, 1280, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", ["names", "vote", "result"])
def test_it_fits(open_page, width, theme, state):
    page = open_page(FOUR, viewport={"width": width, "height": 800}, color_scheme=theme)
    state_of(page, state)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = rows(page).locator("img").evaluate_all("all => all.map((one) => one.clientWidth / one.naturalWidth)")
    assert all(scale >= 1 and scale == round(scale) for scale in sizes), "whole pixels"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", ["names", "vote", "result"])
def test_accessible(open_page, theme, state):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: scripts/studio --check installs it")
    page = open_page(FOUR, color_scheme=theme, bypass_csp=True)
    state_of(page, state)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    assert not wrong, wrong


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_jumps(open_page, width):
    page = open_page("/compare", viewport={"width": width, "height": 900})
    settled(page)
    loaded(page, 8)
    assert page.evaluate(SHIFTS) < 0.02
