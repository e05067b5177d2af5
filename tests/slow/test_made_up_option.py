"""An option that is put into one request's field list is at every door of the whole program, with no other edit:
tests/made_up/CMakeLists.txt compiles what sees that request anew, which takes minutes."""

import json
import subprocess
import sys

import pytest
from program import ROOT, program

sys.path.insert(0, str(ROOT / "tests" / "http"))

from client import Server  # noqa: E402


@pytest.fixture(scope="module")
def changed():
    build = program().parent
    if not (build / "build.ninja").exists() or not (build / "tests").exists():
        pytest.skip("the program was not built here, with its tests")
    subprocess.run(["cmake", "--build", build, "--target", "ganymede_with_option"], check=True, timeout=3600)
    return build / "tests" / "ganymede_with_option"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    recipe = ROOT / "tests" / "support" / "tiny.toml"
    command = [program(), "-q", "train", recipe, "--steps", "1", "--output", folder / "tiny"]
    subprocess.run(list(map(str, command)), check=True, timeout=300)
    return folder / "tiny"


def output(program, *words):
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=300)


def test_the_command_line_has_it(changed, model, tmp_path):
    assert "--sparkle" not in output(program(), "sample", "--help").stdout
    text = " ".join(output(changed, "sample", "--help").stdout.split())
    assert "--sparkle N" in text and "how much it sparkles (0 to 99)" in text
    assert output(changed, "sample", model, "-n", 1, "--sparkle", 99, "-o", tmp_path / "x.png").returncode == 0
    wrong = output(changed, "sample", model, "-n", 1, "--sparkle", 100, "-o", tmp_path / "x.png")
    assert wrong.returncode == 2 and "must be a whole number from 0 to 99" in wrong.stderr


def test_the_reference_has_it(changed, tmp_path):
    assert output(changed, "reference", "-o", tmp_path / "pages").returncode == 0
    row = "| `sparkle` | `--sparkle` | whole number, 0 to 99 | 3 | 0 to 9 | How much it sparkles. |"
    assert row in (tmp_path / "pages" / "generate.md").read_text()


def test_the_server_has_it(changed, model):
    server = Server(changed, [model.parent])
    try:
        document = server.get("/api/v1/openapi.json").json()
        body = document["paths"]["/api/v1/models/{id}/generate"]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"]["properties"]["sparkle"] == {
            "type": "integer",
            "minimum": 0,
            "maximum": 9,
            "default": 3,
            "description": "How much it sparkles.",
        }
        path = "/api/v1/models/tiny/generate"
        assert server.post(path, {"count": 1, "sparkle": 9}).status == 200
        problem = server.post(path, {"count": 1, "sparkle": 10}).problem()
        assert problem["status"] == 422 and json.dumps(problem).count("must be a whole number from 0 to 9")
    finally:
        server.end()
