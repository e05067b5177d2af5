"""ganymede data list|info|preview|fetch, the last against servers on this machine that behave badly."""
import hashlib
import http.server
import json
import os
import random
import re
import signal
import struct
import subprocess
import threading
import time

import pytest
from images import fails, png

CONTENT = random.Random(1).randbytes(700_001)
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`. `plan` holds what to do at each request, in order: a status, "break" (half of it, then the line
    goes dead), "slow" (a trickle), or "whole" (ignores ranges); after it everything goes well."""
    daemon_threads = True

    def __init__(self, files, plan=()):
        self.files, self.plan, self.ranges = files, list(plan), []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        step = server.plan.pop(0) if server.plan else "well"
        asked = self.headers.get("Range")
        server.ranges.append(asked)
        content = server.files.get(self.path.lstrip("/"))
        if isinstance(step, int) or content is None:
            self.send_error(step if isinstance(step, int) else 404)
            return
        begin = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and step != "whole" else 0
        if begin and begin >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        rest = content[begin:]
        try:
            if step == "break":
                self.wfile.write(rest[:len(rest) // 2])
            elif step == "slow":
                for at in range(0, len(rest), 2000):
                    self.wfile.write(rest[at:at + 2000])
                    self.wfile.flush()
                    time.sleep(0.05)
            else:
                self.wfile.write(rest)
        except OSError:
            pass  # the client left

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    """Starts servers: serve(files, plan) -> Server."""
    servers = []

    def start(files, plan=()):
        server = Server(files, plan)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# --- list, info, preview -------------------------------------------------------------------------------------------

def test_list_names_every_source(ganymede):
    sets = {entry["name"]: entry for entry in json.loads(ganymede("data", "list", "--json").stdout)}
    assert set(sets) >= {"shapes", "cifar10", "cifar100", "mnist", "fashion-mnist", "svhn", "folder"}
    assert sets["shapes"]["built_in"] and not sets["shapes"]["downloadable"]
    assert sets["svhn"]["splits"] == ["train", "test", "extra"] and sets["svhn"]["downloadable"]
    text = ganymede("data", "list")
    assert text.returncode == 0 and text.stderr == ""
    assert re.search(r"^cifar10 .*CIFAR-10", text.stdout, re.M)


def test_info_of_built_in_data(ganymede):
    result = ganymede("data", "info", "shapes", "--json", "--split", "test")
    info = json.loads(result.stdout)
    assert info["count"] == 2000 and info["splits"] == ["test"]
    assert (info["height"], info["width"], info["channels"]) == (32, 32, 3)
    assert [entry["count"] for entry in info["classes"]] == [200] * 10
    assert len(info["mean"]) == 3 and all(0 < value < 1 for value in info["mean"] + info["std"])
    assert re.fullmatch("[0-9a-f]{64}", info["checksum"])
    text = ganymede("data", "info", "shapes", "--class", "star", "--class", "ring").stdout
    assert "shapes: 2,000 images of 32x32 RGB" in text
    assert text.index("star") < text.index("ring")


def test_info_says_what_is_special_about_real_data(ganymede, real_data, tmp_path):
    info = json.loads(ganymede("data", "info", real_data / "svhn", "--json").stdout)
    assert info["name"] == "svhn" and info["count"] == 1083
    assert any("1,083 of 73,257 images" in note for note in info["notes"])
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    first = ganymede("data", "info", "cifar10", "--data", real_data, "--json", env=cache)
    began = time.monotonic()
    second = ganymede("data", "info", "cifar10", "--data", real_data, "--json", env=cache)
    assert time.monotonic() - began < 5, "the second start comes from the cache"
    assert first.stdout == second.stdout
    info = json.loads(first.stdout)
    assert info["count"] == 50000
    assert [round(value, 4) for value in info["mean"]] == [0.4914, 0.4822, 0.4465]
    assert any("checksum differs" in note for note in info["notes"])


def test_preview_is_a_sheet_of_the_classes(ganymede, tmp_path):
    result = ganymede("data", "preview", "shapes", "-n", 4, "-o", tmp_path / "deep" / "sheet.png")
    assert result.returncode == 0, result.stderr
    png = (tmp_path / "deep" / "sheet.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert height > 10 * 48 and width > 4 * 48


def test_a_folder_of_ones_own(ganymede, tmp_path):
    for name in ("b/1.png", "b/2.png", "a/1.png"):
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(51))
    info = json.loads(ganymede("data", "info", tmp_path / "mine", "--json").stdout)
    assert info["name"] == "folder" and info["channels"] == 1
    assert info["classes"] == [{"name": "a", "count": 1}, {"name": "b", "count": 2}]
    assert info["mean"] == [0.2]
    (tmp_path / "mine" / "a" / "broken.png").write_bytes(b"no image")
    fails(ganymede("data", "info", tmp_path / "mine"), "broken.png")
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "1.png").write_bytes(png(1))
    assert "no labels" in ganymede("data", "info", tmp_path / "flat").stdout
    assert ganymede("data", "preview", tmp_path / "flat", "-o", tmp_path / "flat.png").returncode == 0


def test_errors_say_how_to_fix_them(ganymede, tmp_path):
    fails(ganymede("data", "info", "cifar-10"), "unknown data set 'cifar-10'", "did you mean 'cifar10'?", code=2)
    fails(ganymede("data", "info", "cifar10", cwd=tmp_path), "datasets/cifar10", "`ganymede data fetch cifar10`")
    fails(ganymede("data", "info", tmp_path / "none"), "no such file or folder", str(tmp_path / "none"))
    fails(ganymede("data", "info", "shapes", "--class", "strar"), "did you mean 'star'?", code=2)
    fails(ganymede("data", "info", "shapes", "--split", "valid"), "unknown split 'valid'", code=2)
    fails(ganymede("data", "info", "shapes", "--sice", 3), "did you mean '--size'?", code=2)
    (tmp_path / "empty").mkdir()
    fails(ganymede("data", "info", tmp_path / "empty"), "no image", str(tmp_path / "empty"))


# --- fetch ---------------------------------------------------------------------------------------------------------

def test_fetch_goes_on_where_the_line_broke(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT}, ["break"])
    result = ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "x.zip").read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={len(CONTENT) // 2}-"]
    assert not (tmp_path / "x.zip.part").exists()
    assert "downloaded" in result.stdout and "checksum right" in result.stdout


def test_fetch_starts_over_where_ranges_are_ignored(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT}, ["break", "whole"])
    result = ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "x.zip").read_bytes() == CONTENT
    assert server.ranges[1] is not None


def test_fetch_goes_on_with_the_part_of_an_earlier_run(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT})
    (tmp_path / "x.zip.part").write_bytes(CONTENT[:600_000])
    assert ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path).returncode == 0
    assert (tmp_path / "x.zip").read_bytes() == CONTENT
    assert server.ranges == ["bytes=600000-"]
    # A part that is whole already, and one that is too long.
    for part in (CONTENT, CONTENT + b"more"):
        (tmp_path / "x.zip").unlink()
        (tmp_path / "x.zip.part").write_bytes(part)
        assert ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path).returncode == 0
        assert (tmp_path / "x.zip").read_bytes() == CONTENT


def test_fetch_trusts_no_old_part_without_a_checksum(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT}, ["break"])
    (tmp_path / "x.zip.part").write_bytes(b"of another file")
    result = ganymede("data", "fetch", server.url + "/x.zip", "--data", tmp_path)
    assert result.returncode == 0 and "checksum not known" in result.stdout
    assert (tmp_path / "x.zip").read_bytes() == CONTENT


def test_fetch_tries_again_after_a_server_error(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT}, [503])
    result = ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path)
    assert result.returncode == 0 and "HTTP 503" in result.stderr
    assert (tmp_path / "x.zip").read_bytes() == CONTENT


def test_fetch_refuses_a_wrong_checksum(ganymede, serve, tmp_path):
    server = serve({"t10k-images-idx3-ubyte.gz": CONTENT, "t10k-labels-idx1-ubyte.gz": CONTENT})
    result = ganymede("data", "fetch", "mnist", "--split", "test", "--from", server.url, "--data", tmp_path)
    fails(result, "wrong checksum: " + MD5.replace(":", " "), "9fb629c4189551a2d022fa330f9573f3", "t10k-images")
    assert list(tmp_path.iterdir()) == []


def test_fetch_says_what_the_server_refuses(ganymede, serve, tmp_path):
    server = serve({})
    line = fails(ganymede("data", "fetch", "cifar10", "--from", server.url, "--data", tmp_path), "HTTP 404", "--from")
    assert server.url + "/cifar-10-binary.tar.gz" in line
    assert len(server.ranges) == 1, "a refusal is not asked for again"
    assert list(tmp_path.iterdir()) == []


def test_fetch_keeps_its_part_when_stopped(ganymede, serve, tmp_path):
    server = serve({"x.zip": CONTENT}, ["slow"])
    process = subprocess.Popen(
        [ganymede.path, "data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )
    part = tmp_path / "x.zip.part"
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size > 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130 and "stopped" in stderr
    had = part.stat().st_size
    assert 0 < had < len(CONTENT) and part.read_bytes() == CONTENT[:had]
    assert ganymede("data", "fetch", server.url + "/x.zip", "--checksum", MD5, "--data", tmp_path).returncode == 0
    assert server.ranges[-1] == f"bytes={had}-"
    assert (tmp_path / "x.zip").read_bytes() == CONTENT


def test_fetch_wrong_usage(ganymede, tmp_path):
    fails(ganymede("data", "fetch", "minst"), "did you mean 'mnist'?", code=2)
    fails(ganymede("data", "fetch", "shapes"), "nothing to download", "built in", code=2)
    fails(ganymede("data", "fetch", "svhn", "--split", "tset", "--data", tmp_path), "did you mean 'test'?", code=2)
    fails(ganymede("data", "fetch", "file:///etc/passwd", "--data", tmp_path), "http or https", code=2)
    fails(ganymede("data", "fetch", "http://127.0.0.1/x.zip", "--checksum", "abc"), "md5:HEX", code=2)
    assert list(tmp_path.iterdir()) == []


def test_fetched_mnist_can_be_used(ganymede, serve, real_data, tmp_path):
    names = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
    server = serve({name: (real_data / "mnist" / name).read_bytes() for name in names}, ["break"])
    root = {"GANYMEDE_DATA": str(tmp_path)}
    command = ("data", "fetch", "mnist", "--split", "test", "--from", server.url + "/")
    assert ganymede(*command, env=root).returncode == 0
    again = ganymede(*command, env=root)
    assert again.returncode == 0 and again.stdout.count("already there") == 2
    assert len(server.ranges) == 3
    info = json.loads(ganymede("data", "info", "mnist", "--split", "test", "--json", env=root).stdout)
    assert info["count"] == 10000 and info["notes"] == []
