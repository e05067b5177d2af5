#!/usr/bin/env python3
"""The pictures of the studio in docs/images, in Debian's Chromium:

    build/browser-venv/bin/python bench/studio_pictures.py --ganymede build/release/ganymede

Serves the runs below `--runs`, or, without it, trains three of `--steps` steps for a while, with the shipped model
shapes-relativistic; marks images, tags and pins a run, all in a copy that goes away again. Makes those of NAMES, all of
them where none is named, in `--out` (docs/images). Where Python has Pillow they get 256 colours at most (128
where a file is large otherwise): half the bytes."""
import argparse, contextlib, pathlib, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "http"))
from client import Server  # noqa: E402

RECIPES = ["shapes-dcgan", "shapes-hinge", "shapes-acgan"]
MODEL = "shapes-relativistic"
BESIDE = f"/compare?model={MODEL}&beside={','.join(RECIPES)}&seed=7&count=6"
EXPLORE = (f"/explore?model={MODEL}&seed=7&a=7:0,7:5,7:9&b=7:1,7:6&c=7:2,7:11&with=7:3,7:8&without=7:4,7:10&pad=0.3,0.6"
           "&sliders=rounder|1.5|7:3,7:8|7:4,7:10")
SAMPLES = "/runs?samples=shapes-dcgan,shapes-acgan"
LIGHT, DARK = "light", "dark"
LARGEST = 100_000  # bytes
# By name: address, width, height, theme.
PICTURES = {
    "studio-generate": (f"/generate?model={MODEL}&count=16&seed=7&show=both", 1440, 900, LIGHT),
    "studio-explore": (EXPLORE, 1440, 2804, LIGHT),
    "studio-compare": (BESIDE, 1440, 900, LIGHT),
    "studio-runs": ("/runs", 1440, 900, LIGHT),
    "studio-run": ("/runs/shapes-dcgan", 1440, 1100, LIGHT),
    "studio-generate-dark": (f"/generate?model={MODEL}&count=16&seed=7&show=both", 1440, 900, DARK),
    "studio-gallery-dark": (f"/generate?model={MODEL}&count=4&seed=7&show=both", 1440, 1000, DARK),
    "studio-explore-dark": (EXPLORE, 1280, 1080, DARK),
    "studio-compare-dark": (BESIDE, 1440, 900, DARK),
    "studio-vote-dark": (BESIDE, 1440, 700, DARK),
    "studio-runs-dark": ("/runs", 1440, 700, DARK),
    "studio-run-dark": ("/runs/shapes-dcgan?smooth=0.9", 1440, 960, DARK),
    "studio-samples-dark": (SAMPLES, 1100, 580, DARK),
    "studio-models-dark": ("/models", 1440, 900, DARK),
    "studio-runs-narrow": ("/runs", 375, 812, LIGHT),
    "studio-generate-narrow-dark": (f"/generate?model={MODEL}&count=4&seed=7&show=both", 320, 812, DARK),
}


def train(program, place, steps):
    for recipe in RECIPES:
        subprocess.run([program, "--threads", "1", "-q", "train", recipe, "-o", place / recipe, "--steps", str(steps),
                        "--seed", "1"], check=True)


def kept(server):
    """What a person would have added."""
    first = server.get("/api/v1/runs").json()["runs"][0]["id"]
    server.post(f"/api/v1/runs/{first}/keep", {"pinned": True, "tags": ["paper", "baseline"]})
    for index in (2, 5, 11, 14):
        point = {"seed": 7, "index": index}
        image = server.post(f"/api/v1/models/{MODEL}/generate", {"points": [point], "format": "json"}).json()
        step = server.get(f"/api/v1/models/{MODEL}").json()["step"]
        server.post(f"/api/v1/models/{MODEL}/marks/keep", {**point, "step": step, "png": image["images"][0]["png"]})


def vote(page):
    """On all of the rows, so that the result is seen."""
    page.get_by_role("button", name="Vote blind").click()
    page.get_by_text("0 of 6 rows voted on.").wait_for()
    for row in range(1, 7):
        page.get_by_role("button", name=f"Image {row}: prefer {1 + row % 4}").click()
    page.get_by_role("region", name="The vote").wait_for()


def take(browser, port, name, out):
    address, width, height, theme = PICTURES[name]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}{address}")
    if name.startswith("studio-vote"):
        page.locator(".compared img").nth(23).wait_for()
        vote(page)
    page.wait_for_timeout(4000)  # until all that is asked for is there
    page.wait_for_function("document.images.length && [...document.images].every((image) => image.complete)")
    page.evaluate("document.activeElement.blur()")
    if name.startswith("studio-samples"):
        page.locator(".matrix").evaluate("one => one.scrollIntoView({block: 'end'})")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{name} is {wide} pixels wide"
    file = out / f"{name}.png"
    page.screenshot(path=file, animations="disabled")
    context.close()
    with contextlib.suppress(ImportError):
        from PIL import Image

        whole = Image.open(file).convert("RGB")
        for colours in (256, 128):
            whole.quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(file, optimize=True)
            if file.stat().st_size < LARGEST:
                break
    print(file, file.stat().st_size, "bytes", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", metavar="NAMES", choices=[*PICTURES, []]); p.add_argument("--runs")
    p.add_argument("--ganymede", required=True); p.add_argument("--steps", type=int, default=300)
    p.add_argument("--out", type=pathlib.Path, default=ROOT / "docs" / "images")
    a = p.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        place = pathlib.Path(place)
        if a.runs:
            shutil.copytree(a.runs, place / "runs")
        else:
            train(a.ganymede, place / "runs", a.steps)
        shutil.copy(ROOT / "models" / f"{MODEL}.safetensors", place)
        server = Server(a.ganymede, [place / "runs", place / f"{MODEL}.safetensors"], threads=2)
        stack.callback(server.end)
        kept(server)
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"),
                                         args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        stack.callback(browser.close)
        for name in a.names or PICTURES:
            take(browser, server.port, name, a.out)


if __name__ == "__main__":
    main()
