"""The studio in a frame of somebody else's page: it shows, and changes nothing."""
import http.server
import threading

import pytest


@pytest.fixture(scope="module")
def host():
    """A server of another origin: (its origin, what its pages hold by their paths)."""
    pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802
            body = pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", pages
        running.shutdown()


@pytest.fixture(scope="module")
def embedding(start, runs, host):
    with start(runs, "--allow-training", "--embed", host[0]) as running:
        yield running


@pytest.fixture
def framed(chromium, embedding, host):
    """Opens an address of the studio in a frame of the other origin's page."""
    context = chromium.new_context()

    def open_framed(address):
        origin, pages = host
        studio = f"http://127.0.0.1:{embedding.port}{address}"
        pages["/frame.html"] = f'<iframe width="1000" height="800" src="{studio}"></iframe>'
        page = context.new_page()
        page.goto(f"{origin}/frame.html")
        return page, page.frame_locator("iframe")

    yield open_framed
    context.close()


def test_a_run_is_shown_and_offers_nothing_that_changes_it(framed):
    page, frame = framed("/embed/runs/tiny")
    frame.locator(".chart canvas").first.wait_for()
    assert frame.get_by_role("navigation", name="Views").count() == 0
    for name in ("Keep", "Resume tiny", "Train again", "Evaluate"):
        assert frame.get_by_role("button", name=name).count() == 0, name
    assert frame.get_by_text("About this run").count() == 0
    frame.get_by_role("link", name="Runs", exact=True).click()
    frame.get_by_role("heading", name="Runs", exact=True).wait_for()
    inner = page.frames[1]
    assert inner.url.endswith("/embed/runs"), "it stays below /embed"
    frame.get_by_role("checkbox", name="tiny").first.check()
    frame.get_by_role("button", name="Their samples").wait_for()
    for name in ("Pin", "Archive", "Delete", "Tag"):
        assert frame.get_by_role("button", name=name, exact=True).count() == 0, name
    assert frame.get_by_role("link", name="Open in Ganymede").get_attribute("href") == "/runs?chosen=tiny"


def test_links_stay_below_embed(framed):
    _, frame = framed("/embed/runs")
    assert frame.get_by_role("link", name="tiny", exact=True).get_attribute("href") == "/embed/runs/tiny"


def test_images_are_generated_and_not_marked(framed, embedding):
    page, frame = framed("/embed/generate?model=tiny&count=4&seed=3&show=both")
    frame.get_by_role("region", name="Trained", exact=True).locator("img").nth(3).wait_for()
    frame.get_by_role("region", name="Trained", exact=True).get_by_role("button").first.click()
    frame.get_by_role("dialog").wait_for()
    assert frame.get_by_role("button", name="Best").count() == 0
    before = embedding.get("/api/v1/models/tiny/kept").json()
    frame.get_by_role("dialog").press("b")
    page.wait_for_timeout(300)
    assert embedding.get("/api/v1/models/tiny/kept").json() == before


def test_only_below_embed_and_only_there(framed, embedding, host):
    page, frame = framed("/runs/tiny")
    page.wait_for_timeout(500)
    assert not page.frames[1].url.startswith("http"), "the browser refuses the frame"
    for path, may in (("/embed/runs/tiny", host[0]), ("/embed", host[0]), ("/runs/tiny", "'none'")):
        answer = embedding.get(path)
        assert answer.status == 200 and f"frame-ancestors {may}" in answer.headers["content-security-policy"], path
    assert "sha256-" in embedding.get("/embed").headers["content-security-policy"]


def test_nobody_embeds_unless_named(server):
    assert "frame-ancestors 'none'" in server.get("/embed/runs/tiny").headers["content-security-policy"]
