"""The description of the API against what the server really does: generated requests, and nothing undescribed in the
answers."""

import json
import pathlib
import random
import shutil
import urllib.parse

import pytest
from schema import Schemas

METHODS = ("get", "post", "put", "patch", "delete")
ROUNDS = 120


@pytest.fixture(scope="module")
def document(server):
    return server.get("/api/v1/openapi.json").json()


def operations(document):
    return [
        (path, method, entry)
        for path, item in document["paths"].items()
        for method, entry in item.items()
        if method in METHODS
    ]


def check(document, path, method, answer):
    """The status, the type and the content of an answer are described."""
    schemas = Schemas(document)
    operation = document["paths"][path].get(method)
    described = operation["responses"] if operation else {"405": document["components"]["responses"]["405"]}
    assert str(answer.status) in described, f"{method} {path}: {answer.status} is not described: {answer.body[:300]}"
    response = schemas.resolved(described[str(answer.status)])
    kind = next((kind for kind in response["content"] if kind.split(";")[0] == answer.type.split(";")[0]), None)
    assert kind, f"{method} {path}: {answer.type} is not described for {answer.status}"
    if kind.endswith("json"):
        errors = schemas.errors(response["content"][kind]["schema"], answer.json())
        assert not errors, f"{method} {path}: {errors}"
    for name, header in response.get("headers", {}).items():
        if answer.status in (401, 405, 429):
            assert name.lower() in answer.headers, f"{method} {path} {answer.status}: no {name}"
    return answer


def test_it_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.") and document["info"]["title"] and document["info"]["version"]
    names = [entry["operationId"] for _, _, entry in operations(document)]
    assert len(names) == len(set(names))
    schemas, text = Schemas(document), json.dumps(document)
    for found in set(part.split('"')[0] for part in text.split('"$ref": "')[1:]):
        assert schemas.resolved({"$ref": found})
    for path, _, entry in operations(document):
        places = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        assert places == {one["name"] for one in entry.get("parameters", []) if one["in"] == "path"}


def test_the_page_is_typed_by_it(document):
    """The answers' types of the studio are generated from the file that is checked in."""
    known = json.loads((pathlib.Path(__file__).resolve().parents[2] / "studio" / "openapi.json").read_text())
    assert (
        known == document
    ), "write it anew: ganymede reference --openapi -o studio; scripts/studio"


def test_it_describes_every_route(document, server):
    """What the server counts by pattern is what it knows."""
    for path in document["paths"]:
        server.request("PATCH", path.replace("{", "%7B").replace("}", "%7D"))
    text = server.get("/metrics").body.decode()
    assert all(f'method="PATCH",route="{path}",status="405"' in text for path in document["paths"])


def url(path, entry, chance, names):
    for one in entry.get("parameters", []):
        if one["in"] == "path":
            value = (
                chance.choice(names.get(one["name"], []))
                if chance.random() < 0.8
                else chance.choice(["none", "äöü", "..", "a b", "x" * 200, "%"])
            )
            path = path.replace("{" + one["name"] + "}", urllib.parse.quote(value, safe=""))
    queries = [
        (one["name"], chance.choice(["0", "3", "1000000", "-1", "x", "", "99999999999999999999"]))
        for one in entry.get("parameters", [])
        if one["in"] == "query" and chance.random() < 0.5
    ]
    if chance.random() < 0.2:
        queries.append(("surprise", "1"))
    return path + ("?" + urllib.parse.urlencode(queries) if queries else "")


@pytest.fixture
def changing(start, runs, tmp_path):
    """A server of runs that may be deleted."""
    shutil.copytree(runs, tmp_path / "runs")
    with start(tmp_path / "runs") as running:
        yield running


def test_generated_requests(document, changing):
    server = changing
    schemas, chance = Schemas(document), random.Random(7)
    names = {"id": ["tiny", "classes"], "file": ["real.png", "step-000000.png", "losses.svg"]}
    seen = {}
    for _ in range(ROUNDS):
        for path, method, entry in operations(document):
            if "text/event-stream" in entry["responses"].get("200", {}).get("content", {}):
                continue
            address = url(path, entry, chance, names)
            if "requestBody" not in entry:
                answer = server.request(method.upper(), address)
            else:
                body = schemas.value(entry["requestBody"]["content"]["application/json"]["schema"], chance)
                if chance.random() < 0.3:
                    body[chance.choice([*body, "odd"])] = schemas.anything(chance)
                elif chance.random() < 0.1:
                    body = schemas.anything(chance)
                if isinstance(body, dict) and "class" in body and chance.random() < 0.9:
                    del body["class"]  # no generated text is a class
                kind = {} if chance.random() < 0.03 else {"Content-Type": "application/json"}
                text = json.dumps(body)
                answer = server.request(method.upper(), address, text[:-1] if chance.random() < 0.03 else text, kind)
            check(document, path, method, answer)
            assert answer.status < 500, f"{method} {address}: {answer.body}"
            if entry["operationId"] == "deleteRun" and answer.status == 200:
                assert server.post(f"/api/v1/trash/{answer.json()['name']}/restore", {}).status == 200
            seen.setdefault(entry["operationId"], set()).add(answer.status)
    for name in ("generate", "interpolate", "arithmetic", "nearest_images"):
        assert {200, 404, 422} <= seen[name], f"{name}: {seen[name]}"
    assert seen["getMetrics"] >= {200, 404, 422} and seen["getSample"] >= {200, 404}


def body_schema(document, path):
    return document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]


GENERATE = "/api/v1/models/{id}/generate"


@pytest.fixture(scope="module")
def training(start, runs, tmp_path_factory):
    place = tmp_path_factory.mktemp("training") / "runs"
    shutil.copytree(runs, place)
    with start(place, "--allow-training") as running:
        yield running


@pytest.mark.parametrize(
    "path, body, status",
    [
        (GENERATE, {"count": 2, "class": None, "network": None, "points": None, "untrained": None}, 200),
        (GENERATE, {"count": 1, "seed": None}, 422),
        (GENERATE, {"count": 1, "network": "trained", "untrained": None}, 200),
        (GENERATE, {"count": 1, "network": "trained", "untrained": False}, 422),
        (GENERATE, {"points": [{"z": None, "seed": 1}]}, 422),
        ("/api/v1/runs/{id}/keep", {"title": None, "pinned": None}, 200),
        ("/api/v1/recipes/check", {}, 422),
        ("/api/v1/recipes/check", {"recipe": None, "toml": None, "like": None}, 422),
        ("/api/v1/recipes/check", {"recipe": None, "like": "tiny"}, 200),
    ],
)
def test_what_a_body_may_say_is_what_is_understood(document, training, path, body, status):
    """Null counts as absent, but not as a seed; of two names for the same, one; of those of which one must be, one."""
    answer = training.post(path.replace("{id}", "tiny"), body)
    fits = not Schemas(document).errors(body_schema(document, path), body)
    assert (answer.status, fits) == (status, status == 200), answer.body


def test_a_run_to_be_like_may_be_none(document, training):
    for path in ("/api/v1/recipes/check", "/api/v1/recipes/estimate", "/api/v1/runs", "/api/v1/data/check"):
        body = {"like": "nobody", **({"images": "some"} if path.startswith("/api/v1/data") else {})}
        assert check(document, path, "post", training.post(path, body)).status == 404


@pytest.mark.parametrize("name", ["a\x17b", "x" * 256], ids=["control", "long"])
def test_names_in_a_query_are_described(document, server, name):
    """A control character in an address is refused, so no name in a list has one."""
    for path in ("/api/v1/curves", "/api/v1/events"):
        found = next(one for one in document["paths"][path]["get"]["parameters"] if one["name"] == "runs")
        assert Schemas(document).errors(found["schema"], [name])
        assert server.get(f"{path}?runs=tiny,{urllib.parse.quote(name)}").status in (400, 422)


def test_rows_are_looked_at_whatever_a_header_says(document, server):
    events = "/api/v1/runs/tiny/events"
    for query, last in (("?rows=false", "4"), ("?rows=0", "x")):
        assert server.get(events + query, **{"Last-Event-ID": last}).problem()["errors"][0]["field"] == "rows"
    parameters = document["paths"]["/api/v1/runs/{id}/events"]["get"]["parameters"]
    header = next(one["schema"] for one in parameters if one["in"] == "header")
    fits = [not Schemas(document).errors(header, text) for text in ("", "4", "x")]
    assert fits == [True, True, False], "an empty one is none, as browsers send it"


def test_event_streams(document, server):
    connection = server.connection()
    connection.request("GET", "/api/v1/runs/tiny/events?rows=0")
    response = connection.getresponse()
    assert (
        response.status == 200
        and response.getheader("Content-Type")
        in document["paths"]["/api/v1/runs/{id}/events"]["get"]["responses"]["200"]["content"]
    )
    lines = [response.readline().decode() for _ in range(8)]
    content = document["paths"]["/api/v1/runs/{id}/events"]["get"]["responses"]["200"]["content"]
    for begin in (0, 4):
        said = dict(line.rstrip("\n").split(": ", 1) for line in lines[begin : begin + 3])
        assert not Schemas(document).errors(content["text/event-stream"]["schema"], said)
        assert Schemas(document).errors(content["text/event-stream"]["schema"], {**said, "event": "surprise"})
    events = {
        lines[i].split(": ")[1].strip(): json.loads(lines[i + 2].split(": ", 1)[1])
        for i in (0, 4)
        if lines[i].startswith("event") and i + 2 < len(lines)
    }
    connection.close()
    schemas = Schemas(document)
    assert not schemas.errors({"$ref": "#/components/schemas/Metrics"}, events["metrics"])
    assert not schemas.errors({"$ref": "#/components/schemas/Run"}, events["state"])


def test_other_methods(document, server):
    for path, item in document["paths"].items():
        address = path.replace("{id}", "tiny").replace("{file}", "real.png")
        for method in METHODS:
            if method not in item:
                check(document, path, method, server.request(method.upper(), address))
