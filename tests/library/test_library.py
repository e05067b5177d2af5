"""The library as other programs find it: installed into an empty folder, used from C++, C and Python outside the
tree."""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from installing import ROOT, run

EXAMPLES = ROOT / "examples"
VERSION = re.findall(
    r"define GANYMEDE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", (ROOT / "include/ganymede/version.h").read_text()
)


@pytest.fixture(scope="session")
def prefix(program, tmp_path_factory):
    """Where it was installed. The folder is moved after that: nothing may depend on its place."""
    folder = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", program.parent, "--component", "library", "--prefix", folder / "first")
    return (folder / "first").rename(folder / "moved")


@pytest.fixture(scope="session")
def library(prefix):
    [found] = prefix.rglob("libganymede.so")
    return found


@pytest.fixture(scope="session")
def model(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "run"
    run(program, "-q", "--threads", 1, "train", ROOT / "tests/support/tiny.toml", "--steps", 2, "--output", folder)
    return folder / "model.safetensors"


def without_texts(png):
    """What the command line says in a PNG of where it came from, the library does not."""
    kept, at = png[:8], 8
    while at < len(png):
        end = at + 12 + int.from_bytes(png[at:at + 4], "big")
        kept += b"" if png[at + 4:at + 8] in (b"tEXt", b"iTXt") else png[at:end]
        at = end
    return kept


@pytest.fixture(scope="session")
def sheet(program, model, tmp_path_factory):
    """What the command line makes of the examples' request."""
    file = tmp_path_factory.mktemp("sheet") / "sheet.png"
    run(program, "--threads", 1, "sample", model, "-n", 16, "--seed", 7, "-o", file)
    return without_texts(file.read_bytes())


def test_cxx_with_find_package(prefix, model, sheet, tmp_path):
    shutil.copytree(EXAMPLES / "cpp", tmp_path / "source")
    run("cmake", "-G", "Ninja", "-S", tmp_path / "source", "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror")
    run("cmake", "--build", tmp_path / "build")
    assert "16 images of tiny" in run(tmp_path / "build/generate", model, tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes() == sheet
    assert run(tmp_path / "build/two_threads", model) == "beside: same, engine: same, cancelled: yes\n"


def test_c_with_pkg_config(prefix, library, model, sheet, tmp_path):
    folder = library.parent / "pkgconfig"
    flags = run("pkg-config", "--cflags", "--libs", "ganymede", PKG_CONFIG_PATH=folder).split()
    assert run("pkg-config", "--modversion", "ganymede", PKG_CONFIG_PATH=folder).strip() == ".".join(VERSION)
    run("cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", EXAMPLES / "c/generate.c", *flags,
        f"-Wl,-rpath,{library.parent}", "-o", "generate", cwd=tmp_path)
    assert run(tmp_path / "generate", model, tmp_path / "out.png") == f"16 images in {tmp_path}/out.png\n"
    assert (tmp_path / "out.png").read_bytes() == sheet
    damaged = subprocess.run(
        [tmp_path / "generate", EXAMPLES / "README.md", "none.png"], capture_output=True, text=True, check=False
    )
    assert damaged.returncode == 1 and damaged.stderr.startswith("error: ")


def test_python_with_numpy(library, model, tmp_path):
    pytest.importorskip("numpy", reason="needs numpy: apt-get install python3-numpy")
    variables = {"PYTHONPATH": EXAMPLES / "python", "GANYMEDE_LIBRARY": library}
    said = run(sys.executable, EXAMPLES / "python/generate.py", model, tmp_path / "out.npy", **variables)
    assert said.startswith("(16, 16, 16, 3) of tiny")
    recipe = ROOT / "tests/support/tiny.toml"
    assert run(
        sys.executable, ROOT / "tests/library/use_python.py", model, tmp_path / "run", recipe, **variables
    ).startswith(".".join(VERSION) + " ")


def test_only_the_interface_is_exported(library):
    symbols = [line.split(" ", 2) for line in run("nm", "-D", "-C", "--defined-only", library).splitlines()]
    # A small letter is a local symbol: the linker lists what LibTorch defines too, and binds nobody to it.
    names = [name for _, kind, name in symbols if kind.isupper() or kind == "u"]
    ours = f"ganymede::v{VERSION[0]}_{VERSION[1]}::"
    strange = [name for name in names if not name.startswith(("ganymede_", ours, "ganymede::Error::Error("))]
    assert not strange, strange[:20]
    assert (
        f"{ours}generate(" in "\n".join(names) and f"{ours}train_model(" in "\n".join(names) and "ganymede_run" in names
    )
    declared = set(
        re.findall(
            r"\b(ganymede_\w+)\(", re.sub(r"/\*.*?\*/", "", (ROOT / "include/ganymede.h").read_text(), flags=re.DOTALL)
        )
    )
    assert {name for name in names if name.startswith("ganymede_")} == declared


def test_soname(library):
    assert f"soname: [libganymede.so.{VERSION[0]}]" in run("readelf", "-d", "-W", library)
    assert library.resolve().name == f"libganymede.so.{'.'.join(VERSION)}"


def test_consumers_inherit_no_settings(prefix):
    [targets] = prefix.rglob("GanymedeTargets.cmake")
    text = targets.read_text()
    assert "INTERFACE_COMPILE_FEATURES" in text
    for word in ("COMPILE_OPTIONS", "COMPILE_DEFINITIONS", "LINK_OPTIONS", "INTERFACE_LINK_LIBRARIES", "torch", "-W"):
        assert word not in text, word
    said = "".join(file.read_text() for file in prefix.rglob("*.cmake"))
    # LibTorch alone may lie there: `scripts/build cuda` puts it below the project.
    assert str(ROOT) not in re.sub(r'set\(Ganymede_LIBTORCH "[^"]*"\)', "", said)


def headers(prefix):
    return sorted(file.relative_to(prefix / "include") for file in (prefix / "include").rglob("*.h"))


def test_each_header_stands_alone(prefix, tmp_path):
    compiler = os.environ.get("CXX", "c++")
    warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"]
    warnings += ["-fsyntax-only", f"-I{prefix}/include"]

    def compile_alone(language, header):
        source = tmp_path / f"{str(header).replace('/', '_')}.{language}"
        source.write_text(f"#include <{header}>\nint main(void) {{ return 0; }}\n")
        run(*(["cc", "-std=c99"] if language == "c" else [compiler, "-std=c++20"]), *warnings, source)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compile_alone, "cpp", header) for header in headers(prefix)]
        jobs += [
            pool.submit(compile_alone, "c", header)
            for header in ("ganymede.h", "ganymede/version.h", "ganymede/export.h")
        ]
    for job in jobs:
        job.result()


def test_headers_name_only_the_standard_library(prefix):
    installed = {str(header) for header in headers(prefix)}
    assert "ganymede/operations/requests.h" in installed
    for header in installed:
        for bracket, name in re.findall(r'#include ([<"])([^>"]+)', (prefix / "include" / header).read_text()):
            if bracket == '"':
                assert name in installed, f"{header} includes {name}"
            else:
                assert "/" not in name, f"{header} includes {name}"
