"""What -o names: PNG or JPEG by its ending, standard output, and never a folder that is called like an image."""

import json
import subprocess

import pytest
from images import fails, png, write
from training import TINY, shared_model

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG"


def to_stdout(ganymede, *arguments):
    """Bytes on stdout and text on stderr: these are no text, so not of the warm program."""
    done = subprocess.run(
        [str(ganymede.path), "--threads", "1", *map(str, arguments)], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.decode()


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path / "data", {f"{i}.png": png(20 * i, 0, 90) for i in range(6)})


@pytest.mark.parametrize("ending", ["jpg", "JPEG", "png"])
def test_the_ending_says_the_kind(ganymede, tmp_path, folder, ending):
    begin = PNG if ending == "png" else JPEG
    run, file = shared_model(ganymede), tmp_path / f"x.{ending}"
    assert ganymede("sample", run, "-n", 4, "-o", file).returncode == 0
    assert file.read_bytes().startswith(begin)
    for command in (
        ("data", "preview", folder),
        ("data", "check", folder),
        ("explore", "direction", run, "--with", "1,2", "--without", "3,4"),
    ):
        result = ganymede(*command, "-o", file)
        assert result.returncode == 0, result.stderr
        assert file.read_bytes().startswith(begin), command
    size = ganymede("data", "check", tmp_path / "data").stdout
    assert "6 images" in size


def test_jpegs_are_read_by_others_and_by_us(ganymede, tmp_path):
    run = shared_model(ganymede)
    ganymede("sample", run, "-n", 4, "-o", tmp_path / "a" / "x.jpg")
    ganymede("sample", run, "-n", 4, "-o", tmp_path / "b" / "x.png")
    sizes = [ganymede("data", "check", tmp_path / name).stdout for name in "ab"]
    assert "1 JPEG" in sizes[0] and "1 PNG" in sizes[1]
    assert sizes[0].split("sizes")[1].split()[1] == sizes[1].split("sizes")[1].split()[1]


@pytest.mark.parametrize("name", ["x.webp", "x.gif", "x.svg", "x.zip", "x.tiff"])
def test_other_pictures_are_refused_not_made_folders(ganymede, tmp_path, name):
    run = shared_model(ganymede)
    fails(
        ganymede("sample", run, "-n", 1, "-o", tmp_path / name),
        f"no {name[2:]} is written here",
        ".png, .jpg, .npy",
        code=2,
    )
    assert not (tmp_path / name).exists()
    (tmp_path / name).mkdir()
    assert ganymede("sample", run, "-n", 1, "-o", tmp_path / name).returncode == 0, "a folder that is there is one"
    assert (tmp_path / name / "0000.png").exists()


def test_standard_output_takes_what_a_file_would(ganymede, tmp_path, folder):
    run = shared_model(ganymede)
    for kind, named in ((".png", "-"), (".jpg", "jpg:-"), (".npy", "npy:-")):
        out, said = to_stdout(ganymede, "sample", run, "-n", 4, "--seed", 7, "-o", named)
        ganymede("sample", run, "-n", 4, "--seed", 7, "-o", tmp_path / f"x{kind}")
        assert out == (tmp_path / f"x{kind}").read_bytes() and "4 images of seed 7" in said
    out, _ = to_stdout(ganymede, "explore", "walk", run, "--stops", 2, "--frames", 4, "-o", "-")
    assert out.startswith(b"GIF89a")
    out, _ = to_stdout(ganymede, "explore", "walk", run, "--stops", 2, "--frames", 4, "-o", "png:-")
    assert out.startswith(PNG)
    out, _ = to_stdout(ganymede, "data", "preview", folder, "-o", "-")
    assert out.startswith(PNG)
    out, _ = to_stdout(ganymede, "plot", run, "-o", "svg:-")
    assert b"<svg" in out[:400]
    fails(ganymede("sample", run, "-n", 1, "-o", "-", "--json"), "standard output takes either", code=2)
    fails(ganymede("sample", run, "-n", 1, "-o", "webp:-"), "no webp is written here", code=2)
    fails(ganymede("data", "check", folder, "-o", "-"), "standard output takes either", code=2)


def test_standard_output_takes_documents_and_models_too(ganymede, tmp_path, folder):
    run = shared_model(ganymede)
    report = ganymede("evaluate", "--real", folder, "--fake", folder, "--metrics", "prdc", "-o", "-", cwd=tmp_path)
    assert report.returncode == 2 and "needs features" in report.stderr
    many = write(tmp_path / "many", {f"{i}.png": png(i, i, 40 + i, width=16, height=16) for i in range(20)})
    report = ganymede("evaluate", "--real", many, "--fake", many, "--metrics", "swd", "-o", "-", cwd=tmp_path)
    assert json.loads(report.stdout)["metrics"]["swd"]["mean"] >= 0
    made = ganymede("new", "mine", "--data", many, "-o", "-", cwd=tmp_path)
    assert made.stdout.startswith("# Written by") and "memory" in made.stderr and "train it with" not in made.stderr
    fails(ganymede("new", "mine", "--data", many, "-o", "-", "--json"), "standard output takes either", code=2)
    for kind, begin in (("onnx", b"\x08"), ("torchscript", b"PK"), ("safetensors", None)):
        out, said = to_stdout(ganymede, "export", run, "--format", kind, "-o", "-")
        assert begin is None or out.startswith(begin)
        assert ganymede("export", run, "--format", kind, "-o", tmp_path / kind).returncode == 0
        assert len(out) == len((tmp_path / kind).read_bytes()) and "generator in -" in said
    model = run / "model.safetensors"
    out, said = to_stdout(ganymede, "import", model, "-o", "-")
    assert ganymede("import", model, "-o", tmp_path / "whole.safetensors").returncode == 0
    assert out == (tmp_path / "whole.safetensors").read_bytes() and "the model is -" in said
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize("command", [
    ("train", TINY), ("reference",), ("data", "prepare", "shapes"), ("data", "dedup", "shapes"),
    ("export", "RUN", "--format", "hub"), ("export", "RUN", "--format", "web"),
])
def test_what_standard_output_cannot_be_is_refused(ganymede, tmp_path, command):
    command = [shared_model(ganymede) if word == "RUN" else word for word in command]
    what = "file" if command[0] == "data" else "folder"
    fails(ganymede(*command, "-o", "-", cwd=tmp_path), f"'-' is standard output, and no {what}", "./-", code=2)
    assert list(tmp_path.iterdir()) == []


def test_two_networks_are_two_files(ganymede):
    run = shared_model(ganymede)
    both = ganymede("export", run, "--format", "onnx", "--network", "both", "-o", "-")
    fails(both, "standard output takes one file", code=2)
