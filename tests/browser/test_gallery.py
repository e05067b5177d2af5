"""The gallery: what was drawn or marked, of all models, with what made it; found, compared, downloaded, forgotten."""

import json
import pathlib
import re
import struct
import zipfile

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
DRAWN = "/generate?model=tiny&count=4&seed=9&show=both"
OF_CLASSES = "/generate?model=classes&count=4&seed=5&show=both"
KEY = "ganymede-drawn"


def origin(page):
    return "/".join(page.url.split("/")[:3])


def draw(page, address, count=4):
    page.goto(origin(page) + address)
    page.get_by_role("region", name="Trained", exact=True).locator("img").nth(count - 1).wait_for()


def tiles(page):
    return page.locator(".gallery > li")


def shows(page, count):
    """Waits until so many images are there, each with its pixels."""
    page.wait_for_function(
        "count => document.querySelectorAll('.gallery > li').length === count"
        " && document.querySelectorAll('.gallery img').length === count", arg=count)


def said(page, text):
    page.get_by_role("group", name="Which images are shown").get_by_text(text, exact=True).wait_for()


def gallery(open_page, *addresses, view="/gallery", **options):
    """The gallery of a browser that has drawn the images of some addresses."""
    page = open_page(addresses[0], **options)
    for address in addresses:
        draw(page, address)
    page.goto(origin(page) + view)
    return page


def texts(png):
    """The text chunks of a PNG."""
    at, found = 8, {}
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind in (b"tEXt", b"iTXt"):
            name, _, text = png[at + 8:at + 8 + size].partition(b"\0")
            found[name.decode()] = text.strip(b"\0").decode()
        at += size + 12
    return found


def test_what_was_drawn_is_there(open_page, server):
    page = gallery(open_page, DRAWN, OF_CLASSES)
    shows(page, 16)
    said(page, "16 images")
    captions = page.get_by_role("button", name="Enlarge ").all()
    assert "classes, seed 5" in captions[0].get_attribute("aria-label"), "the newest first"
    image = page.get_by_role("button", name="Enlarge tiny, seed 9, index 2, untrained").locator("img")
    point = {"seed": 9, "index": 2, "network": "untrained"}
    asked = server.post("/api/v1/models/tiny/generate", {"points": [point], "format": "json"}).json()
    assert image.get_attribute("src").endswith(asked["images"][0]["png"])
    draw(page, DRAWN)
    page.goto(origin(page) + "/gallery")
    shows(page, 16)  # each once, and those that were drawn again are the newest
    assert "tiny, seed 9" in page.get_by_role("button", name="Enlarge ").first.get_attribute("aria-label")


@pytest.mark.parametrize("address", ["/explore?model=classes&seed=3", "/compare?model=tiny&beside=classes&count=3"])
def test_other_views_remember_too(open_page, address):
    page = open_page(address)
    page.locator("main img").nth(5).wait_for()
    page.wait_for_timeout(500)
    page.get_by_role("link", name="Gallery").click()
    page.locator(".gallery img").nth(5).wait_for()
    if "compare" in address:
        shows(page, 6)


def test_an_empty_gallery_says_what_it_is_for(open_page):
    page = open_page("/gallery")
    page.get_by_role("heading", name="No image was drawn yet").wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill("gallery")
    page.get_by_role("option", name="Gallery").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Draw some").click()
    page.wait_for_url("**/generate**")


def test_a_mark_is_found(open_page):
    page = gallery(open_page, DRAWN)
    shows(page, 8)
    page.get_by_role("button", name="Enlarge tiny, seed 9, index 1", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "open=" not in address)
    page.locator(".gallery").get_by_label("marked best").wait_for()
    shows(page, 8)  # it is there once
    page.get_by_role("combobox", name="Marked best", exact=True).select_option("yes")
    shows(page, 1)
    other = open_page("/gallery")  # marks are kept with the model, and are of every browser
    shows(other, 1)
    other.get_by_label("marked best", exact=True).wait_for()


def test_filters_are_in_the_address(open_page, server):
    label = server.get("/api/v1/models/classes").json()["classes"][1]
    page = gallery(open_page, DRAWN, OF_CLASSES)
    shows(page, 16)
    page.get_by_role("group", name="Which images are shown").get_by_label("Model").select_option("classes")
    said(page, "8 of 16 images")
    page.get_by_role("combobox", name="Network").select_option("untrained")
    said(page, "4 of 16 images")
    page.reload()
    said(page, "4 of 16 images")
    page.go_back()
    said(page, "8 of 16 images")
    page.get_by_role("combobox", name="Class").select_option(label)
    page.wait_for_url(f"**of={label}**")
    assert all(label in text for text in tiles(page).all_inner_texts())
    page.go_back()
    page.go_back()
    said(page, "16 images")
    page.get_by_label("Find images").fill("index 3 TINY")
    shows(page, 2)
    page.get_by_label("Find images").fill("nothing of the kind")
    page.get_by_role("button", name="Show all").click()
    shows(page, 16)


@pytest.mark.parametrize("way", ["mouse", "keyboard", "touch"])
def test_two_are_compared(open_page, way):
    page = gallery(open_page, DRAWN, has_touch=way == "touch")
    shows(page, 8)
    beside = page.get_by_role("button", name="Side by side")
    assert beside.is_disabled()
    if way == "keyboard":
        page.get_by_role("button", name="Enlarge ").first.focus()
        for key in ("x", "ArrowRight", "ArrowRight", "x"):
            page.keyboard.press(key)
    else:
        for at in (0, 2):
            box = page.get_by_role("checkbox", name="Choose tiny").nth(at)
            box.tap() if way == "touch" else box.check()
    page.get_by_role("button", name="Download 2 chosen").wait_for()
    beside.tap() if way == "touch" else beside.click()
    region = page.get_by_role("region", name="Side by side")
    region.locator("img").nth(1).wait_for()
    captions = [region.locator("li").nth(at).inner_text().split("\n")[0] for at in (0, 1)]
    expected = [page.locator(".gallery > li").nth(at).locator("label span").get_attribute("title") for at in (0, 2)]
    assert captions == expected
    assert region.locator("img").first.bounding_box()["width"] > 128
    elsewhere = open_page(page.url.replace(origin(page), ""))  # the address is enough
    elsewhere.get_by_role("region", name="Side by side").locator("img").nth(1).wait_for()
    page.go_back()
    region.wait_for(state="detached")
    page.get_by_role("button", name="Choose none").click()
    page.wait_for_url(lambda address: "chosen" not in address)


def test_downloads_say_what_made_them(open_page, tmp_path):
    page = gallery(open_page, DRAWN, view="/gallery?by=untrained")
    shows(page, 4)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download all 4").click()
    assert saved.value.suggested_filename == "tiny-gallery.zip"
    with zipfile.ZipFile(saved.value.path()) as archive:
        found = [texts(archive.read(name)) for name in archive.namelist()]
    made = {(one["Model"], one["Seed"], one["Index"], one["Network"]) for one in found}
    assert made == {("tiny", "9", str(index), "untrained") for index in range(4)}
    page.get_by_role("checkbox", name="Choose tiny, seed 9, index 2, untrained").check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download 1 chosen").click()
    assert saved.value.suggested_filename == "tiny-step40-9-2-untrained.png"
    assert texts(saved.value.path().read_bytes())["Index"] == "2"


@pytest.mark.parametrize("key, query", [("a", "a"), ("w", "with"), ("2", "corners")])
def test_an_image_goes_to_explore(open_page, key, query):
    model, drawn, name = ("tiny", DRAWN, "9, index 3$") if key == "a" else ("classes", OF_CLASSES, "5, index 3, .*untr")
    page = gallery(open_page, drawn)
    shows(page, 8)
    page.get_by_role("button", name=re.compile(f"^Enlarge {model}, seed {name}")).click()
    image = page.get_by_role("dialog").locator("img").first.get_attribute("src")
    page.keyboard.press(key)
    page.wait_for_url(f"**/explore?**{query}=**")
    assert f"model={model}" in page.url
    place = {"a": page.get_by_role("region", name="Operand A", exact=True),
             "w": page.get_by_role("region", name="Operand with", exact=True),
             "2": page.locator(".corner-1")}[key]
    place.locator(f"img[src='{image}']").wait_for()
    page.go_back()
    page.get_by_role("dialog").wait_for()  # Back shows what it was sent from


def test_damaged_storage_loses_no_more(open_page):
    page = gallery(open_page, DRAWN)
    shows(page, 8)
    kept = json.loads(page.evaluate("key => localStorage.getItem(key)", KEY))
    for damaged in ("{", "7", '{"a": 1}'):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, damaged])
        page.reload()
        page.get_by_role("heading", name="No image was drawn yet").wait_for()
    more = [None, ["tiny"], ["tiny", 40, "?"], ["gone", 40, "1:1"], ["tiny", 40, "9:0:class=none"]]
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps([*more, *kept])])
    page.reload()
    page.get_by_text("tiny makes no such image any more.").wait_for()  # and the others are there
    page.wait_for_function("document.querySelectorAll('.gallery img').length === 8")
    page.get_by_role("button", name="Enlarge ").first.click()
    page.get_by_role("dialog").wait_for()


def test_an_image_of_another_step_says_so(open_page):
    page = open_page("/gallery")
    kept = [["tiny", 20, "9:0"], ["tiny", 40, "9:1"]]
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(kept)])
    page.reload()
    shows(page, 2)
    said_of = tiles(page).all_inner_texts()
    assert "drawn at step 20; the model is at 40 now" in said_of[0] and "step" not in said_of[1]


def test_what_was_drawn_is_forgotten(open_page):
    page = gallery(open_page, DRAWN)
    shows(page, 8)
    page.get_by_role("button", name="Enlarge ").first.click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "open=" not in address)
    page.get_by_role("button", name="Forget what was drawn").click()
    shows(page, 1)  # marks stay
    page.get_by_role("button", name="Undo").click()
    shows(page, 8)
    page.get_by_role("button", name="Forget what was drawn").click()
    shows(page, 1)
    page.reload()
    shows(page, 1)


def test_many_come_in_pages(open_page):
    page = open_page("/gallery")
    kept = [["tiny", 40, f"3:{index}"] for index in range(70)]
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(kept)])
    asked = []
    page.on("request", lambda one: asked.append(len(one.post_data_json["points"])) if "generate" in one.url else None)
    page.reload()
    shows(page, 64)
    page.get_by_role("button", name="6 more of 6").click()
    shows(page, 70)
    assert asked == [64, 6], "what is there is not asked for again"


@pytest.mark.parametrize("width", [320, 390, 700, 1280, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_and_is_accessible(open_page, width, theme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: scripts/studio --check installs it")
    view = "/gallery?chosen=tiny@9:0,tiny@9:1,tiny@9:2&side=1"
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": theme, "bypass_csp": True}
    page = gallery(open_page, DRAWN, view=view, **options)
    shows(page, 8)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert not [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
