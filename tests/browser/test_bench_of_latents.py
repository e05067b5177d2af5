"""The scrubbed interpolation, any image as a corner, and directions as sliders: by mouse, keys and touch."""

import json
import re
import shutil

import pytest
from test_comfort import SHIFTS
from test_views import AXE, passes, settled, shown_in

TINY = "/explore?model=tiny&seed=2"
FRAMES = 16
PHONE = {"viewport": {"width": 390, "height": 900}, "has_touch": True, "is_mobile": True}


def frames_of(server, model="tiny", points=None, **more):
    points = points or [{"seed": 2, "index": index} for index in range(4)]
    answer = server.post(f"/api/v1/models/{model}/interpolate", {"points": points, "frames": FRAMES, **more})
    return [image["png"] for image in answer.json()["images"]]


def images_of(server, points, model="tiny", **more):
    answer = server.post(f"/api/v1/models/{model}/generate", {"points": points, "format": "json", **more}).json()
    return [image["png"] for image in answer["images"]]


def large(page, step):
    found = page.get_by_alt_text(f"the interpolation at step {step} of {FRAMES}")
    found.wait_for()
    return found.get_attribute("src").split(",")[1]


def scrubber(page):
    return page.get_by_role("slider", name=re.compile(r"^Step \d+ of 16"))


def test_the_interpolation_is_scrubbed(open_page, server):
    page = open_page(TINY)
    wanted = frames_of(server)
    assert large(page, 1) == wanted[0]
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    scrubber(page).press("ArrowRight")
    assert large(page, 2) == wanted[1]
    scrubber(page).press("End")
    page.wait_for_url("**frame=15")
    assert large(page, 16) == wanted[15]
    page.get_by_role("group", name="Steps").get_by_role("button", name="Step 5", exact=True).click()
    page.wait_for_url("**frame=4")
    assert large(page, 5) == wanted[4]
    box = scrubber(page).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("frame=[78]$"))
    assert not asked, "the frames are there"
    page.get_by_role("group", name="Steps").get_by_role("button", name="Step 5", exact=True).press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**frame=5")
    page.reload()
    assert large(page, 6) == wanted[5]


def test_the_interpolation_plays(open_page):
    page = open_page(TINY)
    large(page, 1)
    before = page.url
    page.get_by_role("button", name="Play").click()
    passes(page, f"the interpolation at step 16 of {FRAMES}")
    assert page.url == before, "the address follows when it stops"
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(300)
    stopped = page.get_by_alt_text(re.compile("^the interpolation at step")).get_attribute("alt")
    page.wait_for_timeout(500)
    assert page.get_by_alt_text(stopped).count() == 1


def test_the_interpolation_by_touch(open_page):
    page = open_page(TINY, **PHONE)
    large(page, 1)
    page.get_by_role("group", name="Steps").get_by_role("button", name="Step 9", exact=True).tap()
    large(page, 9)
    box = scrubber(page).bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    large(page, 16)


def corners(page):
    return [image.get_attribute("src").split(",")[1] for image in page.locator(".corner img").all()]


def test_any_image_is_a_corner(open_page, server):
    """Of any class, of another seed, by mouse, keys and dragging; the blend at a corner is that very image."""
    first, second = server.get("/api/v1/models/classes").json()["classes"][:2]
    tall = {"width": 1280, "height": 2600}  # what is dragged and where to are on the screen
    page = open_page(f"/explore?model=classes&seed=2&class={first}&pad=0,0", viewport=tall)
    palette = page.get_by_role("group", name="Images to choose from")
    palette.locator("img").nth(15).wait_for()
    page.get_by_label("Class", exact=True).select_option(second)
    page.wait_for_url(f"**class={second}**")
    page.get_by_role("radio", name="upper left corner").check()
    palette.get_by_role("button", name=re.compile("^Image 6\\b")).click()
    palette.get_by_role("button", name=re.compile("^Image 7\\b")).press("4")
    page.get_by_label("Class", exact=True).select_option(first)
    palette.get_by_role("button", name=re.compile("^Image 8\\b")).drag_to(
        page.get_by_role("slider", name=re.compile("^Blend")), target_position={"x": 250, "y": 20}
    )
    page.wait_for_url(re.compile("corners=2%3A5%3Aclass%3D.*%2C2%3A7%3Aclass%3D.*%2C2%3A2.*%2C2%3A6%3Aclass%3D"))
    points = [
        {"seed": 2, "index": 5, "class": second},
        {"seed": 2, "index": 7, "class": first},
        {"seed": 2, "index": 2, "class": first},
        {"seed": 2, "index": 6, "class": second},
    ]
    wanted = images_of(server, points, "classes")
    for number, image in enumerate(wanted):
        page.locator(f".corner-{number} img[src$='{image}']").wait_for()
    page.reload()
    settled(page)
    assert corners(page) == wanted
    pixels = page.evaluate(
        """async (pngs) => Promise.all(pngs.map(async (png) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      canvas.getContext('2d').drawImage(image, 0, 0);
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.join();
    }))""",
        [wanted[0], page.get_by_alt_text("the blend").get_attribute("src").split(",")[1], large(page, 1), wanted[1]],
    )
    assert pixels[0] == pixels[1] == pixels[2] != pixels[3]


@pytest.mark.parametrize("by", ["key", "palette"])
def test_a_marked_image_is_a_corner(open_page, server, by):
    label = server.get("/api/v1/models/classes").json()["classes"][2]
    page = open_page(f"/generate?model=classes&count=4&seed=9&show=both&truncation=0.5&class={label}")
    page.get_by_role("button", name=re.compile("^Enlarge trained image 2,")).click()
    page.keyboard.press("b")
    page.get_by_text("Marked best.").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "open=" not in url)
    if by == "key":
        page.get_by_role("region", name="Marked best").get_by_role("button").click()
        page.get_by_role("dialog").get_by_role("button", name="upper right corner").wait_for()
        page.keyboard.press("2")
    else:
        page.goto(page.url.split("/generate")[0] + "/explore?model=classes&seed=2")
        marked = page.get_by_role("group", name="Images marked best")
        marked.get_by_role("button", name=re.compile("^Marked image, seed 9, index 1,")).press("2")
    page.wait_for_url("**/explore?**corners=**")
    point = {"seed": 9, "index": 1, "class": label, "truncation": 0.5}
    image = images_of(server, [point], "classes")[0]
    page.locator(f".corner-1 img[src$='{image}']").wait_for()


def test_a_corner_by_touch(open_page, server):
    page = open_page(TINY, **PHONE)
    page.get_by_role("group", name="Images to choose from").locator("img").nth(15).wait_for()
    page.get_by_role("radio", name="lower left corner").tap()
    page.get_by_role("button", name=re.compile("^Image 9\\b")).tap()
    image = images_of(server, [{"seed": 2, "index": 8}])[0]
    page.locator(f".corner-2 img[src$='{image}']").wait_for()


WITH = "&with=2:4,2:5&without=2:6"


def sliders(page):
    return page.get_by_role("region", name="Directions as sliders")


def keep(page, name):
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Keep as a slider").click()
    page.get_by_text(f"{name} is kept").wait_for()


def moved_images(server, *moves):
    directions = []
    for one, other, _ in moves:
        groups = [[{"seed": 2, "index": i} for i in group] for group in (one, other)]
        body = {"with": groups[0], "without": groups[1], "apply": groups[0][:1], "vectors": True}
        directions.append(server.post("/api/v1/models/tiny/direction", body).json()["direction"])
    points = [{"seed": 2, "index": i} for i in range(4)]
    return images_of(server, points, directions=directions, strengths=[strength for _, _, strength in moves])


def test_directions_are_sliders(open_page, server):
    page = open_page(TINY + WITH)
    page.get_by_role("region", name="Along the direction").locator("img").nth(27).wait_for()
    assert sliders(page).count() == 0, "nothing is kept yet"
    page.get_by_role("button", name="Keep as a slider").click()
    page.get_by_text("Give it a name first.").wait_for()
    keep(page, "colour")
    page.goto(page.url.split("/explore")[0] + TINY + "&with=2:7&without=2:8")
    keep(page, "size; 50%|x")
    plain = images_of(server, [{"seed": 2, "index": i} for i in range(4)])
    sliders(page).locator(f"img[src$='{plain[3]}']").wait_for()
    assert shown_in(sliders(page)) == plain
    colour = sliders(page).get_by_role("slider", name="colour")
    assert [colour.get_attribute(name) for name in ("min", "max")] == ["-3", "3"] and colour.input_value() == "0"
    colour.press("End")
    wanted = moved_images(server, ([4, 5], [6], 3))
    sliders(page).locator(f"img[src$='{wanted[0]}']").wait_for()
    assert shown_in(sliders(page)) == wanted
    size = sliders(page).get_by_role("slider", name="size")
    size.press("Home")
    for _ in range(10):
        size.press("ArrowRight")
    assert size.get_attribute("aria-valuetext") == "−2 times"
    wanted = moved_images(server, ([4, 5], [6], 3), ([7], [8], -2))
    sliders(page).locator(f"img[src$='{wanted[0]}']").wait_for()
    assert shown_in(sliders(page)) == wanted, "both at once"
    page.reload()
    sliders(page).locator(f"img[src$='{wanted[0]}']").wait_for()
    sliders(page).get_by_role("button", name="Reset colour").click()
    wanted = moved_images(server, ([7], [8], -2))
    sliders(page).locator(f"img[src$='{wanted[0]}']").wait_for()
    sliders(page).get_by_role("button", name="Reset all").click()
    sliders(page).locator(f"img[src$='{plain[0]}']").wait_for()
    page.wait_for_url(lambda url: "sliders=" not in url)
    sliders(page).get_by_role("button", name="Forget colour").click()
    sliders(page).get_by_role("slider", name="colour").wait_for(state="detached")
    sliders(page).get_by_role("button", name="Forget size").click()
    sliders(page).wait_for(state="detached")


def test_a_direction_that_cannot_be_forgotten_stays(chromium, start, runs, tmp_path):
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    page = chromium.new_page()
    with start(tmp_path) as server:
        port = server.port
        page.goto(f"http://127.0.0.1:{port}{TINY}{WITH}")
        keep(page, "colour")
    forget = sliders(page).get_by_role("button", name="Forget colour")
    forget.click()
    sliders(page).get_by_role("alert").filter(has_text="The server does not answer.").wait_for()
    assert sliders(page).get_by_role("slider", name="colour").count() == 1
    with start(tmp_path, "--port", str(port)) as server:
        page.get_by_text("The connection is lost").wait_for(state="detached")
        assert [one["name"] for one in server.get("/api/v1/models/tiny/kept").json()["directions"]] == ["colour"]
        forget.click()
        sliders(page).wait_for(state="detached")
        assert server.get("/api/v1/models/tiny/kept").json()["directions"] == []
    page.close()


def test_an_address_brings_its_sliders(open_page, server):
    page = open_page(TINY + "&sliders=colour|3|2:4,2:5|2:6")
    wanted = moved_images(server, ([4, 5], [6], 3))
    sliders(page).locator(f"img[src$='{wanted[3]}']").wait_for()
    sliders(page).get_by_role("button", name="Keep colour").click()
    sliders(page).get_by_role("button", name="Keep colour").wait_for(state="detached")
    page.goto(page.url.split("/explore")[0] + TINY)
    assert sliders(page).get_by_role("slider", name="colour").input_value() == "0", "it is kept"
    page.goto(page.url.split("/explore")[0] + "/explore?model=classes")
    page.get_by_role("heading", name="Explore").wait_for()
    page.locator(".corner img").nth(3).wait_for()
    assert sliders(page).count() == 0, "another model's"


def test_a_direction_of_an_earlier_step_says_so(open_page):
    page = open_page("/models")
    groups = {"with": [{"seed": 1, "index": 0}], "without": [{"seed": 1, "index": 1}]}
    kept = [{"model": "tiny", "step": 20, "name": "old", **groups}]
    page.evaluate("(kept) => localStorage.setItem('ganymede-directions', kept)", json.dumps(kept))
    page.goto(page.url.replace("/models", TINY))
    sliders(page).get_by_text("kept at step 20; the model is at 40 now").wait_for()


def test_sliders_by_touch(open_page, server):
    page = open_page(TINY + "&sliders=colour|0|2:4,2:5|2:6", **PHONE)
    colour = sliders(page).get_by_role("slider", name="colour")
    colour.scroll_into_view_if_needed()
    box = colour.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    page.wait_for_function("(one) => Number(one.value) > 2", arg=colour.element_handle())
    wanted = moved_images(server, ([4, 5], [6], float(colour.input_value())))
    sliders(page).locator(f"img[src$='{wanted[3]}']").wait_for()


FULL = TINY + WITH + "&frame=7&sliders=colour|1.5|2:4,2:5|2:6;a name that is rather long, of 40 letter|-2|2:7|2:8"


@pytest.mark.parametrize("width", [320, 390, 700, 1280, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits(open_page, width, theme):
    page = open_page(FULL, viewport={"width": width, "height": 900}, color_scheme=theme)
    settled(page)
    sliders(page).locator("img").nth(3).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    scales = page.locator("img.pixels").evaluate_all("all => all.map((one) => one.clientWidth / one.naturalWidth)")
    assert all(scale >= 1 and scale == round(scale) for scale in scales), "whole pixels"
    assert page.evaluate(SHIFTS) < 0.02


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(open_page, theme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: scripts/studio --check installs it")
    page = open_page(FULL, color_scheme=theme, bypass_csp=True)
    settled(page)
    sliders(page).locator("img").nth(3).wait_for()
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    assert not wrong, wrong
