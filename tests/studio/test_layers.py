"""No file of the page imports, directly or through others, what imports it; and none reckons with latent vectors."""
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "src"


def imports():
    out = {}
    for file in sorted([*SOURCE.glob("*.ts"), *SOURCE.glob("*.tsx")]):
        out[file.stem] = re.findall(r'from "\./([\w-]+)"', file.read_text())
    return out


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


def test_there_is_no_circle():
    graph = imports()
    assert len(graph) > 10 and any(graph.values())
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"], "which this would see"
    assert circle(graph) is None


def test_the_server_does_the_latent_mathematics():
    for file in SOURCE.glob("*.ts*"):
        assert not re.search(r"\bz\b\s*[:\[.]|vectors:", file.read_text()), f"{file.name} handles latent vectors"
