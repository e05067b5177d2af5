"""The studio's page, wrong on purpose: a test of tests/browser must fail with each change of its source, and pass with
the page as it is.

The browser is given the changed page in the place of the one that is compiled into the program (tried_pages.py), so no
compiler runs. Run it with the Python that has Playwright; where that has pytest-xdist, STUDIO_WORKERS=2 shares the
work."""

import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from studio_mutations import MUTATIONS

HERE = pathlib.Path(__file__).resolve().parent
STUDIO = HERE.parents[1] / "studio"
CASES = [
    pytest.param(change, id=f"{number} {change[0]} {change[1]}"[:90].replace("::", ":"))
    for number, changes in MUTATIONS.items()
    for change in changes
]


@pytest.fixture(scope="module")
def tried(request, tmp_path_factory):
    """What pytest said of the changes that are wanted: [(change, failures)], and of the page as it is."""
    if not importlib.util.find_spec("playwright"):
        pytest.skip("playwright is not installed: see tests/browser/requirements.txt")
    if not shutil.which("npm") or not (STUDIO / "node_modules").is_dir():
        pytest.skip("no page can be built: scripts/studio --check installs what it takes")
    subprocess.run(["npm", "run", "--silent", "types"], cwd=STUDIO, check=True)
    folder = tmp_path_factory.mktemp("tried")
    items = [item for item in request.session.items if "change" in getattr(item, "fixturenames", ())]
    changes = [item.callspec.params["change"] for item in items]
    (folder / "changes.json").write_text(json.dumps(changes))
    nodes = {"tests/browser/test_{}.py::test_{}".format(*change[3].split("::")) for change in changes}
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "tried_pages", *sorted(nodes)]
    if workers := os.environ.get("STUDIO_WORKERS"):
        command += ["-n", workers, "--dist", "worksteal"]
    given = {"TRIED_PAGES": str(folder / "changes.json"), "PYTHONPATH": str(HERE)}
    ran = subprocess.run(command, cwd=HERE.parents[1], env={**os.environ, **given}, text=True, capture_output=True)
    print(ran.stdout, ran.stderr)
    found = [folder / f"{number}.json" for number in range(len(changes))]
    return [(change, json.loads(path.read_text())) for change, path in zip(changes, found) if path.exists()], ran


@pytest.mark.parametrize("change", CASES)
def test_a_wrong_page_is_seen(tried, change):
    failures = [failures for other, failures in tried[0] if other is change]
    assert failures, f"{change[3]} was not tried"
    assert failures[0], f"{change[3]} did not see it"
    assert not any(failure.startswith("setup") for failure in failures[0]), failures[0]
    print(*failures[0])


def test_the_page_as_it_is_passes(tried):
    assert tried[1].returncode == 0 and "skipped" not in tried[1].stdout, tried[1].stdout[-3000:]
