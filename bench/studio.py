#!/usr/bin/env python3
"""The studio with many long runs, in Debian's Chromium: what its list and its charts cost, and what a day of news does.

    build/browser-venv/bin/python bench/studio.py --ganymede build/release/ganymede

Makes `--runs` runs (300) of `--rows` rows (100,000) below `--place`, a temporary folder that goes away again: four
tables, linked from all of them. Serves them, and prints

- how long the server reads them, and the memory it holds then;
- the list: bytes that come, the first paint and the moment its rows are there (median of 5 browsers without a cache);
- `--over` runs (12) on one chart: until their curves are drawn;
- one run while a row a second comes to it for 20 s: the longest task of the page's thread, how far the layout moved;
- that run while `--news` rows (86,400: a day, one a second) come to it, `--burst` (500) a second: the page's memory,
  after a forced garbage collection, before and behind them, the longest task of its thread, how far the layout moved;
- `--tabs` (20) of that run at once: until each shows a row that has just come.

Processors that others use at the same time make times longer, not bytes."""
import argparse, contextlib, pathlib, re, shutil, statistics, subprocess, sys, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "http"), str(ROOT / "tests" / "browser")]
from client import Server  # noqa: E402
from pretended import pretended  # noqa: E402

TABLES, SLOWLY = 4, 20
WATCH = """
window.seen = {shift: 0, task: 0};
new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.seen.shift += one.value)))
  .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  window.seen.task = Math.max(window.seen.task, one.duration);
})).observe({type: 'longtask', buffered: true});
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def row(columns, step, number, **more):
    usual = {"step": step, "epoch": step / 1000, "images": 64 * step, "seconds": step / 20, "images_per_s": 1280.5}
    values = {**usual, **more}
    made = (values.get(name, round(1 + (step * (i + 7) + number) % 97 / 97, 6)) for i, name in enumerate(columns))
    return ",".join(map(str, made)) + "\n"


def make_runs(program, place, runs, rows):
    subprocess.run([program, "--threads", "1", "-q", "train", ROOT / "tests/support/tiny.toml", "-o", place / "source"],
                   check=True, stdout=subprocess.DEVNULL)
    source = place / "source"
    columns = (source / "metrics.csv").read_text().splitlines()[0].split(",")
    for number in range(TABLES):
        with open(place / f"table{number}.csv", "w") as table:
            table.write(",".join(columns) + "\n")
            table.writelines(row(columns, step, number) for step in range(1, rows + 1))
    for number in range(runs):
        folder = place / "runs" / f"run{number:03}"
        shutil.copytree(source, folder, copy_function=lambda a, b: pathlib.Path(b).hardlink_to(a),
                        ignore=shutil.ignore_patterns("metrics.csv", "checkpoints", "*.safetensors", "events.*"))
        (folder / "metrics.csv").hardlink_to(place / f"table{number % TABLES}.csv")
    return source, columns


def memory_of(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextlib.contextmanager
def opened(browser, path, port, pages=1):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(300_000)
    context.add_init_script(WATCH)
    made = []
    for _ in range(pages):
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        page.bytes = []
        session.on("Network.loadingFinished", lambda event, page=page: page.bytes.append(event["encodedDataLength"]))
        page.session = session
        made.append(page)
    for page in made:
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="commit")
    yield made
    context.close()


def until(page, condition):
    """Milliseconds since the page was asked for, when `condition` first holds at a frame."""
    return page.evaluate(
        "() => new Promise((done) => { const look = () => { try { if (" + condition + ")"
        " return done(performance.now()); } catch { } requestAnimationFrame(look); }; look(); })"
    )


def the_list(browser, port, runs):
    paints, rows, sizes, shifts, tasks = [], [], [], [], []
    for _ in range(5):
        with opened(browser, "/runs", port) as (page,):
            rows.append(until(page, "document.querySelectorAll('tbody tr a').length >= 8"))
            page.wait_for_timeout(1500)
            paints.append(page.evaluate(PAINT))
            sizes.append(sum(page.bytes))
            shifts.append(page.evaluate("window.seen.shift"))
            tasks.append(page.evaluate("window.seen.task"))
    print(f"list of {runs} runs: first paint {statistics.median(paints):.0f} ms, rows after "
          f"{statistics.median(rows):.0f} ms, {statistics.median(sizes) / 1000:.0f} kB, shift "
          f"{statistics.median(shifts):.4f}, longest task {statistics.median(tasks):.0f} ms (medians of 5)", flush=True)


def overlay(browser, port, over):
    times = []
    others = ",".join(f"run{number:03}" for number in range(1, over))
    for _ in range(5):
        with opened(browser, f"/runs/run000?with={others}", port) as (page,):
            drawn = f"(one) => one.querySelector('canvas') && one.textContent.includes('run{over - 1:03}')"
            times.append(until(page, f"[...document.querySelectorAll('.chart')].some({drawn})"))
            size = sum(page.bytes)
    print(f"{over} runs on one chart: drawn after {statistics.median(times):.0f} ms (median of 5), "
          f"{size / 1000:.0f} kB", flush=True)


def heap(page):
    page.session.send("HeapProfiler.collectGarbage")
    return page.session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def a_day(browser, port, live, columns, start, a):
    with opened(browser, "/runs/live", port) as (page,):
        until(page, "document.querySelector('.chart canvas')")
        page.wait_for_timeout(3000)
        page.evaluate("window.seen = {shift: 0, task: 0}")
        step = start
        for _ in range(SLOWLY):
            step += 1
            with open(live.folder / "metrics.csv", "a") as table:
                table.write(row(columns, step, 0))
            page.wait_for_timeout(1000)
        print(f"a row a second, {SLOWLY} times: longest task {page.evaluate('window.seen.task'):.0f} ms, shift "
              f"{page.evaluate('window.seen.shift'):.4f}", flush=True)
        page.evaluate("window.seen = {shift: 0, task: 0}")
        heaps, start = [heap(page)], step
        for part in range(4):
            for _ in range(a.news // 4 // a.burst):
                began = time.monotonic()
                with open(live.folder / "metrics.csv", "a") as table:
                    table.writelines(row(columns, step + i, 0) for i in range(1, a.burst + 1))
                step += a.burst
                page.wait_for_timeout(max(0, 1000 * (began + 1 - time.monotonic())))
            page.wait_for_timeout(3000)
            heaps.append(heap(page))
        seen = page.evaluate("window.seen")
    print(f"{step - start} rows of news: memory of the page {' '.join(f'{one:.1f}' for one in heaps)} MB (before, then "
          f"after each quarter), longest task {seen['task']:.0f} ms, shift {seen['shift']:.4f}", flush=True)
    return step


def many_tabs(browser, port, live, columns, step, tabs):
    began = time.monotonic()
    with opened(browser, "/runs/live", port, tabs) as pages:
        for page in pages:
            page.locator(".chart canvas").first.wait_for()
        drawn = time.monotonic() - began
        step += 1
        with open(live.folder / "metrics.csv", "a") as table:
            table.write(row(columns, step, 0, loss_d=7.5))
        began = time.monotonic()
        for page in pages:
            page.get_by_role("group", name=re.compile("^Losses: .*7.5")).wait_for()
        print(f"{tabs} tabs: charts in all of them after {drawn:.1f} s, a new row {time.monotonic() - began:.1f} s "
              "after it was written", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ganymede", required=True); p.add_argument("--place", type=pathlib.Path)
    p.add_argument("--runs", type=int, default=300); p.add_argument("--rows", type=int, default=100_000)
    p.add_argument("--over", type=int, default=12); p.add_argument("--tabs", type=int, default=20)
    p.add_argument("--news", type=int, default=86_400); p.add_argument("--burst", type=int, default=500)
    a = p.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(dir=a.place) as place, contextlib.ExitStack() as stack:
        place = pathlib.Path(place)
        source, columns = make_runs(a.ganymede, place, a.runs, a.rows)
        shutil.copy(place / "table0.csv", source / "metrics.csv")
        began = time.monotonic()
        server = Server(a.ganymede, [place / "runs"], threads=2, wait=False)
        stack.callback(server.end)
        server.wait_for(lambda: len(server.get("/api/v1/runs").json()["runs"]) == a.runs, 600)
        print(f"{a.runs} runs of {a.rows} rows of {len(columns)} columns: read in {time.monotonic() - began:.1f} s, "
              f"{memory_of(server.process.pid):.0f} MB of memory", flush=True)
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"),
                                         args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        stack.callback(browser.close)
        the_list(browser, server.port, a.runs)
        overlay(browser, server.port, a.over)
        (live,) = stack.enter_context(pretended(source, place / "runs" / "live"))
        server.wait_for(lambda: any(run["id"] == "live" for run in server.get("/api/v1/runs").json()["runs"]), 60)
        step = a_day(browser, server.port, live, columns, a.rows, a)
        many_tabs(browser, server.port, live, columns, step, a.tabs)


if __name__ == "__main__":
    main()
