"""The documentation holds: the site builds with no dead link, every command in it is one that the program knows, with
flags that it knows, and those of the pages for newcomers run."""

import os
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md"]
SHELL = {"|", ">", "<", "&&", "&", ";"}


def code_blocks(text):
    """(words of a comment above, lines) of fenced blocks, and of indented ones."""
    for mark, content in re.findall(r"^(?:<!-- ([^\n]*) -->\n)?```[^\n]*\n(.*?)^```", text, re.M | re.S):
        yield mark.split(), content.splitlines()
    plain = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    yield [], [line.strip() for line in plain.splitlines() if line.startswith("    ")]


def commands(text):
    """The words behind `ganymede` of every command in code blocks."""
    for _, lines in code_blocks(text):
        for line in "\n".join(lines).replace("\\\n", " ").splitlines():
            if not re.match(r"^(\S*/)?ganymede( |$)", line):
                continue
            words = shlex.split(line, comments=True)[1:]
            ends = [i for i, word in enumerate(words) if word in SHELL]
            yield words[: ends[0]] if ends else words


_help = {}


def help_of(ganymede, words):
    """The help of a command and its subcommand, with the flags of the program."""
    names = []
    for word in words[:2]:
        if not re.fullmatch(r"[a-z_]+", word) or (names and ganymede(*names, word, "--help").returncode != 0):
            break
        names.append(word)
    key = tuple(names)
    if key not in _help:
        said = ganymede(*names, "--help")
        assert said.returncode == 0, f"ganymede {' '.join(names)}: {said.stderr}"
        _help[key] = said.stdout + ganymede("--help").stdout
    return _help[key]


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_are_known_with_their_flags(ganymede, page):
    for words in commands(page.read_text()):
        if not words or not re.fullmatch(r"[a-z_]+", words[0]):
            continue
        said = help_of(ganymede, words)
        for word in words:
            flag = word.split("=")[0]
            if re.fullmatch(r"--?[a-z][a-z0-9-]*", flag):
                assert re.search(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", said), f"{' '.join(words)}: no {flag}"


def png(size, red, green, blue):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = b"\0" + b"".join(bytes((red, x * 255 // size, blue)) for x in range(size))
    rows = b"".join(
        row[:1] + bytes(v if i % 3 else (v + y * green) % 256 for i, v in enumerate(row[1:])) for y in range(size)
    )
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def runnable(page):
    for words, lines in code_blocks(page.read_text()):
        if "run" in words:
            yield from ((line, "images" in words) for line in lines if line.strip() and not line.startswith("#"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if "<!-- run" in page.read_text()], ids=lambda page: str(page.relative_to(ROOT))
)
def test_commands_for_newcomers_run(ganymede, page, tmp_path):
    for line, wants_images in runnable(page):
        if wants_images and not (tmp_path / "photos").exists():
            (tmp_path / "photos").mkdir()
            for i in range(24):
                (tmp_path / "photos" / f"{i}.png").write_bytes(png(64, i * 10, i, 255 - i * 9))
        words = shlex.split(line, comments=True)
        assert words[0] == "ganymede", line
        result = ganymede(*words[1:], cwd=tmp_path)
        assert result.returncode == 0, f"{line}\n{result.stderr}"
        if "-o" in words:
            assert (tmp_path / words[words.index("-o") + 1]).exists(), line


def test_the_site_builds_without_a_dead_link(tmp_path):
    pytest.importorskip("mkdocs", reason="no mkdocs: pip reaches no package index")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path / "site"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )
    assert built.returncode == 0, built.stderr
    outside = re.compile(r"(?:src|href)=\"https?://(?!squidfunk\.github\.io)[^\"]*\.(?:js|css|woff2?)")
    for page in (tmp_path / "site").rglob("*.html"):
        assert not outside.search(page.read_text()), f"{page.name} asks another host"


@pytest.mark.parametrize(
    "text", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md"], ids=lambda p: p.name
)
def test_links_outside_the_site_lead_somewhere(text):
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text.read_text()):
        if "://" not in target:
            assert (text.parent / target).exists(), target


def test_every_page_is_in_the_navigation():
    listed = set(re.findall(r": ([\w./-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.M))
    assert listed == {str(page.relative_to(ROOT / "docs")) for page in PAGES}
