"""Pages of other origins: kept out, but for those that are named."""
import pytest

PAGE = "https://studio.example"
OTHER = "http://localhost:3000"
SECRET = "a secret of more than sixteen characters"
ASK = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture(scope="module")
def shared(start, runs):
    with start(runs, "--cors", PAGE, "--cors", OTHER) as running:
        yield running


def allowed(answer):
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("origin", [PAGE, OTHER])
def test_named_origins_may_read_every_answer(shared, origin):
    for answer in (
        shared.get("/api/v1/models", Origin=origin),
        shared.post("/api/v1/models/tiny/generate", {"count": 1}, Origin=origin),
        shared.post("/api/v1/models/tiny/generate", {"count": 0}, Origin=origin),
        shared.get("/api/v1/models/none", Origin=origin),
        shared.get("/api/v1/nothing", Origin=origin),
        shared.get("/api/v1/models", Origin=origin, Host="evil.example"),
    ):
        assert allowed(answer) == origin and answer.headers["vary"].split(", ")[-1] == "Origin", answer.status
        assert "access-control-allow-credentials" not in answer.headers
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
    asked = shared.request("OPTIONS", "/api/v1/models/tiny/generate", headers={"Origin": origin, **ASK})
    assert asked.status == 204 and allowed(asked) == origin
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert {"Authorization", "Content-Type"} <= set(asked.headers["access-control-allow-headers"].split(", "))


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "*",
        "http://studio.example",
        "https://studio.example.evil",
        "https://studio.example:444",
        "https://STUDIO.example",
        "https://studio.example/",
        "",
        f"{PAGE}, {OTHER}",
    ],
)
def test_other_origins_may_not(shared, server, origin):
    for answer in (
        shared.get("/api/v1/models", Origin=origin),
        shared.post("/api/v1/models/tiny/generate", {"count": 1}, Origin=origin),
    ):
        assert answer.status == 200 and allowed(answer) is None and answer.headers["vary"].split(", ")[-1] == "Origin"
    asked = shared.request("OPTIONS", "/api/v1/models", headers={"Origin": origin, **ASK})
    assert asked.status == 405 and allowed(asked) is None


def test_it_is_off_unless_named(server):
    for answer in (
        server.get("/api/v1/models", Origin=PAGE),
        server.get("/api/v1/models", Origin=f"http://127.0.0.1:{server.port}"),
    ):
        assert allowed(answer) is None and "Origin" not in answer.headers.get("vary", "")
    assert server.request("OPTIONS", "/api/v1/models", headers={"Origin": PAGE, **ASK}).problem()["status"] == 405


def test_options_alone_is_no_preflight(shared):
    assert shared.request("OPTIONS", "/api/v1/models", headers={"Origin": PAGE}).status == 405
    assert (
        shared.request("OPTIONS", "/api/v1/models", headers={"Origin": PAGE, "Host": "evil.example", **ASK}).status
        == 421
    )


def test_the_page_still_varies_by_encoding(shared):
    assert shared.get("/", Origin=PAGE).headers["vary"] == "Accept-Encoding, Origin"


def test_event_streams(shared):
    connection = shared.connection()
    connection.request("GET", "/api/v1/runs/tiny/events?rows=0", headers={"Origin": OTHER})
    assert connection.getresponse().getheader("Access-Control-Allow-Origin") == OTHER
    connection.close()


def test_the_token_is_asked_for_all_the_same(start, runs, tmp_path):
    """A preflight carries none, and the page must be able to read that its call did not either."""
    (tmp_path / "token").write_text(SECRET)
    with start(runs, "--cors", PAGE, "--token-file", tmp_path / "token") as server:
        assert server.request("OPTIONS", "/api/v1/models", headers={"Origin": PAGE, **ASK}).status == 204
        refused = server.get("/api/v1/models", Origin=PAGE)
        assert refused.problem()["status"] == 401 and allowed(refused) == PAGE
        assert server.get("/api/v1/models", Origin=PAGE, Authorization=f"Bearer {SECRET}").status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "",
        "null",
        "studio.example",
        "https://studio.example/",
        "https://studio.example/page",
        "ftp://studio.example",
        "https://*.example",
        "https://Studio.example",
        "https://user@studio.example",
        "https://studio.example:port",
        "https://a.example,https://b.example",
    ],
)
@pytest.mark.parametrize("flag", ["--cors", "--embed"])
def test_what_is_no_origin_is_refused(ganymede, runs, flag, origin):
    result = ganymede("serve", runs, "--port", 0, flag, origin, timeout=60)
    assert (
        result.returncode == 2
        and result.stderr.startswith("error: ")
        and flag in result.stderr
        and result.stderr.count("\n") == 1
    )
