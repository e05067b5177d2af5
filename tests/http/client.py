"""A running `ganymede serve` and requests to it, with the standard library alone."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def type(self):
        return self.headers.get("content-type", "")

    def json(self):
        return json.loads(self.body)

    def problem(self):
        """The problem details, checked to be what every error of the server is."""
        assert self.type == "application/problem+json", (self.status, self.type, self.body[:200])
        document = self.json()
        assert document["status"] == self.status >= 400 and document["title"] and document["detail"], document
        return document


class Server:
    def __init__(self, program, arguments, threads=1, wait=True, env=None):
        self.log_file = tempfile.NamedTemporaryFile("a")
        command = [program, "--threads", threads, "serve", *arguments]
        if "--port" not in arguments:
            command += ["--port", "0"]
        self.process = subprocess.Popen(
            list(map(str, command)),
            stdout=subprocess.PIPE,
            stderr=self.log_file,
            text=True,
            env={**os.environ, **(env or {})},
        )
        line = self.process.stdout.readline()
        found = re.search(r"http://(\S+):(\d+)", line)
        assert found, f"said {line!r}, logged {self.log()!r}"
        self.port = int(found.group(2))
        if wait:
            self.wait_for(lambda: self.get("/readyz").status == 200)

    def log(self):
        with open(self.log_file.name) as file:  # of its own: the server's place in the file must not move
            return file.read()

    def accesses(self):
        return [line for line in self.json_lines() if "target" in line]

    def audits(self):
        return [line for line in self.json_lines() if "audit" in line]

    def json_lines(self):
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def connection(self, timeout=60, source="127.0.0.1"):
        """`source`: the address that it comes from. All of 127.0.0.0/8 is this machine."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = self.connection(timeout)
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, document, **headers):
        return self.request("POST", path, json.dumps(document), {"Content-Type": "application/json", **headers})

    def generate(self, model="tiny", **fields):
        return self.post(f"/api/v1/models/{model}/generate", fields)

    def raw(self, sent, timeout=10):
        """Sends bytes as they are; returns all that comes until the server closes or nothing more comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            try:
                connection.sendall(sent)
            except OSError:  # refused in the middle: the answer is there all the same
                pass
            received = b""
            try:
                while piece := connection.recv(65536):
                    received += piece
            except OSError:
                pass
            return received

    @staticmethod
    def wait_for(condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.05)

    def alive(self):
        return self.process.poll() is None

    def end(self):
        """Asks it to stop, and expects a clean end."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert code == 0, f"exit {code}: {self.log()[-2000:]}"
