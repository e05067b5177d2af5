"""What the program is made of: its bill of materials, and the versions that its build asks for."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from program import loaded_program, program

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bill():
    if not shutil.which("dpkg-query") or not shutil.which("objdump"):
        pytest.skip("no Debian: nobody says which package a library is of")
    command = [sys.executable, ROOT / "scripts" / "sbom", loaded_program()]
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == second, "the same program gives the same bytes"
    return json.loads(first)


def linked():
    """The libraries that the program names, in the order in which they are loaded."""
    listing = subprocess.run(["objdump", "-p", loaded_program()], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^ *NEEDED +(\S+)", listing, re.M)


def test_every_linked_library_is_there(bill):
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    needed = linked()
    listed = [one["value"] for part in bill["components"] for one in part["properties"] if one["name"] == "linked"]
    assert len(needed) > 10 and sorted(listed) == sorted(needed)


@pytest.mark.skipif(not shutil.which("objdump"), reason="no objdump: nobody says what the program is linked with")
def test_the_standard_library_comes_before_libtorch():
    # PyPI's LibTorch 2.11 has an std::filesystem of its own within, whose remove_all() ends a program that finds it.
    names = linked()
    standard = next(place for place, name in enumerate(names) if name.startswith("libstdc++"))
    assert all(place > standard for place, name in enumerate(names) if name.startswith(("libtorch", "libc10")))


def test_every_npm_package_is_there(bill):
    lock = json.loads((ROOT / "studio" / "package-lock.json").read_text())["packages"]
    wanted = {(path.rpartition("node_modules/")[2], about["version"]) for path, about in lock.items() if path}
    listed = {(part["name"], part["version"]) for part in bill["components"] if part["purl"].startswith("pkg:npm/")}
    assert listed == wanted
    shipped = {
        part["name"]
        for part in bill["components"]
        if part["purl"].startswith("pkg:npm/") and part["scope"] == "required"
    }
    # What ONNX Runtime Web asks for is listed with it, though its build for wasm alone holds little of it.
    brought = {name for name in shipped if name.startswith("@protobufjs/")} | {
        "@types/node",
        "flatbuffers",
        "guid-typescript",
        "long",
        "platform",
        "protobufjs",
        "undici-types",
    }
    assert shipped - brought == {"preact", "uplot", "onnxruntime-common", "onnxruntime-web"}


def test_a_file_that_a_package_diverted_is_that_packages():
    script = ROOT / "scripts" / "sbom"
    sbom = {"__file__": str(script), "__name__": "sbom"}
    exec(compile(script.read_text(), script, "exec"), sbom)
    # As Debian 13 has it.
    said = "diversion by libc6 from: /lib64/ld.so\ndiversion by libc6 to: /lib64/ld.so.usr-is-merged\n"
    sbom["output"] = lambda *_: said + "libc6:amd64: /usr/lib64/ld.so\n"
    assert sbom["packages_of"](["/lib64/ld.so"]) == {"/lib64/ld.so": "libc6"}


def test_all_have_a_version_and_a_licence(bill):
    for part in bill["components"]:
        assert part["version"] and part["licenses"][0]["license"]["name"], part["name"]
    names = [part["bom-ref"] for part in bill["components"]]
    assert len(names) == len(set(names)) and names == sorted(names)


def test_the_build_asks_for_versions():
    """A library that is too old is named when the build is configured, not by an error in its headers."""
    without = {"PkgConfig", "Threads", "OpenMP"}
    asked = 0
    for path in [
        ROOT / "CMakeLists.txt",
        *ROOT.glob("cmake/*.cmake"),
        *ROOT.glob("src/**/CMakeLists.txt"),
        *ROOT.glob("bench/CMakeLists.txt"),
        *ROOT.glob("tests/**/CMakeLists.txt"),
    ]:
        for name, rest in re.findall(r"find_package\((\w+) ([^)]*)\)", path.read_text()):
            asked += 1
            assert name in without or re.match(r"[\d.]+ ", rest), f"{path}: {name} without a version"
        for rest in re.findall(r"pkg_check_modules\(\S+ REQUIRED IMPORTED_TARGET ([^)]*)\)", path.read_text()):
            for module in rest.split():
                if module == "${package}":  # stands in the list of the loop around it
                    continue
                asked += 1
                assert ">=" in module, f"{path}: {module} without a version"
    assert asked > 20


def readelf(file, *arguments):
    return subprocess.run(["readelf", "-W", *arguments, file], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module", params=["launcher", "program"])
def hardened(request):
    if not shutil.which("readelf"):
        pytest.skip("no readelf looks into the program")
    file = program() if request.param == "launcher" else loaded_program()
    symbols = readelf(file, "--dyn-syms")
    if "__asan_init" in symbols or "__tsan_init" in symbols:
        pytest.skip("a build with sanitizers, which take the place of these")
    return file


def test_the_program_is_hardened(hardened):
    assert re.search(r"Type: +DYN", readelf(hardened, "-h")), "it is loaded to another address each time"
    segments, dynamic, symbols = (readelf(hardened, what) for what in ("-l", "-d", "--dyn-syms"))
    assert "GNU_RELRO" in segments and re.search(
        r"\(FLAGS_1\).*NOW.*PIE", dynamic
    ), "its table of functions is read-only"
    assert re.search(r"GNU_STACK .* RW ", segments), "its stack is no code"
    assert not re.search(r"LOAD .* RWE ", segments) and "TEXTREL" not in dynamic
    assert "__stack_chk_fail" in symbols, "functions notice that their frame was overwritten"
    fortified = set(re.findall(r"\b(__\w+_chk)\b", symbols))
    assert len(fortified) >= (1 if hardened == program() else 2), fortified


def test_no_path_of_this_machine_is_in_the_program(hardened):
    assert str(ROOT).encode() + b"/src/" not in hardened.read_bytes()
