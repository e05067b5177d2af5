"""A count stands before its noun through `counted` (ganymede/core/counted.h), which knows "1 image" from "2 images"."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOUNS = """attributes batches bytes cells channels classes columns conditions connections entries epochs features files
frames groups images items labels layers levels links members mixes names neighbours numbers operands pages parameters
points processes records rows samples shards sizes steps stops tensors threads values vectors"""
DESCRIBED = "(?:class|generated|labelled|more|nearest|random|real|stored|training) "
# {}, {0}, {:.0f}, {:>9}: whole numbers. 0.5 and 1.0 images are plural anyway.
COUNT = re.compile(r"\{\d*(?::[<>]?\d*(?:\.0f)?)?\} (?:" + DESCRIBED + ")?(?:" + "|".join(NOUNS.split()) + r")\b(?!/)")
# What reads like a count and is none.
ALLOWED = {
    ("src/ganymede/data/shapes.cpp", "{} channels"),  # "size {} channels {}", keys and values
    ("src/ganymede/data/survey.cpp", "{} channels"),  # "{} channels beside ...": the first is "2 images have"
    ("src/ganymede/operations/hub.cpp", "{} images"),  # "{} x {} images", a size
    ("src/ganymede/quality/evaluator.cpp", "{} names"),  # the network names
}


def literals(text):
    """String literals of C++, with those that follow each other joined."""
    quoted = r'"(?:[^"\\\n]|\\.)*"'
    for found in re.finditer(quoted + r"(?:\s*" + quoted + ")*", text):
        yield re.sub(r'"\s*"', "", found.group())


# `${n} images`: not `of ${all} images` behind the most that are taken, which is never one of one.
OF_STUDIO = re.compile(r"(?<!of )\$\{[^{}]*\} (?:" + "|".join(NOUNS.split()) + r"|runs|votes)\b(?!/)")
TAKES_MANY = {"${grouped(USUAL_COUNT)} images", "${model.id} vectors", "${image.channels} channels"}


def test_studio_counts_know_one():
    assert OF_STUDIO.findall("`${n} images`, `${a.length} of ${b} rows`, `${n} images/s`") == ["${n} images"]
    sources = sorted((ROOT / "studio" / "src").rglob("*.ts*"))
    found = {(path.relative_to(ROOT).as_posix(), text)
             for path in sources for text in OF_STUDIO.findall(path.read_text()) if text not in TAKES_MANY}
    assert sorted(found) == []


def uncounted(text):
    return [match.group() for literal in literals(text) for match in COUNT.finditer(literal)]


def test_finds_uncounted_nouns():
    assert uncounted('f("{} images", "{:.0f} epochs"); g("{} nearest "\n  "images", "of {:>12} parameters")') == \
        ["{} images", "{:.0f} epochs", "{} nearest images", "{:>12} parameters"]
    assert not uncounted('"{:.1f} images/s", "{:.1f} epochs", "{} x {} pixels", "{}: images" // {} images')


def test_counts_know_one():
    found = {(path.relative_to(ROOT).as_posix(), text)
             for folder in ("src", "include") for ending in ("cpp", "h")
             for path in sorted((ROOT / folder).rglob("*." + ending)) for text in uncounted(path.read_text())}
    assert sorted(found - ALLOWED) == []
    assert sorted(ALLOWED - found) == []
