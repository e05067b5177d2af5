"""The charts of a run: how they are looked at is in the address; one zoom, one cursor and one marker; files and a table
of each."""

import csv
import io
import re
import struct

import pytest


def chart(page, title="Losses"):
    found = page.get_by_role("group", name=re.compile(f"^{title}: last values"))
    found.wait_for()
    return found


def toolbar(page):
    return page.get_by_role("group", name="How charts are looked at")


def columns(server, run="tiny"):
    return server.get(f"/api/v1/runs/{run}/metrics").json()["columns"]


def test_smoothing_is_said_on_the_chart(open_page, server):
    page = open_page("/runs/tiny")
    before = chart(page).get_by_text("discriminator").inner_text()
    assert not chart(page).get_by_text("smoothed").count()
    slider = toolbar(page).get_by_role("slider", name=re.compile("^Smoothing"))
    slider.fill("0.9")
    page.wait_for_url("**smooth=0.9")
    chart(page).get_by_text("smoothed 0.9").wait_for()
    after = chart(page).get_by_text("discriminator").inner_text()
    total = share = 0
    for value in columns(server)["loss_d"]:
        total, share = 0.9 * total + 0.1 * value, 0.9 * share + 0.1
    assert float(after.split()[-1]) == pytest.approx(total / share, rel=1e-3) and before != after
    page.reload()
    chart(page).get_by_text("smoothed 0.9").wait_for()
    slider.press("Home")
    chart(page).get_by_text("smoothed").wait_for(state="detached")


def test_across_and_down(open_page, server):
    page = open_page("/runs/tiny")
    losses, known = chart(page), columns(server)
    for axis, text in (
        ("epoch", f"epoch {known['epoch'][-1]:g}"),
        ("images", f"{known['images'][-1]:,.0f} images"),
        ("time", " s"),
        ("step", "step 40"),
    ):
        toolbar(page).get_by_label("Across").select_option(axis)
        losses.locator(".legend .value", has_text=text).first.wait_for()
    assert "x=" not in page.url, "what is usual is not in the address"
    toolbar(page).get_by_label("Logarithmic").check()
    losses.get_by_text("logarithmic").wait_for()
    toolbar(page).get_by_label("Without outliers").check()
    losses.get_by_text("2nd to 98th percentile").wait_for()
    page.wait_for_url("**y=log&range=robust")


HEIGHT = """() => {
  const canvas = document.querySelector('.chart canvas'), whole = canvas.getBoundingClientRect();
  const over = document.querySelector('.chart .u-over').getBoundingClientRect(), ratio = canvas.width / whole.width;
  const x = Math.round((over.left - whole.left + over.width / 2) * ratio);
  const {data} = canvas.getContext('2d').getImageData(x, 0, 1, canvas.height);
  for (let y = 0; y < canvas.height; ++y)
    if (Math.abs(data[4 * y] - 11) + Math.abs(data[4 * y + 1] - 123) + Math.abs(data[4 * y + 2] - 192) < 90)
      return 1 - (y / ratio - (over.top - whole.top)) / over.height;
  return -1;
}"""  # of the first curve (#0b7bc0) in the middle of its chart, 0 to 1


@pytest.mark.parametrize(
    "label, values",
    [
        ("Logarithmic", [10 ** (i / 25) for i in range(101)]),
        ("Without outliers", [*range(1, 101), 10_000]),
    ],
)
def test_a_logarithm_and_outliers_are_drawn(open_page, label, values):
    """A curve that lies at the bottom of the chart but for its end is drawn through the middle."""
    steps = list(range(1, 102))
    columns = {"step": steps, "epoch": steps, "images": steps, "seconds": steps, "loss_d": values}
    page = open_page("/models")
    page.route(
        "**/api/v1/runs/tiny/curves*", lambda route: route.fulfill(json={"first": 0, "rows": 101, "columns": columns})
    )
    page.goto(page.url.replace("/models", "/runs/tiny"))
    chart(page)
    page.wait_for_function(f"({HEIGHT})() > 0")
    assert page.evaluate(HEIGHT) < 0.2
    toolbar(page).get_by_label(label).check()
    page.wait_for_function(f"Math.abs(({HEIGHT})() - 0.5) < 0.15")


def test_a_colour_is_a_run_and_a_dash_a_network(open_page):
    page = open_page("/runs/tiny?with=classes")
    chart(page).locator(".entry").nth(3).wait_for()
    names = [re.sub(r"\s[\d.]+$", "", name) for name in chart(page).locator(".entry").all_inner_texts()]
    networks = ("discriminator", "generator")
    assert names == [f"{run}: {network}" for run in ("tiny", "classes") for network in networks]
    lines = chart(page).locator(".entry line")
    colours = lines.evaluate_all("all => all.map((one) => one.getAttribute('stroke'))")
    dashes = lines.evaluate_all("all => all.map((one) => one.getAttribute('stroke-dasharray'))")
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert dashes[0] == dashes[2] == "" and dashes[1] == dashes[3] != ""


def drag(page, figure, begin, end):
    box = figure.locator(".u-over").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=4)
    page.mouse.up()


def rows(page, title):
    table = page.get_by_role("region", name=f"Values of {title}")
    if not table.count():
        page.get_by_role("button", name=f"Values of {title} as a table").click()
    return [int(re.sub(r"\D", "", text)) for text in table.get_by_role("rowheader").all_inner_texts()]


def test_all_charts_are_zoomed_together(open_page):
    page = open_page("/runs/tiny")
    chart(page).scroll_into_view_if_needed()
    assert rows(page, "Gradient norms") == [5, 10, 15, 20, 25, 30, 35, 40]
    drag(page, chart(page), 0.4, 0.8)
    page.wait_for_url("**zoom=**")
    low, high = map(float, re.search(r"zoom=([\d.]+)(?:%2C|,)([\d.]+)", page.url).groups())
    assert 17 < low < 21 and 31 < high < 35
    assert rows(page, "Gradient norms") == [20, 25, 30] == rows(page, "Losses")
    page.reload()
    chart(page)
    assert rows(page, "Gradient norms") == [20, 25, 30], "it is in the address"
    toolbar(page).get_by_role("button", name="Show all").click()
    page.wait_for_url(lambda url: "zoom" not in url)
    assert len(rows(page, "Gradient norms")) == 8
    chart(page).focus()
    page.keyboard.press("Home")
    page.keyboard.press("+")
    page.wait_for_url("**zoom=5**")
    assert rows(page, "Gradient norms")[-1] < 40
    page.keyboard.press("0")
    page.wait_for_url(lambda url: "zoom" not in url)


STILL = """() => new Promise((told) => {
  const seen = new Set();
  const look = () => { seen.add(location.search); look.left-- ? requestAnimationFrame(look) : told([...seen]); };
  look.left = 30;
  look();
})"""


@pytest.mark.parametrize("keys, zoomed", [("+0", False), ("++0", False), ("0+", True), ("+0+-", False), ("+-+", True)])
def test_keys_faster_than_the_page(open_page, keys, zoomed):
    page = open_page("/runs/tiny")
    losses = chart(page)
    losses.focus()
    losses.evaluate(
        "(one, keys) => {"
        " for (const key of keys) one.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })) }",
        keys,
    )
    for key in keys:
        page.keyboard.press(key)
    seen = page.wait_for_function(STILL).json_value()
    assert len(seen) == 1 and ("zoom=" in seen[0]) == zoomed, "address and charts have come to rest"


def test_a_chart_and_the_samples_are_of_one_step(open_page):
    page = open_page("/runs/tiny")
    page.get_by_alt_text("samples of step 40").wait_for()
    losses = chart(page)
    losses.scroll_into_view_if_needed()
    box = losses.locator(".u-over").bounding_box()
    page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 30)  # step 20 or so
    page.get_by_alt_text("samples of step 20").wait_for()
    assert "sample=step-000020.png" in page.url and "zoom" not in page.url
    losses.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.get_by_alt_text("samples of step 40").wait_for()


def accents(page):
    """How many pixels of the first chart have the marker's colour, by their place across, 0 to 1."""
    return page.evaluate(
        """() => {
      const canvas = document.querySelector('.chart canvas');
      const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const probe = document.createElement('span');
      probe.style.color = 'var(--accent)';
      document.body.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      probe.remove();
      const seen = {};
      for (let i = 0; i < data.length; i += 4)
        if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 12) {
          const x = (i / 4) % canvas.width;
          seen[x] = (seen[x] ?? 0) + 1;
        }
      return Object.entries(seen).filter(([, count]) => count > 30).map(([x]) => x / canvas.width);
    }"""
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_scrubber_marks_its_step_on_the_charts(open_page, theme):
    page = open_page("/runs/tiny?sample=step-000020.png", color_scheme=theme)
    chart(page)
    page.get_by_alt_text("samples of step 20").wait_for()
    page.wait_for_function("document.querySelector('.chart canvas')")
    page.wait_for_timeout(300)
    middle = accents(page)
    page.get_by_label(re.compile("^Step 20")).press("End")
    page.get_by_alt_text("samples of step 40").wait_for()
    page.wait_for_timeout(300)
    end = accents(page)
    assert middle and end and max(middle) < min(end) and min(end) > 0.9, (middle, end)


def test_a_chart_is_saved(open_page, server):
    page = open_page("/runs/tiny?with=classes&smooth=0.5")
    chart(page)

    def saved(form):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save Losses as {form}").click()
        assert download.value.suggested_filename.endswith("." + form.lower())
        return download.value.path().read_bytes()

    table = list(csv.reader(io.StringIO(saved("CSV").decode())))
    assert table[0] == [
        "step",
        "tiny: discriminator",
        "tiny: generator",
        "classes: discriminator",
        "classes: generator",
    ]
    assert [float(row[1]) for row in table[1:] if row[1]] == pytest.approx(columns(server)["loss_d"])
    assert saved("SVG").startswith(b"<svg") and b"smoothed 0.5" in saved("SVG")
    png = saved("PNG")
    assert png.startswith(b"\x89PNG") and struct.unpack(">I", png[16:20])[0] == 1440


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_toolbar_fits(open_page, width):
    page = open_page("/runs/tiny?smooth=0.9&zoom=10,30", viewport={"width": width, "height": 800})
    chart(page)
    page.get_by_role("button", name="Values of Losses as a table").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_toolbar_by_touch(open_page):
    page = open_page("/runs/tiny", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    chart(page)
    toolbar(page).get_by_label("Logarithmic").tap()
    chart(page).get_by_text("logarithmic").wait_for()
    box = chart(page).locator(".u-over").bounding_box()
    chart(page).locator(".u-over").tap(position={"x": 0.45 * box["width"], "y": 40})
    page.get_by_alt_text("samples of step 20").wait_for()
