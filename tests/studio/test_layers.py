"""A file of the page imports only what lies below it, so there is no circle; and none reckons with latent vectors."""
import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "src"

# Lowest first: what all use, what pages are made of, the pages, the whole.
LAYERS = [
    ("numbers", "address"),
    ("api",),
    ("shown", "wells", "operands"),
    ("common", "chart", "near", "noise"),
    ("pictures", "images"),
    ("noise_form", "training"),
    ("explore", "generate", "models", "runs"),
    ("app",),
    ("main",),
]
HEIGHTS = {name: height for height, names in enumerate(LAYERS) for name in names}


def imports():
    out = {}
    for file in sorted([*SOURCE.rglob("*.ts"), *SOURCE.rglob("*.tsx")]):
        out[file.stem] = re.findall(r'(?:from|import) "\.{1,2}/(?:[\w./-]*/)?([\w-]+)"', file.read_text())
    return out


def upward(graph, heights):
    """What imports its own layer or one above."""
    return [f"{name} imports {other}" for name, others in graph.items() for other in others if heights[other] >= heights[name]]


def circle(graph):
    """The names of a circle, or nothing."""
    done, path = set(), []

    def walk(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done:
            return None
        path.append(name)
        for other in graph.get(name, []):
            if found := walk(other):
                return found
        path.pop()
        done.add(name)
        return None

    return next((found for name in graph if (found := walk(name))), None)


def test_every_file_is_of_a_layer():
    graph = imports()
    assert len(graph) > 15 and sum(len(others) for others in graph.values()) > 40
    assert set(graph) <= set(HEIGHTS), "say where a new file belongs"


def test_imports_go_downward():
    assert upward({"a": ["b"], "b": ["a"]}, {"a": 1, "b": 0}) == ["b imports a"], "which this would see"
    assert upward({"a": ["b"]}, {"a": 1, "b": 1}) == ["a imports b"]
    assert upward(imports(), HEIGHTS) == []


def test_there_is_no_circle():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"], "which this would see"
    assert circle(imports()) is None


@pytest.mark.parametrize("file", sorted(SOURCE.rglob("*.ts*")), ids=lambda file: file.name)
def test_the_server_does_the_latent_mathematics(file):
    assert not re.search(r"\bz\b\s*[:\[.]|vectors:", file.read_text()), f"{file.name} handles latent vectors"
