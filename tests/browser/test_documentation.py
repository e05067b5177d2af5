"""The documentation's site as a reader sees it, on a telephone and on a desk."""

import functools
import http.server
import os
import pathlib
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILDER = ROOT / "build/docs-venv/bin/python"

SEEN = """() => ({
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  broken: [...document.images].filter(image => !image.naturalWidth).map(image => image.src),
  text: document.querySelector(".md-content").innerText,
})"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    if not BUILDER.exists():
        pytest.skip("no mkdocs: pip reaches no package index")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [BUILDER, "-m", "mkdocs", "build", "--quiet", "-d", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.mark.parametrize("width", [390, 1440])
def test_each_page_fits_and_is_whole(chromium, site, width):
    folder, address = site
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    lacking = []
    page.on("response", lambda answer: lacking.append(answer.url) if answer.status >= 400 else None)
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    assert len(pages) > 40
    for name in pages:
        page.goto(address + name)
        seen = page.evaluate(SEEN)
        assert seen["wide"] <= 0, f"{name} is {seen['wide']} pixels wider than its window"
        assert not seen["broken"], f"{name}: no picture at {seen['broken']}"
        assert "```" not in seen["text"], f"{name} shows a fence of code as text"
    assert not lacking
    context.close()
