"""Explore, Runs and Models, both themes and all widths, accessibility, and what happens when the server is gone."""
import pathlib
import re
import shutil
import subprocess

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"
ADDRESSES = [
    "/generate?model=tiny&count=16&seed=1&show=both",
    "/explore?model=tiny&a=1:0,1:1&b=1:2&c=1:3",
    "/explore?model=classes&with=1:0,1:1&without=1:2&to=bars&still=1",
    "/gallery",
    "/gallery?chosen=tiny@1:0,classes@1:1&side=1",
    "/runs",
    "/runs/tiny",
    "/models",
    "/models/tiny",
]


def settled(page):
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle") if "/runs" not in page.url else page.wait_for_timeout(1500)


def passes(page, alt):
    """Waits for an image that is shown only for a moment: a locator looks twice a second and can miss it for ever."""
    page.wait_for_function("alt => [...document.images].some(one => one.alt === alt)", arg=alt, polling="raf")


def test_arithmetic(open_page, server):
    page = open_page("/explore?model=tiny&seed=2")
    for index, key in ((0, "a"), (1, "a"), (2, "m"), (3, "p")):
        page.get_by_role("button", name=re.compile(f"^Image {index + 1}\\b")).focus()
        page.keyboard.press(key)
    page.wait_for_url("**a=2%3A0%2C2%3A1**")
    result = page.get_by_role("region", name="Result")
    result.locator("img").nth(8).wait_for()
    groups = {
        "a": [{"seed": 2, "index": 0}, {"seed": 2, "index": 1}],
        "b": [{"seed": 2, "index": 2}],
        "c": [{"seed": 2, "index": 3}],
    }
    wanted = [image["png"] for image in server.post("/api/v1/models/tiny/arithmetic", groups).json()["images"]]
    assert [image.get_attribute("src").split(",")[1] for image in result.locator("img").all()] == wanted
    page.reload()
    result.locator("img").nth(8).wait_for()
    page.get_by_label("Take image 1 of seed 2 out of A").click()
    page.wait_for_url(lambda url: "a=2%3A1&" in url)


def test_images_are_dropped_into_operands(open_page):
    page = open_page("/explore?model=tiny&seed=2")
    page.get_by_role("button", name=re.compile("^Image 5\\b")).locator("img").wait_for()
    page.get_by_role("button", name=re.compile("^Image 5\\b")).drag_to(page.get_by_role("region", name="Operand + C"))
    page.wait_for_url("**c=2%3A4**")


def shown_in(place):
    return [image.get_attribute("src").split(",")[1] for image in place.locator("img").all()]


def test_a_direction(open_page, server):
    page = open_page("/explore?model=tiny&seed=2")
    for index, key in ((4, "w"), (5, "w"), (6, "o")):
        page.get_by_role("button", name=re.compile(f"^Image {index + 1}\\b")).focus()
        page.keyboard.press(key)
    page.wait_for_url("**with=2%3A4%2C2%3A5**")
    applied = page.get_by_role("region", name="Along the direction")
    applied.locator("img").nth(27).wait_for()
    z = [image["z"] for image in server.generate(count=7, seed=2, format="json", vectors=True).json()["images"]]
    along = [(one + other) / 2 - without for one, other, without in zip(z[4], z[5], z[6])]

    def wanted(strength):
        rows = [
            [value + strength * (2 * step / 6 - 1) * by for value, by in zip(z[row], along)]
            for row in range(4)
            for step in range(7)
        ]
        return [image["png"] for image in server.generate(z=rows, format="json").json()["images"]]

    assert shown_in(applied) == wanted(1)
    applied.get_by_role("slider").press("End")
    page.wait_for_url("**strength=3**")
    page.reload()
    applied.locator("img").nth(27).wait_for()
    assert shown_in(applied) == wanted(3)
    page.get_by_label("Take image 7 of seed 2 out of without").click()
    applied.get_by_text("make a direction").wait_for()


def test_the_interpolation_turns_into_another_class(open_page, server):
    first, second = server.get("/api/v1/models/classes").json()["classes"][:2]
    page = open_page(f"/explore?model=classes&seed=2&class={second}")
    page.get_by_label(f"Turning from {second} into").select_option(first)
    page.get_by_label("the first image alone").check()
    page.wait_for_url(f"**to={first}&still=1**")
    still = [{"seed": 2, "index": 0}] * 2
    answer = server.post(
        "/api/v1/models/classes/interpolate", {"points": still, "frames": 16, "class": second, "to_class": first}
    )
    strip = page.get_by_role("group", name="Steps")
    last = answer.json()["images"][-1]["png"]
    strip.locator(f"img[src$='{last}']").first.wait_for()
    assert shown_in(strip) == [image["png"] for image in answer.json()["images"]]
    page.get_by_label(f"Turning from {second} into").select_option("")
    page.wait_for_url(lambda url: "to=" not in url and "still" not in url)


def test_the_interpolation_is_saved(open_page):
    page = open_page("/explore?model=tiny&seed=2")
    strip = page.get_by_role("region", name="Interpolation through them")
    for title, start in (("APNG", b"\x89PNG"), ("GIF", b"GIF89a"), ("Strip", b"\x89PNG")):
        with page.expect_download() as download:
            strip.get_by_role("button", name=title, exact=True).click()
        assert download.value.suggested_filename == "tiny-interpolation." + {"Strip": "png"}.get(title, title.lower())
        assert download.value.path().read_bytes().startswith(start)


def test_the_pad_blends(open_page):
    page = open_page("/explore?model=tiny&seed=2")
    blend = page.get_by_alt_text("the blend")
    blend.wait_for()
    before = blend.get_attribute("src")
    page.get_by_role("slider", name=re.compile("Blend")).focus()
    for _ in range(10):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**pad=1.000%2C0.500**")
    page.locator(f"[alt='the blend']:not([src='{before}'])").wait_for()


def test_runs_and_a_run(open_page):
    page = open_page("/runs")
    page.get_by_label("Choose tiny").check()
    page.get_by_label("Choose classes").check()
    page.get_by_role("button", name="Compare 2 runs").click()
    page.get_by_role(
        "group",
        name=re.compile(
            "^Losses: last values tiny: discriminator [\\d.]+, tiny: generator [\\d.]+, classes: discriminator"
        ),
    ).wait_for()
    page.goto(page.url.split("/runs")[0] + "/runs/tiny")
    page.get_by_alt_text("samples of step 40").wait_for()
    page.get_by_label(re.compile("^Step 40")).press("Home")
    page.get_by_alt_text("samples of step 0").wait_for()
    assert "sample=step-000000.png" in page.url
    page.get_by_alt_text("real images").wait_for()


def test_a_training_is_seen_live(chromium, start, program, runs, tmp_path):
    place = tmp_path / "runs"
    shutil.copytree(runs / "tiny", place / "live")
    with start(place) as server:
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/runs/live")
        page.get_by_alt_text("samples of step 40").wait_for()
        subprocess.run(
            [program, "--threads", "1", "-q", "train", "--resume", "--output", place / "live", "--steps", "60"],
            check=True,
            capture_output=True,
        )
        page.get_by_alt_text("samples of step 60").wait_for()
        page.get_by_text("step 60").first.wait_for()
        page.close()


def test_models(open_page, server):
    page = open_page("/models")
    page.get_by_role("link", name="tiny", exact=True).click()
    page.get_by_role("region", name="Generator", exact=True).wait_for()
    details = server.get("/api/v1/models/tiny").json()
    assert page.get_by_role("rowheader").count() == sum(
        len(details[part]["layers"]) for part in ("generator", "discriminator")
    )
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("^Download")).click()
    assert saved.value.suggested_filename == "tiny.safetensors"


def test_nothing_there_yet(chromium, start, tmp_path):
    with start(tmp_path) as server:
        page = chromium.new_page()
        for view in ("generate", "explore", "runs", "models"):
            page.goto(f"http://127.0.0.1:{server.port}/{view}")
            page.get_by_text("ganymede train shapes-hinge").wait_for()
        page.close()


def test_a_lost_server_is_said_and_comes_back(chromium, start, runs):
    page = chromium.new_page()
    with start(runs) as server:
        port = server.port
        page.goto(f"http://127.0.0.1:{port}/runs/tiny")
        page.get_by_alt_text("samples of step 40").wait_for()
    page.get_by_text("The connection is lost").first.wait_for()
    assert page.get_by_alt_text("samples of step 40").is_visible(), "what is there stays"
    with start(runs, "--port", str(port)):
        page.get_by_text("The connection is lost").first.wait_for(state="detached", timeout=40_000)
    page.close()


def test_a_token_is_asked_for(chromium, start, runs, tmp_path):
    secret = "a secret of more than sixteen characters"
    (tmp_path / "token").write_text(secret)
    with start(runs, "--token-file", tmp_path / "token") as server:
        page = chromium.new_context().new_page()
        page.goto(f"http://127.0.0.1:{server.port}/generate?count=1&seed=1&show=both")
        page.get_by_role("textbox", name="Token").fill(secret)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("region", name="Trained", exact=True).locator("img").wait_for()
        page.context.close()


@pytest.mark.parametrize("width", [320, 390, 700, 1440, 1920])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_wider_than_the_window(open_page, address, theme, width):
    page = open_page(address, viewport={"width": width, "height": 900}, color_scheme=theme)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 384) == (theme == "dark")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_accessible(open_page, address, theme):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: scripts/studio --check installs it")
    page = open_page(address, color_scheme=theme, bypass_csp=True)
    settled(page)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    assert not wrong, wrong


def test_a_model_is_exported(open_page, server):
    page = open_page("/models/tiny")
    card = page.get_by_role("region", name="For other programs")
    for choice, checks, name, asked in (
        ("TorchScript", (), "tiny.pt", {"format": "torchscript"}),
        ("ONNX", ("16-bit weights",), "tiny.onnx", {"format": "onnx", "weights": "f16"}),
        ("ONNX", ("the discriminator, too",), "tiny-onnx.zip", {"format": "onnx", "network": "both"}),
        ("Hugging Face", (), "tiny-hub.zip", {"format": "hub"}),
    ):
        card.get_by_label("Format").select_option(
            card.get_by_role("option").filter(has_text=choice).get_attribute("value"))
        for box in card.get_by_role("checkbox").all():
            box.uncheck()
        for label in checks:
            card.get_by_label(label).check()
        with page.expect_download() as saved:
            card.get_by_role("button", name="Export").click()
        assert saved.value.suggested_filename == name
        wanted = server.post("/api/v1/models/tiny/export", asked)
        assert pathlib.Path(saved.value.path()).read_bytes() == wanted.body
        assert f'filename="{name}"' in wanted.headers["content-disposition"]
