"""`train --webhook URL`: an address is told how a run ends, and delays nothing where it does not answer."""

import http.server
import json
import socket
import threading
import time

import pytest
from test_health import SPOILED
from training import train


@pytest.fixture(autouse=True)
def supported(ganymede):
    if "FETCH" in ganymede("--version").stdout.partition("; not ")[2].split():
        pytest.skip("the program was built without GANYMEDE_FETCH")


@pytest.fixture
def told():
    """What was sent, and where to."""
    sent = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            assert self.headers["Content-Type"] == "application/json"
            sent.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(204)
            self.end_headers()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    sent_to = f"http://127.0.0.1:{server.server_port}/hook/secret?x=1"
    yield sent, sent_to
    server.shutdown()
    server.server_close()


def test_the_end_is_told(ganymede, tmp_path, told):
    sent, url = told
    result = train(ganymede, tmp_path / "mine", "--steps", 2, "--webhook", url)
    assert result.returncode == 0, result.stderr
    assert sent == [("/hook/secret?x=1", {"run": "mine", "state": "done", "why": None})]
    written = "".join(path.read_text() for path in (tmp_path / "mine").glob("*.json"))
    assert "secret" not in written and "secret" not in result.stderr, "it may be one"


def test_a_failure_and_a_collapse_are_told(ganymede, tmp_path, told):
    sent, url = told
    result = train(ganymede, tmp_path / "mine", "--steps", 400, "--on-collapse", "stop", "--webhook", url, *SPOILED)
    assert result.returncode == 1
    assert sorted(body["state"] for _, body in sent) == ["collapsed", "failed"], sent
    assert all(body["run"] == "mine" and body["why"] for _, body in sent)


def test_data_that_cannot_be_read_is_told(ganymede, tmp_path, told):
    sent, url = told
    result = ganymede("train", "cifar10-conv", "--data", tmp_path / "none", "--webhook", url, cwd=tmp_path)
    assert result.returncode != 0
    assert [(body["run"], body["state"]) for _, body in sent] == [("cifar10-conv", "failed")]


def test_who_does_not_answer_delays_nothing_and_is_said_once(ganymede, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        port = silent.getsockname()[1]
        begin = time.monotonic()
        result = train(ganymede, tmp_path / "mine", "--steps", 2, "--webhook", f"http://127.0.0.1:{port}/secret")
        assert result.returncode == 0 and time.monotonic() - begin < 45
    said = [line for line in result.stderr.splitlines() if "webhook" in line]
    assert len(said) == 1 and f"http://127.0.0.1:{port} was not told" in said[0] and "secret" not in said[0]


@pytest.mark.parametrize("url", ["ftp://x/y", "x", "http://user:word@host/", "http://", "file:///etc/passwd"])
def test_what_is_no_address_is_refused(ganymede, tmp_path, url):
    result = train(ganymede, tmp_path / "mine", "--steps", 2, "--webhook", url)
    assert result.returncode == 2 and result.stderr.startswith("error: --webhook: "), result.stderr
    assert "word" not in result.stderr.replace("password", "") and not (tmp_path / "mine").exists()
    served = ganymede("serve", "--allow-training", "--port", 0, "--webhook", url, cwd=tmp_path, timeout=60)
    assert served.returncode == 2 and served.stderr.startswith("error: --webhook: "), served.stderr
