"""The page's house: a folder imports only folders below it, so there is no circle. The server does the latent
mathematics, with one exception: web/, the page of `export --format web`, has no server to ask. What it computes itself
is held to what the program computes by tests/explore/latents.json, which a test on either side reads."""
import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "src"

# Highest first, as ARCHITECTURE.md lists them.
FOLDERS = ["web", "app", "views", "ui", "state", "api", "core"]


def imports(source):
    """What each file takes from other files, both as paths below the folder without their endings."""
    out = {}
    for file in sorted([*source.rglob("*.ts"), *source.rglob("*.tsx")]):
        taken = re.findall(r'(?:from|import) "(\.{1,2}/[^"]+)"', file.read_text())
        plain = [name for name in taken if not name.endswith(".css")]
        out[file.relative_to(source).with_suffix("").as_posix()] = [
            (file.parent / name).resolve().relative_to(source.resolve()).as_posix() for name in plain]
    return out


def upward(graph):
    """Imports of a folder above; of another view too: what two views need lies below both."""
    def wrong(one, other):
        (high, *rest), (low, *others) = one.split("/"), other.split("/")
        return FOLDERS.index(low) < FOLDERS.index(high) or (high == low == "views" and rest[0] != others[0])

    return [f"{name} imports {other}" for name, others in graph.items() for other in others if wrong(name, other)]


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


def test_every_file_is_in_a_folder():
    graph = imports(SOURCE)
    assert len(graph) > 15 and sum(len(others) for others in graph.values()) > 40
    assert {name.split("/")[0] for name in graph} == set(FOLDERS)
    assert all(other in graph for others in graph.values() for other in others)


def test_imports_go_downward():
    assert upward({"core/a": ["ui/b"], "ui/b": ["core/a"]}) == ["core/a imports ui/b"], "which this would see"
    assert upward({"views/runs/a": ["views/models/b", "views/runs/c"]}) == ["views/runs/a imports views/models/b"]
    assert upward(imports(SOURCE)) == []


def test_there_is_no_circle():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a", "b", "c", "a"], "which this would see"
    assert circle(imports(SOURCE)) is None


def test_the_pure_folder_knows_no_browser():
    for file in (SOURCE / "core").glob("*.ts"):
        if not file.name.endswith(".test.ts"):
            assert not re.search(
                r"\b(document|window|location|fetch|localStorage|preact)\b", file.read_text()
            ), file.name


SERVED = sorted(file for file in SOURCE.rglob("*.ts*") if file.parent.name != "web")


HANDS_BACK = "directions.ts"  # asks for the vector of a direction, which `generate` takes as it is


@pytest.mark.parametrize("file", SERVED, ids=lambda file: file.name)
def test_the_server_does_the_latent_mathematics(file):
    handled = r"\bz\b\s*[:\[.]" if file.name == HANDS_BACK else r"\bz\b\s*[:\[.]|vectors:"
    assert not re.search(handled, file.read_text()), f"{file.name} handles latent vectors"


def test_what_the_page_without_a_server_computes_is_held_to_the_program():
    root = SOURCE.parents[1]
    assert "tests/explore/latents.json" in (root / "tests/explore/latents_golden_test.cpp").read_text()
    assert '"golden-latents": ["../tests/explore/latents.json"]' in (root / "studio/tsconfig.json").read_text()
    test = (SOURCE / "web" / "latents.test.ts").read_text()
    assert 'import golden from "golden-latents"' in test
    mathematics = set(re.findall(r"^export (?:const|function) (\w+)", (SOURCE / "web/latents.ts").read_text(), re.M))
    inner = {"between", "erf", "inverseErf"}  # parts of the others, or tested by closed forms in random.test.ts
    assert {name for name in mathematics - inner if not re.search(rf"\b{name}\(", test)} == set()


# Numbers and choices of requests that the page used to say again; it takes them from what is made of openapi.json.
REPEATED = {
    "state/operands.ts": r"MAX_IN_OPERAND = \d",
    "views/generate/noise.ts": r"MAX_COUNT = \d",
    "core/png_texts.ts": r"MAX_SHOWN = \d",
    "views/runs/training.tsx": r"\b1e8\b",
    "views/runs/bench_bar.tsx": r"maxLength=\{\d",
    "views/explore/timeline.tsx": r'value="(spherical|linear)"|FRAMES = \d',
    "views/explore/direction.tsx": r"STEPS = \d",
    "web/client.ts": r'\?\? (\d\d|0\.25|7|1\)|"(spherical|trained))',
}


@pytest.mark.parametrize("file", REPEATED)
def test_what_the_server_takes_is_said_once(file):
    assert not re.search(REPEATED[file], (SOURCE / file).read_text())


def written_by_hand(text):
    """Types that say themselves what an answer holds."""
    return re.findall(r"^(?:export )?(?:interface \w+|type \w+ = \{)", text, re.MULTILINE)


def test_answers_have_the_servers_own_types():
    assert written_by_hand("export interface Run {\n  id: string;\n}\ntype A = {}") == [
        "export interface Run",
        "type A = {",
    ], "which this would see"
    assert written_by_hand((SOURCE / "api" / "types.ts").read_text()) == []
    assert not re.search(r"call<\s*\{", "".join(file.read_text() for file in SOURCE.rglob("*.ts*")))


def test_files_are_short():
    files = [file for ending in ("ts", "tsx", "css") for file in SOURCE.rglob(f"*.{ending}")]
    assert len(files) > 50
    assert not [file.name for file in files if len(file.read_text().splitlines()) > 600]
