"""The description of the API against a running server, as Schemathesis reads the one and asks the other: every phase
and every check, without a token and with one, about five minutes each.

`scripts/test slow` makes the environment that has it; the variable SCHEMATHESIS names another one's program."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(TESTS / "http"))

from serving import program, runs, start  # noqa: E402, F401

SCHEMATHESIS = pathlib.Path(
    os.environ.get("SCHEMATHESIS", TESTS.parent / "build" / "schemathesis-venv" / "bin" / "schemathesis")
)
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS", 280))
TOKEN = "that-of-the-schemathesis-test"

# No generated text is the name of a run or a file, so they are given; one run is there to be deleted, again and again.
# What no schema can say (which classes a model has, how long its vectors are, which recipes there are) is refused with
# 422; a query that is longer than a header may be with 431. A stream of a run that is over has one event. What times
# steps may take a minute.
CONFIG = """
request-timeout = 60

[parameters]
"path.id" = "{run}"
"path.file" = "real.png"

[[operations]]
include-operation-id = ["deleteRun", "restoreRun"]
parameters = {{ "path.id" = "spare" }}

[[operations]]
include-operation-id = ["streamEvents", "streamRuns"]
max-stream-events = 1
request-timeout = 2

[checks]
max_response_time = 70

[checks.positive_data_acceptance]
expected-statuses = [200, 202, 401, 403, 404, 409, 422, 429, 431, 503]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 415, 421, 422, 429, 431, 503]

[generation]
database = "none"
"""


@contextlib.contextmanager
def taken_back(server, **headers):
    """What is deleted is there again half a second later."""
    over = threading.Event()

    def restore():
        while not over.wait(0.5):
            for one in server.get("/api/v1/trash", **headers).json()["runs"]:
                server.post(f"/api/v1/trash/{one['name']}/restore", {}, **headers)

    thread = threading.Thread(target=restore)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def description_of(server, **headers):
    return server.get("/api/v1/openapi.json", **headers).json()


def ask(server, place, document, run, *flags):
    """Has Schemathesis ask the server what its description says; returns how often it did."""
    (place / "openapi.json").write_text(json.dumps(document))
    (place / "schemathesis.toml").write_text(CONFIG.format(run=run))
    command = [SCHEMATHESIS, "--config-file", place / "schemathesis.toml", "run", place / "openapi.json"]
    command += ["--url", f"http://127.0.0.1:{server.port}", "--checks", "all", "--max-time", SECONDS]
    command += ["--continue-on-failure", "--no-color", *flags]
    found = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=place)
    print(found.stdout)
    assert found.returncode == 0, found.stderr + found.stdout
    assert server.alive()
    return int(re.search(r"(\d+) generated", found.stdout).group(1))


@pytest.fixture
def place(runs, tmp_path):  # noqa: F811
    if not SCHEMATHESIS.exists():
        pytest.skip(f"no Schemathesis: {SCHEMATHESIS} is not there")
    shutil.copytree(runs, tmp_path / "runs")
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "spare")
    return tmp_path


def test_it_does_what_it_says(start, place):  # noqa: F811
    with start(place / "runs", "--allow-training") as server, taken_back(server):
        assert ask(server, place, description_of(server), "tiny") > 1000


def test_with_a_token_it_does_so_too(start, place):  # noqa: F811
    """Without the token nothing is answered: the description of a server that wants one says so here."""
    (place / "token").write_text(TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with start(place / "runs", "--token-file", place / "token", wait=False) as server, taken_back(server, **headers):
        server.wait_for(lambda: server.get("/readyz").status == 200)
        document = description_of(server, **headers)
        document["security"].remove({})
        assert ask(server, place, document, "classes", "--header", f"Authorization: Bearer {TOKEN}") > 1000
