"""A browser for the tests of the page: Debian's Chromium, driven by Playwright. Without either the tests are skipped
and say so.

GANYMEDE_PAGE names a file that is tried in the place of the studio's page that is compiled into the program; where
GANYMEDE_IMPATIENT is set, with less patience: tests/slow/test_studio_mutations.py wants to know that a wrong page
fails."""

import base64
import os
import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))

from pretended import WAIT  # noqa: E402
from serving import ganymede, program, runs, server, start, translating, warm  # noqa: E402, F401


PATIENCE = 15_000  # milliseconds, at least


def make_impatient(made):
    """A context or a page waits a third as long as it is told to."""
    wait = made.set_default_timeout
    made.set_default_timeout = lambda asked: wait(max(PATIENCE, asked / 3))
    wait(PATIENCE)


def tries(file, browser):
    """Answers with that file whenever one of the browser's tabs asks for the studio's page; the server answers all
    else. Playwright's own routes would do so without the browser's cache."""

    def watch(page):
        session = page.context.new_cdp_session(page)

        def answer(event):
            request = {"requestId": event["requestId"]}
            url = event["request"]["url"]
            if "/api/" in url or url.endswith("/frame.html"):  # the page of test_embed.py around ours
                session.send("Fetch.continueRequest", request)
                return
            headers = [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]
            body = base64.b64encode(pathlib.Path(file).read_bytes()).decode()
            answered = {"responseCode": 200, "responseHeaders": headers, "body": body}
            session.send("Fetch.fulfillRequest", {**request, **answered})

        session.on("Fetch.requestPaused", answer)
        session.send("Fetch.enable", {"patterns": [{"urlPattern": "http://*", "resourceType": "Document"}]})
        return page

    def new_context(**options):
        context = made_context(**options)
        made_page = context.new_page
        context.new_page = lambda: watch(made_page())
        if "GANYMEDE_IMPATIENT" in os.environ:
            make_impatient(context)
        return context

    def new_page(**options):
        page = watch(made_page_alone(**options))
        if "GANYMEDE_IMPATIENT" in os.environ:
            make_impatient(page)
        return page

    made_context, made_page_alone = browser.new_context, browser.new_page
    browser.new_context = new_context
    browser.new_page = new_page


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
        if os.environ.get("GANYMEDE_PAGE"):
            tries(os.environ["GANYMEDE_PAGE"], browser)
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
