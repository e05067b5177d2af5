"""Samples of several runs side by side: runs down, steps across, one slider, one laid over the other, played."""
import base64
import re
import struct

import pytest
from test_views import passes

ADDRESS = "/runs?samples=tiny,classes"


def wipe(page):
    return page.get_by_role("region", name="Two of them in one place")


def test_from_the_list(open_page):
    page = open_page("/runs")
    page.get_by_label("Choose tiny").check()
    page.get_by_label("Choose classes").check()
    page.get_by_role("button", name="Their samples").click()
    page.get_by_role("heading", name="Runs / samples of tiny, classes").wait_for()
    page.get_by_alt_text("tiny, step 40").wait_for()
    page.go_back()
    page.get_by_role("button", name="Compare 2 runs").wait_for()


SHOWS = """async ([alt, png]) => {
  const pixels = (image) => {
    const canvas = document.createElement('canvas'), {naturalWidth: width, naturalHeight: height} = image;
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.getContext('2d').getImageData(0, 0, width, height).data.join();
  };
  const wanted = new Image(), shown = [...document.images].find((one) => one.alt === alt);
  wanted.src = `data:image/png;base64,${png}`;
  await wanted.decode();
  return shown?.complete && pixels(shown) === pixels(wanted);
}"""  # whether the image called so has the pixels of that file


def test_one_slider_for_all(open_page, server):
    page = open_page(ADDRESS)
    page.get_by_alt_text("tiny, step 40").wait_for()
    matrix = page.get_by_role("region", name="Samples by run and step")
    assert matrix.get_by_role("rowheader").all_inner_texts() == ["tiny", "classes"]
    for run in ("tiny", "classes"):
        matrix.get_by_alt_text(f"real images of {run}").wait_for()
    page.get_by_role("slider", name=re.compile("^Step")).press("Home")
    page.wait_for_url("**step=0")
    page.get_by_alt_text("tiny, step 0").wait_for()
    page.get_by_alt_text("classes, step 0").wait_for()
    for run in ("tiny", "classes"):
        sheet = server.get(f"/api/v1/runs/{run}/samples/step-000000.png").body
        wanted = [f"{run}, step 0", base64.b64encode(sheet).decode()]
        server.wait_for(lambda wanted=wanted: page.evaluate(SHOWS, wanted))
    assert matrix.get_by_role("button", name="tiny at step 0").get_attribute("aria-pressed") == "true"
    matrix.get_by_role("button", name="tiny at step 20").click()
    page.get_by_alt_text("tiny, step 20").wait_for()
    page.reload()
    page.get_by_alt_text("tiny, step 20").wait_for()


def test_the_wipe(open_page):
    page = open_page(ADDRESS + "&left=classes&right=tiny")
    front = page.get_by_alt_text(re.compile("^classes, step"))
    front.wait_for()
    slider = wipe(page).get_by_role("slider", name="How much of classes")
    assert "50%" in front.evaluate("one => one.style.clipPath")
    slider.press("End")
    page.wait_for_url("**wipe=100")
    assert front.evaluate("one => parseFloat(one.style.clipPath.split(' ')[1])") == 0
    wipe(page).get_by_label("On the left").select_option("tiny")
    wipe(page).get_by_label("On the right").select_option("classes")
    page.wait_for_url("**left=tiny&right=classes**")


def test_it_plays(open_page):
    page = open_page(ADDRESS + "&step=0")
    page.get_by_alt_text("tiny, step 0").wait_for()
    page.get_by_role("button", name="Play").click()
    passes(page, "tiny, step 40")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_timeout(300)
    stopped = page.url
    page.wait_for_timeout(900)
    assert page.url == stopped


def frames_of_gif(content):
    """The sizes of the frames, read as the specification says."""
    assert content[:6] == b"GIF89a" and content[-1] == 0x3B
    at, sizes = 13, []
    while content[at] != 0x3B:
        if content[at] == 0x21:
            at += 2
        else:
            width, height, flags = struct.unpack("<HHB", content[at + 5 : at + 10])
            sizes.append((width, height))
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        while content[at]:
            at += 1 + content[at]
        at += 1
    return sizes


CHANGE = """async (gif) => {
  const data = Uint8Array.from(atob(gif), (letter) => letter.charCodeAt(0));
  const decoder = new ImageDecoder({data, type: 'image/gif'});
  await decoder.tracks.ready;
  const pixels = async (frameIndex) => {
    const {image} = await decoder.decode({frameIndex}), {displayWidth: width, displayHeight: height} = image;
    const pen = new OffscreenCanvas(width, height).getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 48, width, height - 48).data;  // below two lines of text
  };
  const [first, last] = [await pixels(0), await pixels(decoder.tracks.selectedTrack.frameCount - 1)];
  return first.reduce((sum, value, i) => sum + Math.abs(value - last[i]), 0) / first.length;
}"""  # from the first frame to the last, a pixel; other texts alone change the colours by a tenth


def test_saved_as_gif(open_page, tmp_path):
    page = open_page(ADDRESS)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as GIF").click()
    saved.value.save_as(tmp_path / "film.gif")
    assert saved.value.suggested_filename == "tiny+classes.gif"
    steps = int(page.get_by_role("slider", name=re.compile("^Step")).get_attribute("max")) + 1
    content = (tmp_path / "film.gif").read_bytes()
    sizes = frames_of_gif(content)
    assert len(sizes) == steps > 1 and len(set(sizes)) == 1
    assert page.evaluate(CHANGE, base64.b64encode(content).decode()) > 1, "other steps are other images"
    page.get_by_text(f"Saved, {steps} steps.").wait_for()


def test_saved_as_webm_that_a_browser_plays(open_page, tmp_path):
    page = open_page(ADDRESS)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as WebM").click()
    saved.value.save_as(tmp_path / "film.webm")
    film = base64.b64encode((tmp_path / "film.webm").read_bytes()).decode()
    blank = page.context.new_page()  # whose rules do not forbid it
    width, height = blank.evaluate(
        """async film => {
          const bytes = Uint8Array.from(atob(film), letter => letter.charCodeAt(0));
          const video = document.createElement("video");
          video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
          await new Promise((done, failed) => {
            video.onloadeddata = done;
            video.onerror = () => failed(video.error);
          });
          return [video.videoWidth, video.videoHeight];
        }""",
        film,
    )
    assert width > 100 and height > 100


def test_a_film_can_be_given_up(open_page):
    page, saved = open_page(ADDRESS), []
    page.on("download", lambda download: saved.append(download))
    page.get_by_role("button", name="Save as WebM").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel").wait_for(state="detached")
    assert page.get_by_role("button", name="Save as GIF").is_enabled()
    steps = int(page.get_by_role("slider", name=re.compile("^Step")).get_attribute("max")) + 1
    page.wait_for_timeout(400 * steps + 1000)  # as long as it would have taken
    assert not saved and not page.get_by_text("Saved").count()


LINES = "all => all.map((one) => `${one.getBoundingClientRect().bottom} ${getComputedStyle(one).borderBottom}`)"


@pytest.mark.parametrize("width", [320, 390, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits(open_page, width, theme):
    page = open_page(ADDRESS, viewport={"width": width, "height": 800}, color_scheme=theme)
    page.get_by_alt_text("tiny, step 40").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    lines = page.locator(".matrix tbody tr:first-child > *").evaluate_all(LINES)
    assert len(lines) > 3 and len(set(lines)) == 1, "the line below a row is whole"


def test_by_touch(open_page):
    page = open_page(ADDRESS, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="tiny at step 20").tap()
    page.get_by_alt_text("tiny, step 20").wait_for()
