"""`export --format web`: the folder on a plain host of files. The images are those of the program, and nothing else is
asked."""

import base64
import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import threading

import pytest

from pretended import WAIT

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "shapes-relativistic.safetensors"
SIDE, SEED, COUNT = 32, 7, 16
NEAR = 2  # grey levels

PIXELS = """async (images) => {
  const out = [];
  for (const image of images) {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    out.push(...[...context.getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 !== 3));
  }
  return out;
}"""


def run(program, *arguments):
    result = subprocess.run(
        [str(program), "--threads", "1", *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def folder(program, tmp_path_factory):
    place = tmp_path_factory.mktemp("web") / "page"
    run(program, "export", MODEL, "--format", "web", "-o", place)
    return place


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def with_webgpu(chromium):
    """A Chromium whose WebGPU adapter is a program, SwiftShader; the other one has none."""
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=flags)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium, folder):
    """Opens the folder at a place below its host's root; afterwards no error was met but those that are expected, and
    nobody else was asked."""
    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder.parent)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    own, wrong, contexts = f"http://127.0.0.1:{host.server_port}/page/", [], []

    def opener(query, browser=chromium, prepare=lambda page: None, expected=()):
        def met(problem):
            if not any(words in problem for words in expected):
                wrong.append(problem)

        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(4 * WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: met(f"error: {error}"))
        page.on("console", lambda message: met(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda request: None if request.url.startswith((own, "data:", "blob:")) else wrong.append(request.url),
        )
        prepare(page)
        page.goto(f"{own}?{query}")
        return page

    yield opener
    for context in contexts:
        context.close()
    host.shutdown()
    host.server_close()
    assert not wrong, wrong


def pixels_of(page, selector, count):
    page.locator(f"{selector} img").nth(count - 1).wait_for()
    return page.eval_on_selector_all(f"{selector} img", PIXELS)


def expect_near(found, wanted):
    assert len(found) == len(wanted)
    assert max(abs(one - other) for one, other in zip(found, wanted)) <= NEAR


def sampled(program, tmp_path, *flags, seed=SEED):
    """The program's own images of a seed, as their 8-bit values."""
    run(program, "sample", MODEL, "-n", COUNT, "--seed", seed, "-o", tmp_path / "images.npy", *flags)
    return (tmp_path / "images.npy").read_bytes()[-COUNT * SIDE * SIDE * 3 :]


@pytest.mark.parametrize("truncation", [None, "0.7"])
def test_images_are_the_programs(program, visit, tmp_path, truncation):
    page = visit(f"count={COUNT}&seed={SEED}&show=both" + (f"&truncation={truncation}" if truncation else ""))
    flags = ("--truncation", truncation) if truncation else ()
    expect_near(pixels_of(page, "section[aria-labelledby=right-title]", COUNT), sampled(program, tmp_path, *flags))
    expect_near(
        pixels_of(page, "section[aria-labelledby=left-title]", COUNT),
        sampled(program, tmp_path, "--network", "untrained", *flags),
    )
    assert f"{COUNT} images of seed {SEED}" in page.inner_text("p[role=status]")


ASKED = f"count={COUNT}&seed={SEED}&show=both"
TRAINED = "section[aria-labelledby=right-title]"
LARGER = "ort-wasm-simd-threaded.asyncify.wasm"  # the runtime that has WebGPU
NOT_SOFTWARE = "Object.defineProperty(GPUAdapterInfo.prototype, 'isFallbackAdapter', { get: () => false });"
NO_DEVICE = "GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('no device today'));"
# The device is lost when it has made images: the last requests' buffers are the answers'.
LOST = """const ask = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...all) {
  const device = await ask.apply(this, all);
  self.addEventListener("message", ({ data }) => data.id > 2 && device.destroy());
  return device;
};"""


def in_worker(script):
    """Runs something in the page's worker before its own code."""

    def prepare(page):
        def answer(route):
            response = route.fetch()
            route.fulfill(response=response, body=script + response.text())

        page.route("**/worker.js*", answer)

    return prepare


def asked_for(page, names):
    page.on("request", lambda request: names.append(request.url.partition("?")[0].rpartition("/")[2]))


@pytest.mark.parametrize("query,script", [("&runtime=webgpu", ""), ("", NOT_SOFTWARE)], ids=["asked", "unasked"])
def test_images_of_webgpu_are_the_programs(program, visit, with_webgpu, tmp_path, query, script):
    page = visit(ASKED + query, with_webgpu, in_worker(script))
    expect_near(pixels_of(page, TRAINED, COUNT), sampled(program, tmp_path))
    page.get_by_text("on its graphics processor (WebGPU)").wait_for()


@pytest.mark.parametrize("software", [False, True], ids=["no adapter", "an adapter that is a program"])
def test_the_larger_runtime_is_left_where_it_is_of_no_use(visit, chromium, with_webgpu, software):
    names = []
    page = visit(ASKED, with_webgpu if software else chromium, lambda page: asked_for(page, names))
    page.get_by_text("on its processor (WebAssembly);").wait_for()
    assert LARGER.replace(".asyncify", "") in names and LARGER not in names and "webgpu.js" not in names


@pytest.mark.parametrize("what", ["no file", "no device", "lost"])
def test_where_webgpu_fails_the_processor_makes_the_images(program, visit, with_webgpu, tmp_path, what):
    def prepare(page):
        in_worker({"no file": "", "no device": NO_DEVICE, "lost": LOST}[what])(page)
        if what == "no file":
            page.route(f"**/{LARGER}", lambda route: route.abort())

    page = visit(ASKED + "&runtime=webgpu", with_webgpu, prepare, expected=[""])
    if what == "lost":
        page.get_by_text("(WebGPU)").wait_for()
        page.get_by_role("button", name="Roll another seed").click()
    page.get_by_text("on its processor (WebAssembly), since WebGPU failed:").wait_for()
    seed = page.locator("#seed").input_value()
    assert (seed == str(SEED)) == (what != "lost")
    page.get_by_text(f"{COUNT} images of seed {seed} ").wait_for()
    expect_near(pixels_of(page, TRAINED, COUNT), sampled(program, tmp_path, seed=seed))


def shown(page, images):
    """The pixels of an answer's images, as the browser decodes them."""
    script = """async (pngs) => {
      const images = pngs.map((png) => Object.assign(new Image(), { src: "data:image/png;base64," + png }));
      return await (%s)(images);
    }"""
    return page.evaluate(script % PIXELS, [image["png"] for image in images])


def test_arithmetic_interpolation_and_blends_are_the_servers(visit, start):
    label = {"class": "heart"}
    points = [{"seed": 1, "index": index, **label} for index in range(4)]
    asked = {
        ".nine": ("arithmetic", {"a": points[:1], "b": points[1:2], "c": points[2:3], "radius": 0.25, **label}),
        ".strip": ("interpolate", {"points": points, "frames": 16, **label}),
        "figure:has(img[alt='the blend'])": ("blend", {"points": points, "x": 0.5, "y": 0.5, **label}),
    }
    page = visit("view=explore&a=1:0:class=heart&b=1:1:class=heart&c=1:2:class=heart&class=heart")
    with start(MODEL.parent, "--precision", "f32") as server:
        model = MODEL.stem
        for selector, (operation, body) in asked.items():
            answer = server.post(f"/api/v1/models/{model}/{operation}", {**body, "format": "json"}).json()
            expect_near(pixels_of(page, selector, len(answer["images"])), shown(page, answer["images"]))


COMPARED = """async (files) => {
  const [one, other] = await Promise.all(files.map(async ([type, text]) => {
    const decoder = new ImageDecoder({ type, data: Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)) });
    await Promise.all([decoder.completed, decoder.tracks.ready]);
    const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
    const out = { repeats: repetitionCount === Infinity, frames: [], milliseconds: [] };
    for (let i = 0; i < frameCount; ++i) {
      const { image } = await decoder.decode({ frameIndex: i });
      const canvas = new OffscreenCanvas(image.displayWidth, image.displayHeight);
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      out.milliseconds.push(image.duration / 1000);
      out.frames.push(context.getImageData(0, 0, canvas.width, canvas.height));
      image.close();
    }
    return out;
  }));
  const far = (a, b) => a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / (a.data.length * 0.75);
  const size = ({ frames }) => frames.map(({ width, height }) => [width, height]);
  return {
    told: [one, other].map(({ repeats, milliseconds, frames }) => ({ repeats, milliseconds, size: size({ frames }) })),
    far: Math.max(...one.frames.map((frame, i) => far(frame, other.frames[i]))),
  };
}"""


# In mean grey levels; a GIF has but 256 colours a frame.
@pytest.mark.parametrize("title,kind,near", [("APNG", "image/png", 0.5), ("GIF", "image/gif", 4)])
def test_animations_are_the_servers(visit, start, title, kind, near):
    points = [{"seed": 1, "index": index, "class": "heart"} for index in range(4)]
    page = visit("view=explore&a=1:0:class=heart&b=1:1:class=heart&c=1:2:class=heart&class=heart")
    pixels_of(page, ".strip", 16)
    with page.expect_download() as download:
        page.get_by_role("button", name=title, exact=True).click()
    assert download.value.suggested_filename.endswith("-interpolation." + title.lower())
    own = pathlib.Path(download.value.path()).read_bytes()
    with start(MODEL.parent, "--precision", "f32") as server:
        body = {"points": points, "class": "heart", "frames": 48, "format": "apng"}
        theirs = server.post(f"/api/v1/models/{MODEL.stem}/interpolate", body).body
    files = [[kind, base64.b64encode(own).decode()], ["image/png", base64.b64encode(theirs).decode()]]
    found = page.evaluate(COMPARED, files)
    assert found["told"][0] == found["told"][1] and len(found["told"][0]["size"]) == 48
    assert found["far"] <= near, found["far"]


def test_what_needs_a_server_is_said(visit):
    page = visit(f"count=1&seed={SEED}&show=both&open=trained:0")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("n")
    page.get_by_text("not the images that it learnt from").wait_for()


def test_the_folder_says_what_it_is(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "NOTICE.txt",
        "generator.onnx",
        "index.html",
        "model.json",
        "ort-wasm-simd-threaded.asyncify.wasm",
        "ort-wasm-simd-threaded.wasm",
        "untrained.onnx",
        "webgpu.js",
        "worker.js",
    ]
    model = json.loads((folder / "model.json").read_text())
    assert model["latent"] == {"size": 64, "distribution": "normal"} and len(model["classes"]) == 10
    assert "http://" not in (folder / "index.html").read_text().replace("http://www.w3.org/", "")
