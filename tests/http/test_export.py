"""A model's networks as files for other programs, over HTTP: those that the command writes."""
import io
import zipfile

import pytest


def exported(server, model="tiny", **wanted):
    return server.post(f"/api/v1/models/{model}/export", wanted)


def below(folder):
    return {str(one.relative_to(folder.parent)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def members(answer):
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name, ending", [("onnx", "onnx"), ("torchscript", "pt"), ("safetensors", "safetensors")])
def test_a_file_is_that_of_the_command(server, ganymede, runs, tmp_path, name, ending):
    answer = exported(server, format=name)
    assert (answer.status, answer.type) == (200, "application/octet-stream"), answer.body[:300]
    assert answer.headers["content-disposition"] == f'attachment; filename="tiny.{ending}"'
    file = tmp_path / f"tiny.{ending}"
    result = ganymede("export", runs / "tiny", "--format", name, "-o", file)
    assert result.returncode == 0, result.stderr
    assert answer.body == file.read_bytes()


def test_several_files_come_in_an_archive(server, ganymede, runs, tmp_path):
    answer = exported(server, format="onnx", network="both", pixels="uint8")
    assert answer.type == "application/zip" and 'filename="tiny-onnx.zip"' in answer.headers["content-disposition"]
    files = members(answer)
    assert set(files) == {"tiny.generator.onnx", "tiny.discriminator.onnx"}
    result = ganymede(
        "export", runs / "tiny", "--format", "onnx", "--network", "both", "--pixels", "uint8", "-o", tmp_path / "x.onnx"
    )
    assert result.returncode == 0, result.stderr
    assert files["tiny.generator.onnx"] == (tmp_path / "x.generator.onnx").read_bytes()


@pytest.mark.parametrize("name", ["hub", "web"])
def test_a_folder_comes_in_an_archive(server, ganymede, runs, tmp_path, name):
    files = members(exported(server, format=name))
    result = ganymede("export", runs / "tiny", "--format", name, "-o", tmp_path / "tiny")
    assert result.returncode == 0, result.stderr
    wanted = below(tmp_path / "tiny")
    assert len(wanted) > 1 and files.keys() == wanted.keys()
    assert files == wanted


def test_what_cannot_be_exported(server, translating):
    for field, wanted in (
        ("format", {}),
        ("format", {"format": "gguf"}),
        ("output", {"format": "onnx", "output": "/tmp/x.onnx"}),
        ("weights", {"format": "torchscript", "weights": "f16"}),
        ("labels", {"format": "onnx", "labels": "weights"}),
    ):
        problem = exported(server, **wanted).problem()
        assert problem["status"] == 422 and problem["errors"][0]["field"] == field, problem
    assert exported(server, model="nobody", format="onnx").status == 404
    assert exported(translating, model="grey", format="safetensors").status == 200


def test_nothing_is_left_behind(start, runs, tmp_path):
    with start(runs, env={"TMPDIR": str(tmp_path)}) as server:
        assert exported(server, format="hub").status == 200
        assert exported(server, format="torchscript", weights="f16").status == 422
        assert list(tmp_path.iterdir()) == []
    with start(runs, env={"TMPDIR": str(tmp_path / "missing")}) as server:
        problem = exported(server, format="onnx").problem()
        assert problem["status"] == 500 and str(tmp_path) not in problem["detail"], problem
        assert server.get("/healthz").status == 200
