"""Commands by a few letters, help, j and k, and the link of what is shown."""
import pathlib

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"


def found(page):
    return page.get_by_role("listbox", name="Commands")


def focused(page):
    return page.evaluate("document.activeElement.textContent")


def test_the_palette_goes_to_a_run(open_page):
    page = open_page("/models")
    page.get_by_role("link", name="tiny", exact=True).wait_for()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="What to do or where to go")
    box.wait_for()
    found(page).get_by_role("option", name="tiny run").wait_for()
    page.keyboard.type("tin")
    found(page).get_by_role("option", name="classes run").wait_for(state="detached")
    assert found(page).get_by_role("option").first.inner_text().startswith("tiny")
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/tiny")
    assert not page.get_by_role("dialog").count()


def test_the_palette_by_arrows_and_mouse(open_page):
    page = open_page("/runs")
    page.get_by_role("button", name="Commands").click()
    page.keyboard.type("theme")
    options = found(page).get_by_role("option")
    found(page).get_by_role("option", name="Runs view").wait_for(state="detached")
    assert [options.nth(i).get_attribute("aria-selected") for i in range(3)] == ["true", "false", "false"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert options.nth(2).get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.locator("html[data-theme=dark]").wait_for(state="attached")  # set once the page has been drawn again
    page.keyboard.press("Control+k")
    page.keyboard.type("nothing at all")
    page.get_by_text("Nothing is called so.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Commands").click()
    page.keyboard.type("explore")
    options.first.click()
    page.wait_for_url("**/explore**")


def test_help(open_page):
    page = open_page("/runs")
    page.get_by_role("rowheader").first.wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.get_by_text("nearest training images").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Help").click()
    page.get_by_role("button", name="Close").click()


def test_j_and_k_walk(open_page):
    page = open_page("/runs")
    page.get_by_role("rowheader").nth(1).wait_for()
    names = page.get_by_role("rowheader").all_inner_texts()
    for key, name in (("j", names[0]), ("j", names[1]), ("j", names[1]), ("k", names[0])):
        page.keyboard.press(key)
        assert focused(page).strip() == name.strip()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"Runs / {names[0].strip()}").wait_for()


def test_typing_is_not_taken(open_page):
    page = open_page("/generate?model=tiny")
    page.get_by_label("How many?").fill("")
    page.get_by_label("How many?").press_sequentially("j?k")
    assert page.get_by_label("How many?").input_value() == "j?k" and not page.get_by_role("dialog").count()


def test_a_link_is_copied(open_page):
    page = open_page("/runs/tiny?sample=step-000020.png", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_alt_text("samples of step 20").wait_for()
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_is_accessible_and_fits(open_page, theme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: scripts/studio --check installs it")
    for key in ("Control+k", "?"):
        page = open_page("/runs", viewport={"width": 320, "height": 640}, color_scheme=theme, bypass_csp=True)
        page.get_by_role("rowheader").first.wait_for()
        page.keyboard.press(key)
        page.get_by_role("dialog").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert not [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
