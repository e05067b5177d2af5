"""`export --format hub` and `import` of such a folder: what the Hugging Face Hub would have, and the model back bit for
bit."""

import json
import pathlib
import shutil

import pytest
from images import fails
from test_sample import pixels
from training import shared_model, tensors, trained

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"


@pytest.fixture
def folder(ganymede, tmp_path):
    """The shared model as a hub's folder."""
    result = ganymede(
        "export", shared_model(ganymede), "--format", "hub", "--license", "mit", "-o", tmp_path / "hub", "--json"
    )
    assert result.returncode == 0, result.stderr
    listed = [pathlib.Path(one["path"]).name for one in json.loads(result.stdout)["files"]]
    assert sorted(listed) == sorted(path.name for path in (tmp_path / "hub").iterdir())
    return tmp_path / "hub"


def card_head(folder):
    """The card's YAML head as {key: text}; lists by their lines."""
    text = (folder / "README.md").read_text()
    assert text.startswith("---\n")
    head, key = {}, None
    for line in text[4 : text.index("\n---\n", 4)].splitlines():
        if line[0] in " -":
            head[key].append(line.strip())
        else:
            key, value = line.split(":")
            head[key] = [value.strip()] if value.strip() else []
    return head


def test_the_folder_is_what_the_hub_reads(folder):
    names, metadata = tensors(folder / "model.safetensors")
    assert metadata["format"] == "pt" and any(name.startswith("ema.") for name in names)
    config = json.loads((folder / "config.json").read_text())
    assert config["ema"] is config["averaged"]
    assert config["image"] == {"channels": 3, "height": 16, "width": 16} and config["latent"]["size"] == 8
    assert [layer["kind"] for layer in config["generator"]["layers"]][:2] == ["dense", "reshape"]
    assert config["discriminator"]["total"] > 0 and "[generator]" in config["recipe"]
    head = card_head(folder)
    assert head["license"] == ['"mit"'] and head["library_name"] == ["ganymede"]
    assert head["pipeline_tag"] == ["unconditional-image-generation"] and head["datasets"] == ['- "shapes"']
    assert "metrics" not in head and "samples.png" in (folder / "README.md").read_text()
    assert (folder / "samples.png").read_bytes().startswith(b"\x89PNG")


def test_the_model_comes_back_bit_for_bit(ganymede, folder, tmp_path):
    result = ganymede("import", folder, "-o", tmp_path / "back.safetensors")
    assert result.returncode == 0, result.stderr
    original = tensors(shared_model(ganymede) / "model.safetensors")
    assert tensors(tmp_path / "back.safetensors") == original
    for model, name in ((shared_model(ganymede), "a"), (tmp_path / "back.safetensors", "b")):
        assert ganymede("sample", model, "-n", 4, "-o", tmp_path / f"{name}.png").returncode == 0
    assert pixels(tmp_path / "a.png") == pixels(tmp_path / "b.png")


def test_a_run_with_a_metric_says_it_with_its_protocol(ganymede, tmp_path):
    flags = ('quality.metric="swd"', "quality.every=20", "quality.count=64")
    run = trained(ganymede, tmp_path / "run", "--steps", "20", *(word for flag in flags for word in ("--set", flag)))
    result = ganymede("export", run, "--format", "hub", "-o", tmp_path / "hub")
    assert result.returncode == 0, result.stderr
    head = card_head(tmp_path / "hub")
    assert head["metrics"] == ['- "swd"'] and head["license"] == ['"unknown"']
    assert any("64 generated images of seed 0 against all of shapes" in line for line in head["model-index"])


@pytest.mark.parametrize("what", ["pointer", "empty", "cut"])
def test_a_folder_without_its_model_is_one_line(ganymede, folder, tmp_path, what):
    model = folder / "model.safetensors"
    if what == "pointer":
        model.write_text(POINTER)
    elif what == "empty":
        model.unlink()
    else:
        model.write_bytes(model.read_bytes()[:-100])
    said = fails(ganymede("import", folder, "-o", tmp_path / "back.safetensors"))
    assert {"pointer": "Git LFS pointer", "empty": "holds no model.safetensors", "cut": "model.safetensors"}[
        what
    ] in said
    assert not (tmp_path / "back.safetensors").exists()


def test_nothing_is_written_over(ganymede, folder):
    before = (folder / "README.md").read_bytes()
    said = fails(ganymede("export", shared_model(ganymede), "--format", "hub", "-o", folder), code=2)
    assert "new folder" in said and (folder / "README.md").read_bytes() == before


@pytest.mark.parametrize("flags", [("--network", "both"), ("--weights", "f16"), ("--pixels", "uint8")])
def test_what_a_hub_has_no_use_for_is_refused(ganymede, tmp_path, flags):
    said = fails(ganymede("export", shared_model(ganymede), "--format", "hub", "-o", tmp_path / "hub", *flags), code=2)
    assert flags[0].strip("-") in said and not (tmp_path / "hub").exists()


def test_a_license_is_for_the_card(ganymede, tmp_path):
    said = fails(
        ganymede("export", shared_model(ganymede), "--format", "onnx", "--license", "mit", "-o", tmp_path / "m.onnx"),
        code=2,
    )
    assert "license" in said


def test_a_whole_model_takes_no_other_tensors(ganymede, folder, tmp_path):
    said = fails(
        ganymede("import", folder, "--discriminator", folder / "model.safetensors", "-o", tmp_path / "m.safetensors"),
        code=2,
    )
    assert "discriminator" in said


def test_other_programs_folders_need_a_recipe(ganymede, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "other")
    exported = ganymede(
        "export", shared_model(ganymede), "--format", "safetensors", "-o", tmp_path / "other" / "model.safetensors"
    )
    assert exported.returncode == 0, exported.stderr
    said = fails(ganymede("import", tmp_path / "other", "-o", tmp_path / "m.safetensors"), code=2)
    assert "recipe" in said and ".toml" in said
