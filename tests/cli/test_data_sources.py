"""Data sets with options of their own, from the command line and from recipes."""
import json
import pathlib
import struct

import pytest
from images import fails, png, write
from training import TINY, train, trained


@pytest.fixture
def celeba(tmp_path):
    """Eight faces in CelebA's layout; bit 0 of the number is Smiling, bit 1 Male."""
    names = [f"{i:06}.jpg" for i in range(8)]
    files = {f"img_align_celeba/{name}": png(10 * i, 0, 0, width=17, height=21) for i, name in enumerate(names)}
    rows = [f"{name} {1 if i & 1 else -1} {1 if i & 2 else -1}" for i, name in enumerate(names)]
    files["list_attr_celeba.txt"] = "\n".join(["8", "Smiling Male", *rows, ""]).encode()
    files["list_eval_partition.txt"] = "".join(f"{name} {0 if i < 6 else 2}\n" for i, name in enumerate(names)).encode()
    return write(tmp_path / "celeba", files)


def test_attributes_become_classes_and_conditions(ganymede, celeba):
    info = json.loads(ganymede("data", "info", "celeba", "--data", celeba, "--attribute", "Smiling", "--where", "!Male",
                               "--json").stdout)
    assert info["name"] == "celeba" and info["count"] == 4 and info["splits"] == ["all"]
    assert info["classes"] == [{"name": "not Smiling", "count": 2}, {"name": "Smiling", "count": 2}]
    assert (info["width"], info["height"]) == (17, 21)
    train_only = json.loads(ganymede("data", "info", celeba, "--split", "train", "--json").stdout)
    assert train_only["name"] == "celeba" and train_only["count"] == 6
    fails(ganymede("data", "info", celeba, "--where", "Smilin"), "did you mean 'Smiling'?", code=2)
    fails(ganymede("data", "info", "shapes", "--where", "Male"), "belongs to celeba", code=2)


def test_a_recipe_may_choose_attributes(ganymede, celeba, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--set", 'data.name="celeba"', "--set", f'data.path="{celeba}"', "--set",
                  'data.where=["!Male"]', "--set", 'data.attributes=["Smiling"]', "--steps", 1)
    environment = json.loads((run / "environment.json").read_text())
    assert environment["data"]["name"] == "celeba"
    assert '"!Male"' in (run / "recipe.toml").read_text()


def test_splits_of_an_image_net_tree(ganymede, tmp_path):
    tree = write(tmp_path / "tree", {f"{split}/n0{i}/{split}{i}.png": png(i, i, i, width=9 + i)
                                     for split in ("train", "val") for i in range(3 if split == "train" else 2)})
    info = json.loads(ganymede("data", "info", tree, "--size", 8, "--json").stdout)
    assert info["count"] == 3 and info["splits"] == ["train"]
    info = json.loads(ganymede("data", "info", tree, "--size", 8, "--split", "val", "--json").stdout)
    assert info["count"] == 2 and [entry["name"] for entry in info["classes"]] == ["n00", "n01"]


def test_digits_on_photographs(ganymede, tmp_path):
    def idx(magic, *sides, content):
        return struct.pack(f">{1 + len(sides)}I", magic, *sides) + content
    root = write(tmp_path / "data", {
        "mnist/t10k-images-idx3-ubyte": idx(0x803, 3, 28, 28, content=bytes([10]) * 3 * 784),
        "mnist/t10k-labels-idx1-ubyte": idx(0x801, 3, content=bytes([4, 5, 4])),
        "photos/a.png": png(200, 100, 5, width=40, height=30)})
    arguments = ("data", "info", "mnistm", "--data", root, "--split", "test", "--photos", root / "photos", "--json")
    info = json.loads(ganymede(*arguments).stdout)
    assert info["count"] == 3 and (info["width"], info["channels"]) == (28, 3)
    assert [round(255 * value) for value in info["mean"]] == [190, 90, 5]
    assert {entry["name"]: entry["count"] for entry in info["classes"]}["4"] == 2
    fails(ganymede("data", "info", "mnistm", "--data", root, "--split", "test", env={"GANYMEDE_DATA": str(root)}),
          "no photographs", "`ganymede data fetch cifar10`")


def test_mnistm_of_real_data(ganymede, real_data, tmp_path):
    preview = tmp_path / "mnistm.png"
    result = ganymede("data", "preview", "mnistm", "--split", "test", "--data", real_data, "--photos",
                      real_data / "cifar10", "-o", preview)
    assert result.returncode == 0, result.stderr
    assert pathlib.Path(preview).stat().st_size > 10_000


def test_lsun_says_what_it_misses(ganymede, tmp_path):
    folder = write(tmp_path / "bedroom_train_lmdb", {"data.mdb": b"no database" * 1000})
    line = fails(ganymede("data", "info", folder), "data.mdb")
    assert "LMDB" in line or "GANYMEDE_LSUN" in line


def test_parquet_says_what_it_misses(ganymede, tmp_path):
    folder = write(tmp_path / "hub", {"data/train-00000-of-00001.parquet": b"no columns" * 1000, "README.md": b"card"})
    line = fails(ganymede("data", "info", folder), "train-00000-of-00001.parquet")
    assert "scripts/build parquet" in line or "the file is damaged" in line


def test_training_reports_damaged_lists(ganymede, celeba, tmp_path):
    (celeba / "list_attr_celeba.txt").write_text("8\nSmiling Male\n000000.jpg 1\n")
    result = train(ganymede, tmp_path / "run", "--set", 'data.name="celeba"', "--set", f'data.path="{celeba}"', "--set",
                   'data.where=["Male"]', recipe=TINY)
    fails(result, "list_attr_celeba.txt line 3", "1 value for 2 attributes")
