"""The report's form in a real browser: how many noises, Submit, Predict; by mouse and by keyboard alone."""
import base64
import json
import re

import pytest

ADDRESS = "/generate?model=tiny"


def images(page, title):
    """The PNGs under a heading, in order."""
    section = page.get_by_role("region", name=title, exact=True)
    return [base64.b64decode(image.get_attribute("src").split(",")[1]) for image in section.locator("img").all()]


def shown(page, title, count):
    section = page.get_by_role("region", name=title, exact=True)
    section.locator("img").nth(count - 1).wait_for()
    assert section.locator("img").count() == count
    return images(page, title)


def generated(server, count, seed, untrained):
    images = server.generate("tiny", count=count, seed=seed, untrained=untrained, format="json").json()["images"]
    return [base64.b64decode(image["png"]) for image in images]


def posts(page):
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    return sent


def test_a_first_visit_shows_images_at_once(open_page, server):
    page = open_page("/")
    title = page.get_by_role("heading", name=re.compile("^What .* makes$")).inner_text()
    model = title.removeprefix("What ").removesuffix(" makes")
    answer = server.post(f"/api/v1/models/{model}/generate", {"count": 16, "seed": 1, "format": "json"}).json()
    assert shown(page, title, 16) == [base64.b64decode(image["png"]) for image in answer["images"]]
    page.get_by_role("button", name="Predict").click()
    shown(page, "Trained", 16)
    assert page.get_by_role("region", name=title).count() == 0, "what was asked for takes its place"


@pytest.mark.parametrize("count", [1, 16])
def test_submit_and_predict_by_mouse(open_page, server, count):
    page = open_page(ADDRESS)
    page.get_by_label("How many?").fill(str(count))
    page.get_by_label("Seed", exact=True).fill("5")
    page.get_by_role("button", name="Submit").click()
    assert shown(page, "Untrained", count) == generated(server, count, 5, True)
    assert images(page, "Trained") == []
    page.get_by_role("button", name="Predict").click()
    assert shown(page, "Trained", count) == generated(server, count, 5, False)
    assert images(page, "Untrained") == generated(server, count, 5, True), "the same noise stays"
    word = "image" if count == 1 else "images"
    assert re.search(rf"{count} {word} of seed 5", page.get_by_role("status").first.inner_text())


def test_by_keyboard_alone(open_page, server):
    page = open_page(ADDRESS)
    page.get_by_label("How many?").wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "count":
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    untrained = shown(page, "Untrained", 3)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Predict":
            break
    page.keyboard.press("Enter")
    trained = shown(page, "Trained", 3)
    assert trained != untrained
    for _ in range(40):
        page.keyboard.press("Tab")
        if "trained image 1" in (page.evaluate("document.activeElement.getAttribute('aria-label')") or ""):
            break
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert "index 0" in dialog.inner_text()
    page.keyboard.press("ArrowRight")
    assert "index 1" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


@pytest.mark.parametrize(
    "text, words",
    [
        ("0", "too few"),
        ("17", "too many"),
        ("-1", "too few"),
        ("1.5", "not whole"),
        ("abc", "not a number"),
        ("", "Enter a whole number"),
    ],
)
def test_refusals(open_page, text, words):
    page = open_page(ADDRESS)
    field = page.get_by_label("How many?")
    field.fill(text)
    sent = posts(page)
    for button in ("Submit", "Predict"):
        page.get_by_role("button", name=button).click()
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert words in alert.inner_text() and "1 to 16" in alert.inner_text()
        assert field.get_attribute("aria-invalid") == "true"
        assert page.evaluate("document.activeElement.id") == "count"
        described = page.locator(f"#{field.get_attribute('aria-describedby')}")
        assert described.inner_text() == alert.inner_text()
    box, below = field.bounding_box(), alert.bounding_box()
    assert below["y"] - box["y"] < 120 and abs(below["x"] - box["x"]) < 40, "beside the field"
    assert not sent, "nothing is sent"
    field.fill("4")
    page.get_by_role("button", name="Submit").click()
    shown(page, "Untrained", 4)
    assert page.get_by_role("alert").count() == 0


def test_more(open_page):
    page = open_page(ADDRESS)
    page.get_by_label("more, up to 64").check()
    field = page.get_by_label("How many?")
    field.fill("65")
    page.get_by_role("button", name="Submit").click()
    assert "1 to 64" in page.get_by_role("alert").inner_text()
    field.fill("64")
    page.get_by_role("button", name="Submit").click()
    shown(page, "Untrained", 64)


def test_the_address_is_the_state(open_page, server):
    page = open_page(ADDRESS + "&count=4&seed=9&show=both")
    assert shown(page, "Trained", 4) == generated(server, 4, 9, False)
    assert page.get_by_label("How many?").input_value() == "4"
    page.get_by_label("How many?").fill("2")
    page.get_by_role("button", name="Submit").click()
    shown(page, "Untrained", 2)
    page.go_back()
    shown(page, "Trained", 4)
    page.reload()
    assert shown(page, "Trained", 4) == generated(server, 4, 9, False)


def test_large_view(open_page, server):
    page = open_page(ADDRESS + "&count=4&seed=9&show=both")
    shown(page, "Trained", 4)
    page.get_by_role("button", name="Enlarge trained image 2").click()
    dialog = page.get_by_role("dialog")
    assert "seed 9, index 1" in dialog.inner_text()
    with page.expect_download() as saved:
        page.keyboard.press("s")
    assert saved.value.suggested_filename == "tiny-step40-9-1.png"
    assert open(saved.value.path(), "rb").read() == generated(server, 4, 9, False)[1]
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    page.keyboard.press("n")
    near = dialog.get_by_role("region", name="Nearest training images").get_by_role("img")
    near.nth(4).wait_for()
    found = server.post("/api/v1/models/tiny/nearest_images", {"points": [{"seed": 9, "index": 1}]}).json()["nearest"][
        0
    ]
    assert [base64.b64decode(one.get_attribute("src").split(",")[1]) for one in near.all()] == [
        base64.b64decode(one["png"]) for one in found
    ]
    page.keyboard.press("a")
    page.wait_for_url("**/explore**")
    assert "a=9%3A1" in page.url
    page.get_by_label("Take image 2 of seed 9 out of A").wait_for()


def test_nearest_images_that_cannot_be_found_say_why(open_page):
    page = open_page(ADDRESS + "&count=4&seed=9&show=both")
    problem = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no data set lies at /gone"}
    answer = {"status": 404, "content_type": "application/problem+json", "body": json.dumps(problem)}
    page.route("**/nearest_images", lambda route: route.fulfill(**answer))
    page.get_by_role("button", name="Enlarge trained image 2").click()
    page.keyboard.press("n")
    page.get_by_role("dialog").get_by_role("alert").filter(has_text="no data set lies at /gone").wait_for()


def test_classes_and_truncation(open_page, server):
    name = server.get("/api/v1/models/classes").json()["classes"][1]
    page = open_page("/generate?model=classes&count=2&seed=1&show=both")
    shown(page, "Trained", 2)
    page.get_by_label("Class", exact=True).select_option(name)
    page.locator(f"[aria-label*='{name}']").nth(3).wait_for()
    assert page.locator(f"[aria-label*='{name}']").count() == 4
    page.get_by_label(re.compile("Truncation")).fill("0.5")
    page.wait_for_url("**truncation=0.5**")
