"""News of runs: one stream for all tabs of a browser, none where nothing is under way, and nothing lost on the way."""
import json
import re
import shutil

import pytest
from pretended import WAIT, pretended


@pytest.fixture
def under_way(start, runs, tmp_path):
    place = tmp_path / "runs"
    place.mkdir()
    with pretended(runs / "tiny", place / "one", place / "two") as made, start(place) as server:
        yield server, made


@pytest.fixture
def tabs(chromium):
    context = chromium.new_context()
    context.set_default_timeout(WAIT)
    yield context
    context.close()


def streams(server):
    return int(float(re.search(r"^ganymede_event_streams (\S+)$", server.get("/metrics").body.decode(), re.M).group(1)))


def opened(tabs, server, path):
    page = tabs.new_page()
    page.goto(f"http://127.0.0.1:{server.port}{path}")
    page.get_by_role("group", name=re.compile("^Losses")).wait_for()
    return page


def test_twenty_tabs_share_a_stream(tabs, under_way):
    server, (one, two) = under_way
    pages = [opened(tabs, server, path) for path in ["/runs/one", "/runs/two"] * 5 + ["/runs/one?with=two"] * 10]
    server.wait_for(lambda: streams(server) == 1)
    one.add(45, loss_d=7.5)
    two.add(45, loss_d=8.5)
    for number, page in enumerate(pages):
        page.get_by_text("step 45").first.wait_for()
        values = ("7.5", "8.5") if number >= 10 else (("7.5", "8.5")[number % 2],)
        for value in values:
            page.get_by_role("group", name=re.compile(f"^Losses: .*{re.escape(value)}")).wait_for()
    assert streams(server) == 1


def test_the_reader_may_go(tabs, under_way):
    server, (one, _) = under_way
    first, second = opened(tabs, server, "/runs/one"), opened(tabs, server, "/runs/one")
    server.wait_for(lambda: streams(server) == 1)
    first.close()
    one.add(45, loss_d=7.5)
    second.get_by_role("group", name=re.compile("^Losses: .*7.5")).wait_for()
    server.wait_for(lambda: streams(server) == 1, 10)


def test_finished_runs_have_none(tabs, under_way):
    server, (one, two) = under_way
    two.end()
    server.wait_for(lambda: server.get("/api/v1/runs/two").json()["state"] == "done")
    done = opened(tabs, server, "/runs/two")
    done.get_by_text("✓ done").wait_for()
    done.wait_for_timeout(1000)
    assert streams(server) == 0
    page = opened(tabs, server, "/runs/one")
    server.wait_for(lambda: streams(server) == 1)
    one.add(45, loss_d=7.5)
    one.end()
    page.get_by_text("✓ done").wait_for()
    page.get_by_role("group", name=re.compile("^Losses: .*7.5")).wait_for()
    server.wait_for(lambda: streams(server) == 0, 10)


def test_rows_of_the_time_without_a_connection_come_after_it(tabs, start, runs, tmp_path):
    place = tmp_path / "runs"
    place.mkdir()
    with pretended(runs / "tiny", place / "one") as (one,):
        with start(place) as server:
            port = server.port
            page = opened(tabs, server, "/runs/one")
            server.wait_for(lambda: streams(server) == 1)
        page.get_by_text("The connection is lost").wait_for()
        assert page.get_by_text("The connection is lost").count() == 1, "said once"
        for step in range(45, 100, 5):
            one.add(step, loss_d=7.5)
        with start(place, "--port", str(port)):
            page.get_by_role("group", name=re.compile("^Losses: .*7.5")).wait_for()
            page.get_by_text("The connection is lost").wait_for(state="detached")


def test_the_list_shows_the_newest_sample(tabs, under_way):
    server, (one, _) = under_way
    page = tabs.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/runs")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="one"))
    row.locator(".thumbnail img").wait_for()
    pixels = """image => {
      const canvas = new OffscreenCanvas(52, 52).getContext('2d');
      canvas.drawImage(image, 0, 0);
      return canvas.getImageData(0, 0, 52, 52).data.join();
    }"""
    before = row.locator(".thumbnail img").evaluate(pixels)
    shutil.copy(one.folder / "real.png", one.folder / "samples" / "step-000060.png")
    server.wait_for(lambda: row.locator(".thumbnail img").evaluate(pixels) != before)


def heap(page, session):
    session.send("HeapProfiler.collectGarbage")
    return session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def test_a_day_of_news_fills_no_memory_and_moves_nothing(tabs, under_way):
    """A row a second for a day is 86,400 of them: what bench/studio.py does, with fewer."""
    server, (one, _) = under_way
    page = opened(tabs, server, "/runs/one")
    session = tabs.new_cdp_session(page)
    page.evaluate(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shift +="
        " one.value))).observe({type: 'layout-shift'})"
    )
    heaps = []
    for part in range(1, 10):
        first, last = 45 + 4000 * (part - 1), 45 + 4000 * part
        for step in range(first, last):
            one.add(step, loss_d=part + 0.5 if step == last - 1 else 0.5)
        page.get_by_role("group", name=re.compile(f"^Losses: .*{part}\\.5")).wait_for()
        page.wait_for_timeout(1500)  # what became long is thinned
        heaps.append(heap(page, session))
    print(heaps)
    assert max(heaps[6:]) < max(heaps[3:6]) + 0.7, heaps  # it fills up to its length first
    assert page.evaluate("window.shift") < 0.02


def test_what_is_sent_is_what_is_new(under_way):
    server, (one, _) = under_way
    connection = server.connection()
    connection.request("GET", "/api/v1/events?runs=one,nobody")
    stream = connection.getresponse()

    def event():
        lines = [stream.readline().decode().rstrip("\n") for _ in range(3)]
        return lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))

    name, state = event()
    assert name == "state" and state["id"] == "one" and state["rows"] > 0
    one.add(45)
    name, metrics = event()
    assert name == "metrics" and metrics["run"] == "one" and metrics["first"] == state["rows"]
    assert metrics["columns"]["step"] == [45]
    connection.close()
    assert server.get("/api/v1/events").problem()["errors"][0]["field"] == "runs"
