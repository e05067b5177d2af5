"""A browser for the tests of the page: Debian's Chromium, driven by Playwright. Without either the tests are skipped
and say so."""

import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))

from pretended import WAIT  # noqa: E402
from serving import ganymede, program, runs, server, start, translating, warm  # noqa: E402, F401


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: see tests/browser/requirements.txt"
    )
    path = shutil.which("chromium")
    if not path:
        pytest.skip("no browser: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server, runs):  # noqa: F811
    """Opens addresses in fresh browsers; afterwards none of them may have met an error or asked another machine, and
    nothing is kept of the models."""
    contexts, wrong = [], []

    def opener(path="/", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                wrong.append(f"{message.type}: {message.text}")
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((f"http://127.0.0.1:{server.port}/", "data:", "blob:"))
                else wrong.append(request.url)
            ),
        )
        page.goto(f"http://127.0.0.1:{server.port}{path}")
        return page

    yield opener
    for context in contexts:
        context.close()
    for kept in runs.glob("*/model.studio.json"):
        kept.unlink()
    assert not wrong, wrong
