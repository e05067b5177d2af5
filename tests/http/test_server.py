"""The server itself: models and runs as files come and go, the page, health, metrics, access, the log, the end."""
import concurrent.futures
import gzip
import hashlib
import json
import base64
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest
from client import Server
from serving import stdout_of


def test_models(server, runs):
    models = {model["id"]: model for model in server.get("/api/v1/models").json()["models"]}
    assert set(models) == {"tiny", "classes"}
    tiny = models["tiny"]
    assert tiny["title"] and tiny["step"] == 40 and tiny["image"] == {"width": 16, "height": 16, "channels": 3}
    assert tiny["latent"] == {"size": 8, "distribution": "normal"} and tiny["run"] == "tiny" and tiny["averaged"]
    details = server.get("/api/v1/models/tiny").json()
    assert {name: details[name] for name in tiny} == tiny
    assert (
        sum(layer["params"] for layer in details["generator"]["layers"])
        == details["generator"]["total"]
        == tiny["parameters"]
    )
    assert details["toml"].startswith(("title", "name", "["))
    file = server.get("/api/v1/models/tiny/file")
    assert file.body == (runs / "tiny" / "model.safetensors").read_bytes()
    assert 'filename="tiny.safetensors"' in file.headers["content-disposition"]


def test_summary_and_details_agree(server, ganymede, runs):
    said = stdout_of(ganymede, "summary", runs / "tiny", "--json")
    details = server.get("/api/v1/models/tiny").json()
    assert {name: details[name] for name in ("generator", "discriminator")} == json.loads(said)


def test_models_come_and_go(start, runs, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    with start(place) as server:
        names = lambda: {model["id"] for model in server.get("/api/v1/models").json()["models"]}  # noqa: E731
        assert names() == set() and server.get("/readyz").json()["models"] == 0
        shutil.copytree(runs / "tiny", place / "later")
        server.wait_for(lambda: names() == {"later"})
        assert server.generate("later", count=1).status == 200
        shutil.copy(runs / "classes" / "model.safetensors", place / "alone.safetensors")
        server.wait_for(lambda: names() == {"later", "alone"})
        assert server.get("/api/v1/models/alone").json()["run"] is None
        (place / "broken.safetensors").write_bytes(b"\0" * 100)
        shutil.copy(runs / "classes" / "model.safetensors", place / "later" / "model.safetensors")
        server.wait_for(lambda: server.get("/api/v1/models/later").json().get("classes"))
        assert names() == {"later", "alone"} and "broken.safetensors" in server.log()
        shutil.rmtree(place / "later")
        server.wait_for(lambda: names() == {"alone"})
        assert server.generate("later", count=1).problem()["status"] == 404


def test_one_file_or_one_run_may_be_named(start, runs):
    with start(runs / "tiny" / "model.safetensors", runs / "classes") as server:
        assert {model["id"] for model in server.get("/api/v1/models").json()["models"]} == {"model", "classes"}
        assert [run["id"] for run in server.get("/api/v1/runs").json()["runs"]] == ["classes"]


def test_the_page(server):
    plain = server.get("/")
    assert (
        plain.status == 200 and plain.type == "text/html; charset=utf-8" and plain.body.startswith(b"<!doctype html>")
    )
    packed = server.get("/generate?count=4", **{"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
    assert server.get("/runs/any", **{"If-None-Match": plain.headers["etag"]}).status == 304
    assert len(packed.body) < 200_000


def test_the_policy_allows_what_is_in_the_page_and_nothing_else(server):
    answer = server.get("/")
    policy = dict(
        part.strip().split(" ", 1)
        for part in answer.headers["content-security-policy"].split(";")
        if " " in part.strip()
    )
    assert policy["default-src"] == "'none'" and "unsafe" not in answer.headers["content-security-policy"]
    for tag, directive in ((rb"script", "script-src"), (rb"style", "style-src")):
        texts = re.findall(rb"<" + tag + rb"[^>]*>(.*?)</" + tag + rb">", answer.body, re.DOTALL)
        digests = {"'sha256-" + base64.b64encode(hashlib.sha256(text).digest()).decode() + "'" for text in texts}
        assert digests and digests == set(policy[directive].split())
    assert not re.search(rb"""(src|href)=["']?https?:""", answer.body), "no request leaves the machine"


@pytest.mark.parametrize("path", ["/", "/api/v1/models", "/healthz", "/nothing", "/api/v1/models/tiny/generate"])
def test_every_answer_has_the_usual_headers(server, path):
    headers = server.get(path).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert (
        headers["referrer-policy"] == "no-referrer" and "frame-ancestors 'none'" in headers["content-security-policy"]
    )
    assert "access-control-allow-origin" not in headers


def test_errors_are_problems(server):
    assert server.get("/api/v1/models/none").problem()["status"] == 404
    assert server.get("/api/v2").problem()["status"] == 404
    wrong = server.request("DELETE", "/api/v1/models")
    assert wrong.problem()["status"] == 405 and wrong.headers["allow"] == "GET, HEAD"
    assert server.get("/api/v1/models/tiny/generate").headers["allow"] == "POST"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.request("POST", "/api/v1/models/tiny/generate", "count=1", form).problem()["status"] == 415
    assert server.request("POST", "/api/v1/models/tiny/generate", "{").problem()["status"] == 415
    broken = server.request("POST", "/api/v1/models/tiny/generate", "{", {"Content-Type": "application/json"})
    assert broken.problem()["status"] == 400
    assert server.post("/api/v1/models/tiny/generate", [1]).problem()["status"] == 422


def test_head_is_get_without_a_body(server):
    head, get = server.request("HEAD", "/api/v1/models"), server.get("/api/v1/models")
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == str(len(get.body))


def test_connections_are_kept(server):
    connection = server.connection()
    for _ in range(3):
        connection.request("GET", "/healthz")
        response = connection.getresponse()
        assert response.status == 200 and response.read()
        kept = connection.sock
        assert kept is not None
    connection.close()


def test_health_and_metrics(server):
    assert server.get("/healthz").json() == {"status": "ok"}
    assert server.get("/readyz").json()["status"] == "ready"
    server.generate(count=3)
    text = server.get("/metrics").body.decode()
    values = {}
    for line in text.splitlines():
        if line.startswith("# "):
            assert re.fullmatch(r"# (HELP \w+ .+|TYPE \w+ (counter|gauge|histogram))", line)
            continue
        name, value = re.fullmatch(r'(\w+(?:\{\w+="[^"]*"(?:,\w+="[^"]*")*\})?) (\S+)', line).groups()
        assert name not in values
        values[name] = float(value)
    assert values['ganymede_http_requests_total{method="POST",route="/api/v1/models/{id}/generate",status="200"}'] >= 1
    assert values["ganymede_images_total"] == values["ganymede_pictures_total"] >= 3 and values["ganymede_models"] == 2
    assert (
        values['ganymede_http_request_seconds_bucket{route="/healthz",le="+Inf"}']
        == values['ganymede_http_request_seconds_count{route="/healthz"}']
        > 0
    )
    assert values["process_resident_memory_bytes"] > 1e6


def test_runs(server, runs):
    listed = {run["id"]: run for run in server.get("/api/v1/runs").json()["runs"]}
    tiny = listed["tiny"]
    assert (
        tiny["state"] == "done" and tiny["progress"] == 1 and tiny["step"] == 40 and tiny["sample"] == "step-000040.png"
    )
    details = server.get("/api/v1/runs/tiny").json()
    assert details["samples"] == ["step-000000.png", "step-000020.png", "step-000040.png"]
    assert (
        details["toml"] == (runs / "tiny" / "recipe.toml").read_text()
        and "path" not in details["environment"]["data"]
        and "command" not in details["environment"]
    )
    for name in ("samples/step-000020.png", "real.png"):
        answer = server.get(f"/api/v1/runs/tiny/samples/{name.split('/')[-1]}")
        assert answer.type == "image/png" and answer.body == (runs / "tiny" / name).read_bytes()
    rows = (runs / "tiny" / "metrics.csv").read_text().splitlines()
    metrics = server.get("/api/v1/runs/tiny/metrics").json()
    assert list(sorted(metrics["columns"])) == sorted(rows[0].split(",")) and metrics["rows"] == len(rows) - 1
    assert metrics["columns"]["step"] == [float(row.split(",")[0]) for row in rows[1:]]
    rest = server.get("/api/v1/runs/tiny/metrics?first=3").json()
    assert rest["first"] == 3 and rest["columns"]["step"] == metrics["columns"]["step"][3:]
    assert server.get("/api/v1/runs/tiny/metrics?first=x").problem()["errors"][0]["field"] == "first"
    assert server.get("/api/v1/runs/none/metrics").problem()["status"] == 404


class Events:
    """Reads an event stream in the background."""

    def __init__(self, server, path, **headers):
        self.connection = server.connection()
        self.connection.request("GET", path, headers=headers)
        self.response = self.connection.getresponse()
        self.type = self.response.getheader("Content-Type")
        self.events = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        fields = {}
        try:
            for line in self.response:
                line = line.decode().rstrip("\n")
                if not line and "data" in fields:
                    self.events.append((fields["event"], int(fields["id"]), json.loads(fields["data"])))
                    fields = {}
                elif ":" in line and not line.startswith(":"):
                    name, value = line.split(": ", 1)
                    fields[name] = value
        except (OSError, ValueError, AttributeError):
            pass

    def named(self, name):
        return [(number, data) for kind, number, data in self.events if kind == name]


def test_events_of_a_training(start, program, runs, tmp_path):
    place = tmp_path / "runs"
    shutil.copytree(runs / "tiny", place / "live")
    with start(place) as server:
        all_of_it = Events(server, "/api/v1/runs/live/events?rows=0")
        assert all_of_it.type == "text/event-stream"
        server.wait_for(lambda: all_of_it.named("metrics") and all_of_it.named("state"))
        known, metrics = all_of_it.named("metrics")[0]
        assert metrics["rows"] == known == len(metrics["columns"]["step"]) == 8
        resumed = Events(server, "/api/v1/runs/live/events", **{"Last-Event-ID": "8"})
        subprocess.run(
            [program, "--threads", "1", "-q", "train", "--resume", "--output", place / "live", "--steps", "60"],
            check=True,
            capture_output=True,
        )
        server.wait_for(lambda: resumed.named("state") and resumed.named("state")[-1][1]["step"] == 60)
        rows = [row for _, data in resumed.named("metrics") for row in data["columns"]["step"]]
        assert rows == [45, 50, 55, 60], "what came since, once"
        server.wait_for(lambda: resumed.named("samples") and resumed.named("samples")[-1][1][-1] == "step-000060.png")
        server.wait_for(lambda: server.get("/api/v1/runs/live").json()["state"] == "done")


def test_a_running_training_is_seen_and_never_disturbed(start, program, runs, tmp_path):
    place = tmp_path / "runs"
    place.mkdir()
    with start(place) as server:
        command = [program, "--threads", "1", "-q", "train", runs / "tiny" / "recipe.toml"]
        command += ["--output", place / "now", "--steps", "100000"]
        training = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            server.wait_for(lambda: any(run["state"] == "running" for run in server.get("/api/v1/runs").json()["runs"]))
            server.wait_for(lambda: server.get("/api/v1/runs/now").json()["seconds_left"])
        finally:
            training.send_signal(signal.SIGINT)
            assert training.wait(timeout=60) == 128 + signal.SIGINT, training.stderr.read()
        server.wait_for(lambda: server.get("/api/v1/runs/now").json()["state"] == "stopped")


def test_idle_event_streams_do_not_stop_others(server):
    streams = []
    try:
        for _ in range(500):
            connection = server.connection()
            connection.request("GET", "/api/v1/runs/tiny/events")
            streams.append(connection)
        server.wait_for(lambda: b"ganymede_event_streams 500\n" in server.get("/metrics").body)
        begin = time.monotonic()
        assert server.generate(count=16).status == 200
        assert time.monotonic() - begin < 5
    finally:
        for connection in streams:
            connection.close()
    server.wait_for(lambda: b"ganymede_event_streams 0\n" in server.get("/metrics").body, 60)


SECRET = "correct horse battery staple"


@pytest.fixture(scope="module")
def guarded(start, runs, tmp_path_factory):
    file = tmp_path_factory.mktemp("token") / "token"
    file.write_text(f"  {SECRET}\nanything else\n")
    with start(runs, "--token-file", file) as running:
        yield running


def test_a_token_guards_every_call_but_health(guarded):
    for path in ("/api/v1/models", "/api/v1/runs/tiny/events", "/api/v1/openapi.json", "/metrics", "/api/v1/none"):
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": f"Basic {SECRET}"},
            {"Authorization": SECRET},
            {"Authorization": f"Bearer {SECRET} "[:-2]},
            {"Authorization": "Bearer "},
        ):
            answer = guarded.get(path, **headers)
            assert answer.problem()["status"] == 401 and answer.headers["www-authenticate"] == "Bearer"
    assert guarded.generate(count=1).status == 401
    assert guarded.get("/healthz").status == guarded.get("/readyz").status == guarded.get("/").status == 200
    assert guarded.get("/api/v1/models", Authorization=f"Bearer {SECRET}").status == 200
    assert guarded.get("/api/v1/models", Authorization=f"bearer {SECRET}").status == 200
    assert SECRET not in guarded.log()


def test_guesses_of_the_token_are_slowed_down(start, runs, tmp_path):
    (tmp_path / "token").write_text(SECRET)
    with start(runs, "--token-file", tmp_path / "token") as server:
        seen = [server.get("/api/v1/models", Authorization=f"Bearer {number:020}").status for number in range(100)]
        assert seen[:50] == [401] * 50 and seen[-20:].count(429) >= 15
        refused = server.get("/api/v1/models", Authorization="Bearer x")
        assert refused.problem()["status"] == 429 and int(refused.headers["retry-after"]) >= 1
        assert server.get("/api/v1/models").status == 401, "no guess"
        assert server.get("/healthz").status == server.get("/").status == 200
        server.wait_for(lambda: server.get("/api/v1/models", Authorization=f"Bearer {SECRET}").status == 200)


def test_without_the_token_no_body_is_read(guarded):
    connections = []
    for _ in range(50):
        connection = guarded.connection(timeout=10)
        connection.putrequest("POST", "/api/v1/models/tiny/generate")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "1000000")
        connection.endheaders()
        connections.append(connection)
    for connection in connections:
        assert connection.getresponse().status == 401
        connection.close()


def test_bodies_have_one_budget(start, runs):
    """Each of these clients says that it will send a megabyte, and does not."""
    with start(runs) as server:
        held = []
        try:
            for _ in range(400):
                connection = server.connection(timeout=5)
                connection.putrequest("POST", "/api/v1/models/tiny/generate")
                connection.putheader("Content-Type", "application/json")
                connection.putheader("Content-Length", str(1 << 20))
                connection.putheader("Expect", "100-continue")
                connection.endheaders()
                held.append(connection)
            server.wait_for(lambda: server.generate(count=1).status == 503)
            refused = server.generate(count=1)
            assert refused.problem()["status"] == 503 and int(refused.headers["retry-after"]) >= 1
            assert server.get("/healthz").status == 200
            # One client holds half of it at most: another has room.
            other = server.connection(source="127.0.0.2")
            other.request("POST", "/api/v1/models/tiny/generate", '{"count": 1}', {"Content-Type": "application/json"})
            assert other.getresponse().status == 200
            other.close()
        finally:
            for connection in held:
                connection.close()
        server.wait_for(lambda: server.generate(count=1).status == 200)


def test_one_client_leaves_connections_to_others(program, runs, tmp_path):
    """With 400 files the server takes 272 connections, and 136 from one address."""
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -n 400\nexec {program} "$@"\n')
    limited.chmod(0o755)
    server = Server(limited, [runs])
    held = []
    try:
        for _ in range(300):
            held.append(server.connection(timeout=10))
            held[-1].connect()
        # Those beyond its share were closed: nothing comes from them, not even an answer.
        closed = 0
        for connection in held:
            connection.sock.setblocking(False)
        time.sleep(0.5)
        for connection in held:
            try:
                closed += connection.sock.recv(1) == b""
            except BlockingIOError:
                pass
        assert 300 - 136 <= closed <= 300 - 130
        other = server.connection(source="127.0.0.2")
        other.request("GET", "/healthz")
        assert other.getresponse().status == 200
        other.close()
        for connection in held:
            connection.close()

        def answers_again():
            try:
                return server.get("/healthz").status == 200
            except ConnectionError:  # it has not seen yet that they are gone
                return False

        server.wait_for(answers_again)
    finally:
        for connection in held:
            connection.close()
        server.end()


def test_links_and_special_files_are_not_served(start, runs, tmp_path):
    """Whoever may write to a served folder reaches no file outside it and holds up nothing."""
    place, secret = tmp_path / "runs", tmp_path / "secret"
    secret.write_bytes(b"secret")
    shutil.copytree(runs / "tiny", place / "tiny")
    shutil.copytree(runs / "classes", tmp_path / "elsewhere")
    samples = place / "tiny" / "samples"
    (samples / "step-000001.png").symlink_to(secret)
    os.mkfifo(samples / "step-000002.png")
    (samples / "step-000003.png").mkdir()
    (place / "tiny" / "real.png").unlink()
    (place / "tiny" / "real.png").symlink_to(secret)
    (place / "tiny" / ".lock").unlink()
    os.mkfifo(place / "tiny" / ".lock")
    os.mkfifo(place / "tiny" / "train.log")
    (place / "linked").symlink_to(tmp_path / "elsewhere")
    (place / "alone.safetensors").symlink_to(tmp_path / "elsewhere" / "model.safetensors")
    for name in ("metrics.csv", "recipe.toml", "environment.json", "state.json", "model.safetensors"):
        (place / f"of-{name}").mkdir()
        os.mkfifo(place / f"of-{name}" / name)
    with start(place) as server:
        assert {model["id"] for model in server.get("/api/v1/models").json()["models"]} == {"tiny"}
        assert {run["id"] for run in server.get("/api/v1/runs").json()["runs"]} == {"tiny"}
        details = server.get("/api/v1/runs/tiny").json()
        assert (
            details["samples"] == ["step-000000.png", "step-000020.png", "step-000040.png"]
            and "real.png" not in details["images"]
        )
        for name in ("step-000001.png", "step-000002.png", "step-000003.png", "real.png"):
            assert server.get(f"/api/v1/runs/tiny/samples/{name}").status == 404
        (samples / "step-000020.png").unlink()
        (samples / "step-000020.png").symlink_to(secret)  # it was listed a moment ago
        assert server.get("/api/v1/runs/tiny/samples/step-000020.png").status == 404
        assert server.generate("tiny", count=1).status == 200
    with start(tmp_path / "runs" / "linked") as server:  # who names a link means it
        assert [run["id"] for run in server.get("/api/v1/runs").json()["runs"]] == ["linked"]


def test_files_nested_too_deep_are_passed_over(start, runs, tmp_path):
    shutil.copytree(runs / "tiny", tmp_path / "runs" / "tiny")
    for name in ("environment.json", "state.json"):
        (tmp_path / "runs" / "tiny" / name).write_text('{"x":' + "[" * 100_000 + "]" * 100_000 + "}")
    with start(tmp_path / "runs") as server:
        run = server.get("/api/v1/runs/tiny").json()
        assert run["environment"] is None and run["state"] == "done" and "nested" in server.log()


@pytest.mark.parametrize(
    "says, holds, state",
    [
        ("waiting", True, "waiting"),
        ("running", True, "running"),
        ("running", False, "lost"),
        ("waiting", False, "lost"),
        ("stopped", False, "stopped"),
        ("failed", False, "failed"),
        ("done", False, "done"),
        ("failed", True, "running"),
        (None, False, "done"),
        (None, True, "running"),
    ],
)
def test_the_states_of_a_run(start, runs, tmp_path, says, holds, state):
    run = tmp_path / "runs" / "tiny"
    shutil.copytree(runs / "tiny", run)
    (run / "state.json").unlink()
    if says:
        (run / "state.json").write_text(
            json.dumps({"state": says, "step": 40, "steps": 40, **({"why": "no room"} if says == "failed" else {})})
        )
    with open(run / ".lock") as lock:
        if holds:
            fcntl.flock(lock, fcntl.LOCK_EX)
        with start(tmp_path / "runs") as server:
            seen = server.get("/api/v1/runs/tiny").json()
            assert seen["state"] == state and seen["why"] == ("no room" if says == "failed" else None)


def test_a_long_table_comes_in_pieces(start, runs, tmp_path):
    run = tmp_path / "runs" / "tiny"
    shutil.copytree(runs / "tiny", run)
    (run / "metrics.csv").write_text(
        "step,epoch,images,seconds,loss_d\n" + "".join(f"{i},{i / 8},{i * 8},{i / 10},\n" for i in range(1, 3501))
    )
    with start(tmp_path / "runs") as server:
        stream = Events(server, "/api/v1/runs/tiny/events?rows=0")
        server.wait_for(lambda: stream.named("metrics") and stream.named("metrics")[-1][0] == 3500, 10)
        pieces = [data for _, data in stream.named("metrics")]
        assert [piece["first"] for piece in pieces] == [0, 1000, 2000, 3000] and [
            piece["rows"] for piece in pieces
        ] == [1000, 2000, 3000, 3500]
        assert [step for piece in pieces for step in piece["columns"]["step"]] == list(range(1, 3501))
        whole = server.get("/api/v1/runs/tiny/metrics").json()
        assert (
            whole["columns"]["epoch"] == [i / 8 for i in range(1, 3501)]
            and set(whole["columns"]["loss_d"]) == {None}
            and whole["rows"] == 3500
        )


def test_other_names_are_refused_without_a_token(server, guarded):
    for host in ("evil.example", "evil.example:80", "localhost.evil.example", "1127.0.0.1", "127.evil.example", ""):
        answer = server.request("GET", "/api/v1/models", headers={"Host": host})
        assert answer.status == 421, host
    for host in ("localhost", "127.0.0.1:1", "[::1]:8080"):
        assert server.request("GET", "/api/v1/models", headers={"Host": host}).status == 200
    assert (
        guarded.request(
            "GET", "/api/v1/models", headers={"Host": "studio.example", "Authorization": f"Bearer {SECRET}"}
        ).status
        == 200
    )


@pytest.mark.parametrize("flags, words", [
    (["--host", "0.0.0.0"], ["--token-file", "--open"]),
    (["--token-file", "SHORT"], ["16", "openssl"]),
    (["--token-file", "missing"], ["missing"]),
    (["no-such-place"], ["no-such-place"]),
    (["--port", "70000"], ["port"]),
    (["--host", "no.such.host.invalid", "--open"], ["listen"]),
])
def test_wrong_usage_ends_in_one_line(ganymede, tmp_path, flags, words):
    short = tmp_path / "short"
    short.write_text("secret\n")
    flags = [str(short) if flag == "SHORT" else flag for flag in flags]
    result = ganymede("serve", *flags, cwd=tmp_path, timeout=60)
    assert (
        result.returncode in (1, 2) and result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    ), result.stderr
    assert all(word in result.stderr for word in words), result.stderr


def test_a_port_in_use_is_an_error(ganymede, server, runs):
    result = ganymede("serve", runs, "--port", server.port, timeout=60)
    assert result.returncode == 1 and "in use" in result.stderr


def test_every_access_is_a_line_of_json(start, runs):
    with start(runs) as server:
        server.get("/api/v1/models?x=1")
        server.generate(count=2)
        server.get("/no\x7f".encode("unicode_escape").decode())
        server.raw(b"nonsense\r\n\r\n")
        server.wait_for(lambda: len([line for line in server.accesses() if line["target"] != "/readyz"]) >= 4)
        lines = [line for line in server.accesses() if line["target"] != "/readyz"]
    assert [line["status"] for line in lines] == [200, 200, 404, 400]
    assert lines[0]["target"] == "/api/v1/models?x=1" and lines[1]["method"] == "POST"
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"]) and line["remote"] == "127.0.0.1"
        for line in lines
    )
    assert all(line["ms"] >= 0 for line in lines) and lines[0]["bytes"] > 100


def test_quiet_logs_no_access(start, runs):
    with start(runs, "-q") as server:
        assert server.get("/").status == 200
        assert server.log() == ""


def test_a_stop_finishes_what_is_running(start, runs):
    with start(runs) as server, concurrent.futures.ThreadPoolExecutor(32) as pool:
        stream = Events(server, "/api/v1/runs/tiny/events?rows=0")
        idle = server.connection()
        idle.request("GET", "/healthz")
        idle.getresponse().read()
        answers = [pool.submit(server.generate, count=64, seed=i) for i in range(32)]
        server.wait_for(lambda: any(answer.done() for answer in answers))
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=30) == 0
        assert time.monotonic() - begin < 15
        done = [answer for answer in answers if answer.exception() is None]
        assert done and all(answer.result().status == 200 for answer in done)
        # What was not accepted yet is refused by the system; nothing is cut off in the middle.
        assert all(isinstance(answer.exception(), (ConnectionError, type(None))) for answer in answers)
        assert stream.named("metrics")


def test_a_full_queue_says_when_to_come_back(start, runs):
    with start(runs, "--queue", "64") as server, concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda seed: server.generate(count=64, seed=seed), range(128)))
        assert {answer.status for answer in answers} == {200, 429}
        refused = next(answer for answer in answers if answer.status == 429)
        assert refused.problem() and int(refused.headers["retry-after"]) >= 1
        assert server.generate(count=64, seed=0).status == 200


def test_the_models_of_the_checkout_are_there_at_once(start):
    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    with start(models) as server:
        found = {model["id"]: model for model in server.get("/api/v1/models").json()["models"]}
        assert set(found) == {path.stem for path in models.glob("*.safetensors")}
        assert len(found["shapes-relativistic"]["classes"]) == 10
        for name, model in found.items():
            of_class = {"class": model["classes"][-1]} if model["classes"] else {}
            answer = server.generate(name, count=4, seed=1, **of_class)
            assert answer.status == 200 and answer.type == "image/png"
