"""The page's style sheets: a token, and with it each of its two colours, is written in one place."""
import pathlib
import re

APP = pathlib.Path(__file__).resolve().parents[2] / "studio" / "src" / "app"


def tokens(text):
    return re.findall(r"^\s*(--[\w-]+)\s*:", text, re.MULTILINE)


def test_a_token_is_set_once():
    assert sorted(tokens(":root {\n  --a: 1;\n}\n.b {\n  --a: 2;\n}")) == ["--a", "--a"], "which this would see"
    for sheet in APP.glob("*.css"):
        found = tokens(sheet.read_text())
        assert len(found) == len(set(found)), sheet.name


def test_colours_are_tokens():
    """What is written elsewhere would hold in one theme alone."""
    for sheet in APP.glob("*.css"):
        rest = re.sub(r"^\s*--[\w-]+:.*$", "", sheet.read_text(), flags=re.MULTILINE)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", rest), sheet.name
