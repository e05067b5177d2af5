"""What a day with the page shows: colours that follow, whole pixels, nothing that jumps, all of it by keys and by
touch, and few requests."""

import re
import shutil

import pytest
from pretended import WAIT
from test_views import ADDRESSES, settled

SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  const observer = new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value)));
  observer.observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 300);
})"""


def chart(page, title="Losses"):
    found = page.get_by_role("group", name=re.compile(f"^{title}"))
    found.wait_for()
    return found


def lightness_of_lines(page):
    """Of the grey pixels in a row across the first chart: nearly all are of its grid."""
    seen = page.evaluate(
        """() => {
      const canvas = document.querySelector('.chart canvas'), context = canvas.getContext('2d');
      const {data} = context.getImageData(0, Math.floor(canvas.height / 2), canvas.width, 1), seen = [];
      for (let i = 0; i < data.length; i += 4) {
        const colour = [data[i], data[i + 1], data[i + 2]];
        if (data[i + 3] > 200 && Math.max(...colour) - Math.min(...colour) < 24) seen.push(data[i]);
      }
      return seen;
    }"""
    )
    return sorted(seen)[len(seen) // 2]


@pytest.mark.parametrize("first, then", [("light", "dark"), ("dark", "light")])
def test_charts_follow_the_system(open_page, first, then):
    page = open_page("/runs/tiny", color_scheme=first)
    chart(page)
    page.wait_for_timeout(300)
    before = lightness_of_lines(page)
    page.emulate_media(color_scheme=then)
    page.wait_for_timeout(500)
    after = lightness_of_lines(page)
    assert (before > 128) == (first == "light") and (after > 128) == (then == "light"), (before, after)


@pytest.mark.parametrize("first, then", [("light", "dark"), ("dark", "light")])
def test_charts_follow_the_theme_that_is_chosen(open_page, first, then):
    page = open_page("/runs/tiny", color_scheme=first)
    chart(page)
    page.wait_for_timeout(300)
    page.get_by_label("Theme").select_option(then)
    page.wait_for_timeout(500)
    assert (lightness_of_lines(page) > 128) == (then == "light")


@pytest.mark.parametrize("width, ratio", [(390, 1), (390, 3), (1280, 1), (1440, 1.25), (900, 2)])
def test_images_cover_whole_pixels(open_page, width, ratio):
    for address in ("/runs/tiny", "/runs", "/generate?model=tiny&count=16&seed=1&show=both", "/models"):
        page = open_page(address, viewport={"width": width, "height": 900}, device_scale_factor=ratio)
        page.locator("img.pixels").first.wait_for()
        settled(page)
        scales = page.locator("img.pixels").evaluate_all(
            "all => all.map((image) => [image.getBoundingClientRect().width, image.getBoundingClientRect().height,"
            " image.naturalWidth, image.naturalHeight])"
        )
        for across, down, natural, natural_height in scales:
            scale = across * ratio / natural
            assert scale >= 0.99 and abs(scale - round(scale)) < 0.02, (address, across, natural)
            assert abs(down * ratio / natural_height - scale) < 0.02


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", [*ADDRESSES, "/runs/tiny?with=classes", "/generate"])
def test_nothing_jumps_while_it_loads(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 900})
    settled(page)
    assert page.evaluate(SHIFTS) < 0.02


LINES = """one => {
  const text = document.createRange();
  text.selectNodeContents(one.lastChild);
  return text.getClientRects().length;
}"""


@pytest.mark.parametrize("address", ["/generate?model=tiny", "/compare?model=tiny", "/runs"])
def test_the_narrowest_phone(open_page, address):
    page = open_page(address, viewport={"width": 320, "height": 640})
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for name in ("Generate", "Explore", "Compare", "Gallery", "Runs", "Models"):
        box = page.get_by_role("navigation").get_by_role("link", name=name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 320 and box["height"] >= 24
        link = page.get_by_role("navigation").get_by_role("link", name=name)
        assert link.evaluate("one => one.scrollWidth <= one.clientWidth")
        assert link.evaluate(LINES) == 1, "no word is broken"
    for width in (320, 360, 390, 430):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.locator(".model select").bounding_box()["width"] > 120, "a name can be read"


def test_text_follows_the_browser(open_page):
    page = open_page("/runs/tiny")
    chart(page)
    sizes = (
        "() => [...document.querySelectorAll('h1, h2, p, a, button, summary, label, figcaption, .legend')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    before = page.evaluate(sizes)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    after = page.evaluate(sizes)
    assert before and all(abs(large / small - 2) < 0.01 for small, large in zip(before, after))
    page.evaluate("document.documentElement.style.fontSize = ''")
    rules = page.evaluate(
        "[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText))"
        ".filter((text) => /font(-size)?: [^;]*px/.test(text) && !/uplot|u-/.test(text))"
    )
    assert not rules


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_arrows_walk_a_grid(open_page):
    page = open_page("/generate?model=tiny&count=9&seed=9&show=both")
    trained = page.get_by_role("region", name="Trained", exact=True)
    trained.get_by_role("button").nth(8).wait_for()
    trained.get_by_role("button").first.focus()
    for key, image in (
        ("ArrowRight", 2),
        ("ArrowDown", 5),
        ("ArrowDown", 8),
        ("ArrowDown", 8),
        ("ArrowLeft", 7),
        ("ArrowUp", 4),
        ("End", 9),
        ("Home", 1),
        ("ArrowLeft", 1),
    ):
        page.keyboard.press(key)
        assert focused(page).startswith(f"Enlarge trained image {image},"), key
    page.keyboard.press("Tab")
    assert "trained image" not in (focused(page) or ""), "one stop for Tab"
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("Enlarge trained image 1,")
    page.goto(page.url.split("/generate")[0] + "/explore?model=tiny&seed=2")
    palette = page.get_by_role("group", name="Images to choose from")
    palette.locator("img").nth(15).wait_for()
    palette.get_by_role("button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("m")
    page.wait_for_url("**b=2%3A1**")
    assert focused(page).startswith("Image 2, in")


def test_a_chart_by_keyboard(open_page):
    page = open_page("/runs/tiny")
    losses = chart(page)
    page.get_by_label("Without outliers").focus()
    page.keyboard.press("Tab")  # over the button that cannot be pressed
    assert losses.evaluate("one => one.matches(':focus-visible')")
    page.keyboard.press("Home")
    said = losses.get_by_role("status")
    assert re.match(r"step 5: discriminator [\d.]+, generator [\d.]+", said.inner_text())
    page.keyboard.press("ArrowRight")
    assert said.inner_text().startswith("step 10:")
    assert "step 10" in chart(page, "Gradient norms").inner_text(), "the cursor is of all charts"
    page.keyboard.press("+")
    page.keyboard.press("0")
    page.keyboard.press("End")
    assert said.inner_text().startswith("step 40:") and "zoom" not in page.url


def test_operands_by_touch(open_page):
    page = open_page(
        "/explore?model=tiny&seed=2", viewport={"width": 390, "height": 900}, has_touch=True, is_mobile=True
    )
    palette = page.get_by_role("group", name="Images to choose from")
    palette.locator("img").nth(15).wait_for()
    for number, target, name in (
        (1, "− B", "b"),
        (2, "with", "with"),
        (3, "without", "without"),
        (4, "+ C", "c"),
        (5, "A", "a"),
    ):
        page.get_by_role("radio", name=target, exact=True).tap()
        palette.get_by_role("button", name=re.compile(f"^Image {number}\\b")).tap()
        page.wait_for_url(re.compile(f"[?&]{name}=2%3A{number - 1}"))
    page.get_by_role("region", name="Result").locator("img").nth(8).wait_for()
    page.get_by_role("button", name="Take image 5 of seed 2 out of A").tap()
    page.wait_for_url(lambda url: "&a=" not in url)


def test_a_request_of_the_time_without_a_server_is_made_again(chromium, start, runs):
    page = chromium.new_page()
    with start(runs) as server:
        port = server.port
        page.goto(f"http://127.0.0.1:{port}/generate?model=tiny&count=4&seed=9&show=both")
        trained = page.get_by_role("region", name="Trained", exact=True)
        trained.locator("img").nth(3).wait_for()
        shown = [image.get_attribute("src") for image in trained.locator("img").all()]
    page.get_by_text("The connection is lost").wait_for()
    assert [image.get_attribute("src") for image in trained.locator("img").all()] == shown, "what is there stays"
    page.get_by_label("How many?").fill("2")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/generate")):
        page.get_by_role("button", name="Predict").click()
    page.wait_for_timeout(300)
    assert page.get_by_text("The server does not answer").count() == 0, "the shell says so, and nobody else"
    page.get_by_role("link", name="Explore").click()
    page.get_by_role("link", name="Models").click()
    page.wait_for_timeout(500)
    page.go_back()
    page.go_back()
    assert page.get_by_text("The connection is lost").count() == 1, "said once"
    with start(runs, "--port", str(port)):
        trained.locator("img").nth(1).wait_for(timeout=40_000)
        assert [image.get_attribute("src") for image in trained.locator("img").all()] == shown[:2]
        page.get_by_text("The connection is lost").wait_for(state="detached")
    page.close()


@pytest.fixture(scope="module")
def many(start, runs, tmp_path_factory):
    """A server of 61 runs of 10,001 rows."""
    place = tmp_path_factory.mktemp("many") / "runs"
    rows = "\n".join(f"{i},{i / 8},{i * 8},{i / 10},{1 + i % 7},{2 + i % 5}" for i in range(1, 10_001))
    for number in range(61):
        shutil.copytree(
            runs / "tiny", place / f"run{number:02}", ignore=shutil.ignore_patterns("checkpoints", "*.safetensors")
        )
        last = f"10001,1251,80008,1001,{number * 7919 % 997 / 997:.6f},{number * 6151 % 983 / 983:.6f}"  # each its own
        table = f"step,epoch,images,seconds,loss_d,loss_g\n{rows}\n{last}\n"
        (place / f"run{number:02}" / "metrics.csv").write_text(table)
    with start(place) as server:
        yield server


IN_SIGHT = """() => [...document.querySelectorAll('.thumbnail')].every((place) => {
  const {top, bottom} = place.getBoundingClientRect();
  return bottom < -100 || top > innerHeight + 100 || place.querySelector('img')?.complete;
})"""  # with what is asked for before it is seen


class Traffic:
    """What a page asks for, and the bytes that come, without its own: 120,000 at most (tests/studio)."""

    def __init__(self, page):
        self.page, self.bytes, self.asked, self.answered = page, [], set(), []
        self.open = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        documents = set()
        session.on("Network.requestWillBeSent", lambda event: documents.add(event["loaderId"]))
        session.on(
            "Network.loadingFinished",
            lambda event: event["requestId"] in documents or self.bytes.append(event["encodedDataLength"]),
        )
        page.on("request", self.begin)
        page.on("requestfinished", self.end)
        page.on("requestfailed", self.end)

    def begin(self, request):
        if request.url.startswith("http"):
            self.open += 1
            self.asked.add(request.url)

    def end(self, request):
        if request.url.startswith("http"):
            self.open -= 1
            self.answered.append(request.url)

    def wait_for(self, condition):
        for _ in range(6000):
            if condition():
                return
            self.page.wait_for_timeout(10)
        raise AssertionError("it did not happen in time")

    def comes_to_rest(self):
        """All thumbnails in sight are there, and nothing is asked for."""
        self.page.wait_for_function(IN_SIGHT)
        self.wait_for(lambda: not self.open)


def test_a_long_list_costs_little(chromium, many):
    many.wait_for(lambda: {run["rows"] for run in many.get("/api/v1/runs").json()["runs"]} == {10_001}, 60)
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(WAIT)
    page = context.new_page()
    traffic = Traffic(page)
    page.goto(f"http://127.0.0.1:{many.port}/runs")
    page.get_by_role("row").nth(61).wait_for()
    page.locator(".spark polyline").nth(121).wait_for(state="attached")
    traffic.comes_to_rest()
    asked, size = len(traffic.asked), sum(traffic.bytes)  # what is looked at again, as time passes, counts once
    print(asked, "addresses,", size, "bytes")
    assert asked < 24 and size < 180_000, (size, sorted(traffic.asked))
    page.get_by_role("row").nth(61).scroll_into_view_if_needed()
    page.get_by_role("row").nth(61).locator(".thumbnail img").wait_for()
    traffic.comes_to_rest()
    traffic.bytes.clear()
    traffic.answered.clear()
    traffic.wait_for(lambda: sum(url.endswith("/api/v1/runs") for url in traffic.answered) >= 3)
    print(len(traffic.answered), "answers again,", sum(traffic.bytes), "bytes")
    again = {url.split("/api/v1/")[1] for url in traffic.answered}
    assert again <= {"runs", "models"}, "what did not change is not asked for again"
    assert sum(traffic.bytes) < 5000, "nor sent again"
    context.close()
