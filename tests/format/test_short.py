"""Functions of Python and of the page are short too; those of C++ are looked at in test_functions.py."""
import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES, PARAMETERS = 60, 7
BEGINS = re.compile(
    r"(\s*)(?:export )?(?:async )?(?:function (\w+)|(?:const|let) (\w+)[^=]* = (?:async )?(?:\(|<\w+,?>\(|\w+ =>))"
)


def of_python(text):
    """(name, lines, parameters) of each function."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [(node.name, node.end_lineno - node.lineno + 1,
             len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs)) for node in found]


def of_page(text):
    """(name, lines) of each function, whose end is the next line that closes something as far left as it began."""
    lines, found = text.splitlines(), []
    for number, line in enumerate(lines):
        begin = BEGINS.match(line)
        if begin is None or not line.rstrip().endswith(("{", "(", "[")):
            continue
        for end, other in enumerate(lines[number + 1:], number + 2):
            if re.match(begin.group(1) + r"[)}\]]", other) and not other.rstrip().endswith("{"):
                found.append((begin.group(2) or begin.group(3), end - number))
                break
    return found


def test_finds_functions():
    assert of_python("def a(b, *, c=1):\n    def d():\n        pass\n    return d\n") == [("a", 4, 2), ("d", 2, 0)]
    assert of_page("export function A({\n  b,\n}: C) {\n  const d = () => {\n    e();\n  };\n  return d;\n}\n") == [
        ("A", 8),
        ("d", 3),
    ]
    assert of_page("const f = (a: B) =>\n  a;\nconst g = async (h: I) => {\n  j();\n};\n") == [("g", 3)]


def test_functions_of_python_are_short():
    paths = [
        path for folder in ("bench", "examples", "scripts", "tests") for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    paths += [
        path for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and b"python" in path.read_bytes()[:30]
    ]
    found = [(path, *function) for path in paths for function in of_python(path.read_text())]
    assert len(found) > 1000
    assert [f"{path.relative_to(ROOT)} {name}: {lines} lines, {parameters} parameters"
            for path, name, lines, parameters in found if lines > LINES or parameters > PARAMETERS] == []


def test_functions_of_the_page_are_short():
    found = [
        (path, *function)
        for path in sorted((ROOT / "studio" / "src").rglob("*.ts*"))
        for function in of_page(path.read_text())
    ]
    assert len(found) > 250
    assert [f"{path.relative_to(ROOT)} {name}: {lines} lines" for path, name, lines in found if lines > LINES] == []
