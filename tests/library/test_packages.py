"""What the Debian packages hold (cmake/Packages.cmake), installed part by part as cpack does; scripts/package makes
them."""

import gzip
import re

import pytest
from installing import ROOT, run


@pytest.fixture(scope="module")
def parts(program, tmp_path_factory):
    """The files of each package, below its own folder."""
    folder = tmp_path_factory.mktemp("packages")
    for part in ("command", "runtime", "development", "python"):
        run("cmake", "--install", program.parent, "--component", part, "--prefix", folder / part)
    return folder


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_the_command_comes_with_its_help(parts):
    found = names(parts / "command")
    assert {"bin/ganymede", "share/applications/ganymede.desktop", "share/icons/hicolor/scalable/apps/ganymede.svg",
            "share/bash-completion/completions/ganymede", "share/zsh/vendor-completions/_ganymede",
            "share/fish/vendor_completions.d/ganymede.fish", "lib/systemd/system/ganymede.service",
            "share/ganymede/recipes/cifar10-conv.toml", "share/doc/ganymede/copyright"} <= found
    page = gzip.decompress((parts / "command/share/man/man1/ganymede-train.1.gz").read_bytes()).decode()
    assert page.startswith(".TH GANYMEDE") and "resume" in page
    assert "/usr/bin/ganymede serve" in (parts / "command/lib/systemd/system/ganymede.service").read_text()
    assert not any(name.startswith("include/") or ".so" in name for name in found)
    result = run(parts / "command/bin/ganymede", "recipes")
    assert "cifar10-conv" in result


def test_the_library_is_in_two_parts(parts):
    runtime, development = names(parts / "runtime"), names(parts / "development")
    assert {re.sub(r".*/", "", name) for name in runtime if ".so" in name} == {
        "libganymede.so.0",
        "libganymede.so.0.1.0",
    }
    assert {re.sub(r".*/", "", name) for name in development if ".so" in name} == {"libganymede.so"}
    assert {"include/ganymede.h", "include/ganymede/ganymede.h"} <= development
    assert any(name.endswith("cmake/Ganymede/GanymedeConfig.cmake") for name in development)
    assert any(name.endswith("pkgconfig/ganymede.pc") for name in development)
    assert not runtime & development
    assert "lib/python3/dist-packages/ganymede.py" in names(parts / "python")


def test_each_has_its_copyright_and_changelog(parts):
    version = re.search(r"\(([0-9.]+)\)", (ROOT / "deploy/debian/changelog").read_text())[1]
    said = re.findall(
        r"define GANYMEDE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", (ROOT / "include/ganymede/version.h").read_text()
    )
    assert version == ".".join(said)
    for part, package in (
        ("command", "ganymede"),
        ("runtime", "libganymede0"),
        ("development", "libganymede-dev"),
        ("python", "python3-ganymede"),
    ):
        folder = parts / part / "share/doc" / package
        assert "Apache-2.0" in (folder / "copyright").read_text()
        assert gzip.decompress((folder / "changelog.gz").read_bytes()).startswith(b"ganymede (")


def test_the_desktop_finds_it(parts):
    entry = (parts / "command/share/applications/ganymede.desktop").read_text()
    assert "Exec=ganymede serve\n" in entry and "Icon=ganymede\n" in entry
    about = (parts / "command/share/metainfo/io.github.ganymede.metainfo.xml").read_text()
    assert "<launchable type=\"desktop-id\">ganymede.desktop</launchable>" in about
