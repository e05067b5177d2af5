"""Every command of the documentation runs, in the order of its page, with trainings and samples cut short. What cannot
run here says why, in NOT_HERE."""
import json
import pathlib
import random
import re
import shlex
import shutil
import struct
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/docs"))

from test_docs import TEXTS, commands, png  # noqa: E402

# What a page's command needs that no test has: a part of the command.
NOT_HERE = {
    "data fetch": "asks other hosts; tests/cli/test_fetch.py does it with a server of its own",
    "device cuda": "needs a GPU",
    "--track": "needs an MLflow server; test_mlflow.py starts one",
    " track ": "needs an MLflow server; test_mlflow.py starts one",
    " serve ": "never ends; tests/http and tests/browser start it",
    "cifar10-from-the-hub": "needs Apache Arrow; tests/parity/test_parquet.py has it",
    ".parquet": "needs Apache Arrow; tests/parity/test_parquet.py has it",
    "--features inception": "needs Inception's file, which `data fetch` brings",
    " celeba ": "needs CelebA",
    " lsun ": "needs LSUN",
    "mnistm": "needs MNIST-M's photographs",
    "checkpoint.pth --recipe my-recipe": "stands for a reader's own; tests/cli/test_import.py",
    "netD.pth -o proposed": "asks for answers in the file it writes; tests/cli/test_import.py",
}
SMALL_RUN = ["train", "shapes-hinge", "--steps", 2, "--set", "train.batch_size=8"]


def why_not(words):
    line = " " + " ".join(words) + " "
    return next((why for mark, why in NOT_HERE.items() if mark in line), None)


def without(words, *flags):
    """The words without these flags and their values."""
    kept, skip = [], False
    for word in words:
        if not skip and word not in flags:
            kept.append(word)
        skip = word in flags
    return kept


def shortened(words):
    command = next(word for word in words if word.isalpha())
    if command == "train":
        if "--resume" in words:
            return [*without(words, "--steps"), "--steps", "4"]
        words = without(words, "--steps", "--epochs")
        words += ["--steps", "2", "--set", "sample.count=4", "--set", "train.log_every=1"]
        if not any(word.startswith("train.batch_size=") for word in words):
            words += ["--set", "train.batch_size=8"]
        if any("quality" in word for word in words):
            words += ["--set", "quality.count=64", "--set", "quality.every=1 steps"]
    elif command == "evaluate" and "--fd-infinity" not in words:
        words = [*without(words, "-n", "--real-count"), "-n", "64", "--real-count", "64", "--force"]
    elif command == "plot":
        words = [word.replace("fd10k", "fd") for word in words]  # the column is named for the number of images
    elif command == "features":
        words = [*without(words, "--labels", "--repeats"), "--labels", "20", "--repeats", "1"]
    elif command == "bench":
        words = [*without(words, "--steps", "--batch-size"), "--steps", "2", "--batch-size", "4"]
    return words


def write_features(path):
    """Features of 300 images as another tool may have stored them."""
    header = json.dumps({"features": {"dtype": "F32", "shape": [300, 8], "data_offsets": [0, 9600]}}).encode()
    numbers = random.Random(path.name)
    values = struct.pack("<2400f", *(numbers.gauss(0, 1) for _ in range(2400)))
    path.write_bytes(struct.pack("<Q", len(header)) + header + values)


class World:
    """A folder that has what the pages speak of."""

    def __init__(self, folder, ganymede, data):
        self.folder, self.ganymede, self.data = folder, ganymede, data
        (folder / "datasets").symlink_to(data)
        (folder / "models").symlink_to(ROOT / "models")
        for name in ("photos", "other", "digits"):
            (folder / name).mkdir()
            for i in range(70):
                (folder / name / f"{i}.png").write_bytes(png(64, i * 3, i, 255 - i * 3))
        shutil.copy(folder / "photos/0.png", folder / "photo.png")
        for name in ("photos", "people", "faces", "smiles"):
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for i, image in enumerate(sorted((folder / "photos").iterdir())):
                    archive.write(image, f"{'ab'[i % 2]}/{image.name}")
        (folder / "shards").mkdir()
        for i in range(2):
            with tarfile.open(folder / f"shards/train-{i:06}.tar", "w") as shard:
                for image in sorted((folder / "photos").iterdir())[i::2]:
                    shard.add(image, image.name)
        with (folder / "photos/labels.csv").open("w") as table:
            table.write("file,breed\n")
            table.writelines(f"{i}.png,{'ab'[i % 2]}\n" for i in range(70))
        self.names = {
            "DATA": str(data),
            "MODEL": "small",
            "RUN": "small",
            "RECIPE": "shapes-hinge",
            "FILE": str(data / "features/resnet20-cifar10.pt"),
            "FILE.pt": str(data / "features/resnet20-cifar10.pt"),
            "A.safetensors": "a.safetensors",
            "B.safetensors": "b.safetensors",
        }

    def run(self, *words, timeout=1800):
        if "train" in words and "-o" in words and "--resume" not in words:  # a page may have a name twice
            shutil.rmtree(self.folder / words[words.index("-o") + 1], ignore_errors=True)
        return self.ganymede(*words, cwd=self.folder, timeout=timeout)

    def prepare(self, words):
        """What a command of the page expects to be there and no command before it made."""
        if "small" in words and not (self.folder / "small").exists():
            self.must(*SMALL_RUN, "-o", "small")
        for name in ("a.safetensors", "b.safetensors"):
            if name in words:
                write_features(self.folder / name)
        for word in words:
            run = re.fullmatch(r"runs/([\w-]+)", word)
            made = words[words.index(word) - 1] in ("-o", "--output") if word in words else False
            if run and not made and not (self.folder / word).exists():
                self.must(*shortened(["train", self.recipe_of(run[1])]), "-o", word)
        if "netG.pth" in words and not (self.folder / "netG.pth").exists():
            self.must(*shortened(["train", "dcgan-64", "--data", "photos.zip"]), "-o", "whole")
            for network, name in (("generator", "netG.pth"), ("discriminator", "netD.pth")):
                self.must("export", "whole", "--format", "safetensors", "--network", network, "-o", name)
        if "generator.keras" in words:
            with zipfile.ZipFile(ROOT / "tests/parity/keras_files.zip") as archive:
                for name, kept in (("generator.keras", "g.keras"), ("discriminator.keras", "d.keras")):
                    (self.folder / name).write_bytes(archive.read(kept))

    def recipe_of(self, run):
        known = {path.stem for path in (ROOT / "recipes").glob("*.toml")}
        others = {"conv": "cifar10-conv", "acgan": "cifar10-acgan64", "faces": "dcgan-64", "dtn": "svhn-to-mnist-dtn"}
        return run if run in known else others.get(run, "shapes-hinge")

    def must(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stderr}"


def placed(world, words):
    """With the names that stand for a reader's own files replaced."""
    out = []
    for word in words:
        if word == "DIR":
            word = "photos" if "folder" in words or "dcgan-64" in words else str(world.data)
        elif word == "FOLDER":
            word = "other" if words[0] == "evaluate" else "web" if "web" in words else "hub"
        for name, real in world.names.items():
            word = real if word == name else re.sub(rf"(?<![\w.]){name}(?=/)", real, word)
        out.append(re.sub(r"\{0+\.\.0*(\d+)\}", "000000", word))
    return out


@pytest.mark.parametrize(
    "page",
    [page for page in TEXTS if "reference" not in page.parts and any(True for _ in commands(page.read_text()))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_command_of_a_page_runs(ganymede, real_data, tmp_path, page):  # noqa: F811
    world, failed = World(tmp_path, ganymede, real_data), []
    for words in commands(page.read_text()):
        if not words or (why := why_not(words)):
            print("not run:", " ".join(words), "" if not words else f"({why})")
            continue
        words = shortened(placed(world, words))
        world.prepare(words)
        done = world.run(*words)
        print(f"{done.returncode}: {shlex.join(words)}")
        if done.returncode:
            failed.append(f"{shlex.join(words)}\n  {done.stderr.strip()}")
    assert not failed, "\n".join(failed)
