"""What the REST API of commit 16f1fa9 offered: every route, field and member of an answer is still there."""
import json
import pathlib

import pytest

OLD = json.loads((pathlib.Path(__file__).resolve().parents[1] / "support" / "interface-16f1fa9.json").read_text())[
    "routes"
]


@pytest.fixture(scope="module")
def document(server):
    return server.get("/api/v1/openapi.json").json()


def resolved(document, schema):
    return document["components"]["schemas"][schema["$ref"].split("/")[-1]] if "$ref" in schema else schema


@pytest.mark.parametrize("route", OLD)
def test_routes_fields_and_answers_are_described(document, route):
    method, path = route.split()
    entry, old = document["paths"][path][method.lower()], OLD[route]
    body = entry.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    assert set(old["fields"]) <= set(body.get("properties", {}))
    for kind, place in (("parameters", "query"), ("headers", "header")):
        assert set(old.get(kind, [])) <= {one["name"] for one in entry.get("parameters", []) if one["in"] == place}
    success = next(answer for status, answer in entry["responses"].items() if status.startswith("2"))
    assert set(old["types"]) <= set(success["content"])
    if old["answer"]:
        now = resolved(document, success["content"]["application/json"]["schema"])
        assert set(old["answer"]) <= set(now["properties"])


@pytest.mark.parametrize("route", [route for route, old in OLD.items() if old["fields"] and "models" in route])
def test_no_old_field_is_unknown(server, route):
    path = route.split()[1].replace("{id}", "tiny")
    for field in OLD[route]["fields"]:
        answer = server.post(path, {field: {"no": "such value"}})
        assert "is not known" not in answer.problem()["detail"], answer.body
    assert "is not known" in server.post(path, {"no_such_field": 1}).problem()["detail"], "which this would see"


def test_answers_have_their_images_under_the_old_name_too(server):
    document = server.generate("tiny", count=2, seed=1, format="json").json()
    assert document["images"] == document["pictures"] and len(document["images"]) == 2
    details = server.get("/api/v1/runs/tiny").json()
    assert details["images"] == details["pictures"] and "real.png" in details["images"]
