"""Whatever is sent, the server answers with a documented error or closes, and goes on serving."""
import concurrent.futures
import json
import os
import random
import socket
import time

import pytest

GENERATE = "/api/v1/models/tiny/generate"


@pytest.fixture(autouse=True)
def goes_on(server):
    yield
    assert server.alive() and server.generate(count=1, seed=1).status == 200
    assert not [line for line in server.accesses() if line["status"] == 500]


def status(received):
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else None


def with_body(body, length=None, kind="application/json"):
    length = len(body) if length is None else length
    return (
        f"POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()
        + body
    )


@pytest.mark.parametrize(
    "sent, expected",
    [
        (b"\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(200), 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", 400),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"GET /a%2 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400),
        (b"POST " + GENERATE.encode() + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
        (
            b"POST " + GENERATE.encode() + b" HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            400,
        ),
        (
            b"POST "
            + GENERATE.encode()
            + b" HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"BREW /coffee HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 421),
    ],
)
def test_what_is_no_request(server, sent, expected):
    assert status(server.raw(sent)) == expected


def test_many_and_long_headers(server):
    many = (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(10_000)) + b"\r\n"
    )
    assert status(server.raw(many)) == 431
    assert (
        status(server.raw(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n")) == 431
    )
    assert status(server.raw(b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")) in (400, 431)
    assert (
        status(
            server.raw(
                b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + b"X: y\r\n" * 1000 + b"\r\n"
            )
        )
        == 200
    )


def test_large_bodies(server):
    assert status(server.raw(with_body(b"x" * (1 << 21)))) == 413
    assert status(server.raw(with_body(b"", length=1 << 62))) == 413
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = with_body(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    assert status(server.raw(head + chunk * 64 + b"0\r\n\r\n")) == 413
    assert status(server.raw(with_body(b" " * (1 << 19) + b'{"count": 1}'))) == 200


@pytest.mark.parametrize(
    "body, expected",
    [
        (b"", 400),
        (b"{", 400),
        (b"nul", 400),
        (b'{"count": 1}}', 400),
        (b'{"count": 01}', 400),
        (b'{"count": NaN}', 400),
        (b'{"count": 1e999}', (400, 422)),
        (b'{"count": "\xff\xfe"}', 400),
        (b'\xff\xfe{\0}\0', 400),
        (b'{"a": "\\ud800"}', 400),
        (b"[" * 500_000, 400),
        (b'{"a":' * 100_000, 400),
        (b'{"z": ' + b"[" * 20 + b"]" * 20 + b"}", 400),
        (b"null", 422),
        (b'"count"', 422),
        (b"[]", 422),
        (b"1" * 1000, (400, 422)),
        (b'{"count": 1, "count": 2}', 200),
        (b'{"' + b"x" * 900_000 + b'": 1}', 422),
        (b'{"z": [' + b"[0,0,0,0,0,0,0,0]," * 20_000 + b"[0]]}", 422),
        (b'{"count": ' + b"9" * 100_000 + b"}", (400, 422)),
        (b'\xef\xbb\xbf{"count": 1}', 200),
    ],
)
def test_bodies(server, body, expected):
    received = server.raw(with_body(body))
    assert status(received) in (expected if isinstance(expected, tuple) else (expected,)), received[:300]
    if status(received) >= 400:
        problem = json.loads(received.split(b"\r\n\r\n", 1)[1])
        assert len(received) < 5000 and problem["status"] == status(received)


@pytest.mark.parametrize(
    "place",
    ["/api/v1/runs/tiny/samples/{}", "/api/v1/runs/{}/metrics", "/api/v1/models/{}", "/api/v1/models/{}/file", "/{}"],
)
def test_paths_reach_no_files(server, runs, place):
    secret = (runs / "tiny" / "recipe.toml").read_bytes()[:40]
    for name in (
        "..%2Frecipe.toml",
        "%2e%2e%2frecipe.toml",
        "..",
        "%2e%2e",
        "../recipe.toml",
        "../../tiny/recipe.toml",
        "%2Fetc%2Fpasswd",
        "//etc/passwd",
        "..%5Crecipe.toml",
        "recipe.toml",
        "metrics.csv",
        "model.safetensors",
        ".lock",
        "step-000000.png%00.txt",
        "tiny%2F..%2Ftiny",
        "~",
        "*",
        "%",
    ):
        path = place.format(name)
        received = server.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert status(received) in (400, 404), path
        assert secret not in received and b"root:" not in received


def test_a_request_cut_short_is_forgotten(server):
    whole = with_body(b'{"count": 1}')
    for end in (1, 10, 60, len(whole) - 1):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(whole[:end])
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(with_body(b'{"count": 64}'))  # and gone before the answer


def test_slow_clients_hold_up_nobody_and_are_dropped(server):
    """Three hundred clients that send one byte a second (slow loris)."""
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
    try:
        begin = time.monotonic()
        for second in range(12):
            for connection in slow:
                try:
                    connection.sendall(b"GET / HTTP/1.1\r\nX: y"[second:second + 1])
                except OSError:
                    pass
            if second == 3:
                asked = time.monotonic()
                assert server.generate(count=1).status == 200 and time.monotonic() - asked < 5
            time.sleep(max(0, begin + second + 1 - time.monotonic()))
        time.sleep(2)
        slow[0].settimeout(5)
        assert status(slow[0].recv(65536)) == 408
    finally:
        for connection in slow:
            connection.close()


def test_a_client_that_does_not_read_holds_up_nobody(server):
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(2)
        try:
            for _ in range(2000):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        except OSError:
            pass
        assert server.generate(count=1).status == 200


PLAIN = "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n{}\r\n{{}}"


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 2, 2\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Host: localhost\r\nContent-Length: 2\r\n",
        "Host: evil.example\r\nContent-Length: 2\r\n",
        "Content-Type: text/plain\r\nContent-Length: 2\r\n",
        "Authorization: Bearer a\r\nAuthorization: Bearer b\r\nContent-Length: 2\r\n",
    ],
)
def test_what_a_proxy_may_have_read_otherwise_is_refused(server, headers):
    received = server.raw(
        PLAIN.format(GENERATE, headers).encode() + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert status(received) == 400 and b"HTTP/1.1 200" not in received, received


def test_a_request_is_refused_before_its_body_is_read(server):
    """Host, method and path are in the header: nobody waits for megabytes that are thrown away."""
    for line, expected in (
        (f"POST {GENERATE} HTTP/1.1\r\nHost: evil.example", 421),
        ("POST /none HTTP/1.1\r\nHost: localhost", 404),
        ("PUT /api/v1/models HTTP/1.1\r\nHost: localhost", 405),
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(f"{line}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n".encode())
            assert status(connection.recv(65536)) == expected


def test_pipelined_requests_are_answered_in_turn(server):
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert server.raw(one * 20 + last).count(b"HTTP/1.1 200 OK") == 21


def test_garbage(server):
    chaos = random.Random(1)
    seeds = [
        with_body(b'{"count": 1, "seed": 3}'),
        b"GET /api/v1/runs/tiny/metrics?first=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ]

    def attack(number):
        sent = bytearray(chaos.choice(seeds))
        for _ in range(chaos.randint(1, 6)):
            at = chaos.randrange(len(sent))
            kind = chaos.randrange(3)
            if kind == 0:
                sent[at] = chaos.randrange(256)
            elif kind == 1:
                del sent[at:at + chaos.randint(1, 20)]
            else:
                sent[at:at] = os.urandom(chaos.randint(1, 20)) if number % 2 else bytes(sent[:20])
            if not sent:
                break
        return status(server.raw(bytes(sent), timeout=1))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        seen = set(pool.map(attack, range(400)))
    assert seen <= {None, 200, 400, 404, 405, 413, 415, 421, 422, 431}, seen
