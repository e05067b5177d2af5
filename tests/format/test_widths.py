"""No line is wider than 120 columns: of C++, of Python, of the page, of scripts, CMake and TOML, and
of prose in Markdown. Not held to it: HTML, whose links hold images, and what is written by the program or kept as it
was."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH = 120
FOLDERS = "bench cmake deploy docs examples include recipes scripts src studio tests .ci".split()
KEPT = ("docs/reference", "studio/dist", "studio/types", "studio/build", "tests/golden", "tests/earlier/0")
KEPT += ("tests/fuzz/found", "tests/fuzz/corpus")
ENDINGS = {".c", ".cmake", ".cpp", ".css", ".h", ".md", ".py", ".sh", ".toml", ".ts", ".tsx", ".yaml", ".yml"}


def is_text(path):
    if path.suffix in ENDINGS or path.name in ("CMakeLists.txt", "Dockerfile"):
        return True
    return not path.suffix and path.read_bytes()[:2] == b"#!"


def texts():
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    found += [path for path in sorted(ROOT.iterdir()) if path.is_file()]
    named = [(path.relative_to(ROOT).as_posix(), path) for path in found]
    return [(name, path) for name, path in named
            if not name.startswith(KEPT) and "__pycache__" not in name and "node_modules" not in name and is_text(path)]


def prose(text):
    """The lines of Markdown that can be broken: no code, table, heading, image or address alone; the others are
    empty."""
    out, fenced = [], False
    for line in text.splitlines():
        fence = re.match(r"\s*(```|~~~)", line)
        fenced ^= bool(fence)
        whole = fenced or fence or line.startswith("    ") or re.match(r"\s*([|#<]|!\[|\[[^\]]+\]:)", line)
        out.append("" if whole else line)
    return out


def test_finds_what_is_wide():
    wide = "x" * 130
    assert [len(line) > WIDTH for line in prose(f"{wide}\n```\n{wide}\n```\n| {wide}\n    {wide}\n- {wide}")] == \
        [True, False, False, False, False, False, True]


def test_no_line_is_past_the_width():
    found = texts()
    assert len(found) > 900
    assert ENDINGS - {".yml"} <= {path.suffix for _, path in found}
    wide = []
    for name, path in found:
        text = path.read_text()
        lines = prose(text) if path.suffix == ".md" else text.splitlines()
        wide += [f"{name}:{number}" for number, line in enumerate(lines, 1) if len(line) > WIDTH]
    assert not wide
