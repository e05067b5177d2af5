"""Every bad input ends in the right exit code and one line on stderr that says what, where and how to fix it."""

import gzip
import io
import pathlib
import struct
import zipfile
import zlib

import pytest
from training import TINY, shared_model, tensors

USAGE, FAILED = 2, 1


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(side=16):
    rows = b"".join(b"\0" + bytes([(31 * row + i) % 256 for i in range(3 * side)]) for row in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b""))


def huge_jpeg():
    """The head of a JPEG of 30,000 x 30,000, with one scan that holds next to nothing."""
    table = b"\xff\xdb\0\x43\0" + bytes([1] * 64)
    frame = b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", 30000, 30000) + b"\x01\x01\x11\0"
    huffman = b"\xff\xc4\0\x14\0\x01" + bytes(15) + b"\0" + b"\xff\xc4\0\x14\x10\x01" + bytes(15) + b"\0"
    return b"\xff\xd8" + table + frame + huffman + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + bytes(64) + b"\xff\xd9"


def cifar(folder, records=4, cut=0, label=None):
    folder.mkdir()
    for name in (*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"):
        content = b"".join(bytes([i % 10]) + bytes(3072) for i in range(records))
        if name == "data_batch_3.bin":
            content = content[: len(content) - cut]
            if label is not None:
                content = content[:3073] + bytes([label]) + content[3074:]
        (folder / name).write_bytes(content)
    (folder / "batches.meta.txt").write_text("airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n")
    return folder


def mnist(folder, magic=0x803, label=3, images=4):
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(struct.pack(">IIII", magic, images, 28, 28) + bytes(784 * images))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(
        gzip.compress(struct.pack(">II", 0x801, images) + bytes([label] * images))
    )
    return folder


def images(folder, **odd):
    """A folder of two classes of PNGs, and the odd file."""
    for kind in ("cat", "dog"):
        (folder / kind).mkdir(parents=True)
        for i in range(4):
            (folder / kind / f"{i}.png").write_bytes(png())
    for name, content in odd.items():
        (folder / "cat" / name.replace("_", ".")).write_bytes(content)
    return folder


def expect_error(result, code, *words):
    """One line `error: ...` as the last of stderr, nothing of a crash, and nothing on stdout."""
    assert result.returncode == code, f"exit {result.returncode}: {result.stderr}"
    lines = result.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1 and lines[-1] == errors[0], result.stderr
    for ugly in ("terminate called", "what():", "Exception raised from", "frame #", "c10::", "std::", "Traceback"):
        assert ugly not in result.stderr
    for word in words:
        assert str(word) in errors[0], errors[0]
    assert result.stdout == ""
    assert len(errors[0]) < 600
    return errors[0]


TRAIN = ("--threads", 1, "train")

WRONG_USAGE = {
    "nothing": ((), ("ganymede --help",)),
    "unknown flag": (("train", "shapes-dcgan", "--sed", "3"), ("'--sed'", "did you mean '--seed'?")),
    "a subcommand's flag": (
        ("explore", "arithmetic", "model", "--radius", "20"),
        ("--radius", "see 'ganymede explore arithmetic --help'"),
    ),
    "unknown flag far from any": (
        ("train", "shapes-dcgan", "--zzzzzzzzzzz"),
        ("'--zzzzzzzzzzz'", "known are", "--resume"),
    ),
    "unknown command": (("trian", "shapes-dcgan"), ("'trian'", "did you mean 'train'?")),
    "unknown recipe": (("train", "shapes-dcgn"), ("'shapes-dcgn'", "did you mean 'shapes-dcgan'?")),
    "unknown recipe in summary": (("summary", "svhn-dcgam"), ("did you mean 'svhn-dcgan'?",)),
    "no recipe": (("train",), ("recipe: is missing", "ganymede recipes")),
    "missing argument": (("sample",), ("model", "ganymede sample --help")),
    "unknown key": (
        ("train", TINY, "--set", "train.btach_size=3"),
        ("unknown key 'btach_size'", "[train]", "did you mean 'batch_size'?"),
    ),
    "unknown section": (
        ("train", TINY, "--set", "trian.batch=3"),
        ("unknown section 'trian'", "did you mean 'train'?"),
    ),
    "wrong type": (
        ("train", TINY, "--set", "train.batch_size=many"),
        ("'batch_size' must be a whole number, not a string", "--set train.batch_size=many"),
    ),
    "fraction for a whole number": (
        ("train", TINY, "--set", "train.batch_size=2.5"),
        ("'batch_size' must be a whole number",),
    ),
    "out of range": (
        ("train", TINY, "--set", "train.batch_size=0"),
        ("'batch_size' is 0", "1 to 65536", "--set train.batch_size=0"),
    ),
    "not finite": (
        ("train", TINY, "--set", "optimizer.generator.learning_rate=inf"),
        ("'learning_rate' must be finite",),
    ),
    "unknown name": (("train", TINY, "--precision", "fp16"), ("--precision: must be one of auto, f32, bf16",)),
    "unknown unit": (("train", TINY, "--set", "sample.every=3 weeks"), ("'every'", "10 minutes")),
    "--set without =": (("train", TINY, "--set", "train.batch_size"), ("--set train.batch_size", "section.key=value")),
    "--set into a value": (("train", TINY, "--set", "train.batch_size.size=3"), ("'batch_size' is not a section",)),
    "steps and epochs": (("train", TINY, "--steps", "3", "--epochs", "3"), ("--steps", "--epochs")),
    "resume of nothing": (("train", TINY, "--resume"), ("--resume", "--output")),
    "resume and from": (("train", TINY, "--resume", "--from", "x", "--output", "y"), ("--resume", "--from")),
    "unknown device": (("train", TINY, "--device", "gpu"), ("'gpu'", "cuda")),
    "unknown data": (("train", TINY, "--set", "data.name=cifr10"), ("'cifr10'", "did you mean 'cifar10'?")),
    "unknown split": (("train", TINY, "--set", "data.splits=['tran']"), ("'tran'", "did you mean 'train'?")),
    "unknown class": (
        ("train", TINY, "--set", "data.classes=['cirkle']"),
        ("unknown class 'cirkle'", "did you mean 'circle'?"),
    ),
    "two channels": (("train", TINY, "--set", "data.channels=2"), ("ends in 3x16x16", "an image of 2 channels")),
    "unknown objective": (
        ("train", TINY, "--set", "objective.name=gam"),
        ("unknown objective 'gam'", "did you mean 'gan'?"),
    ),
    "an objective without its heads": (
        ("summary", "RECIPE"),
        ("heads do not fit", "line 40 of", "'adversarial' and 'classes'"),
        ('name = "gan"', 'name = "acgan"'),
    ),
    "unknown objective key": (
        ("summary", "RECIPE"),
        ("unknown key 'label_smoothin'", "line 41 of", "did you mean 'label_smoothing'?"),
        ('name = "gan"', 'name = "gan"\nlabel_smoothin = 0.1'),
    ),
    "unknown objective, at its line": (
        ("train", "RECIPE"),
        ("unknown objective 'gann'", "line 40 of", "did you mean 'gan'?"),
        ('name = "gan"', 'name = "gann"'),
    ),
    "unknown penalty": (
        ("recipes", "check", "RECIPE", "--steps", 0),
        ("unknown penalty 'r11'", "line 41 of", "did you mean 'r1'?"),
        ('name = "gan"', 'name = "gan"\npenalties = [{ r11 = 1.0 }]'),
    ),
    "unknown metric": (
        ("summary", "RECIPE"),
        ("unknown metric 'fidd'", "line 4 of", "did you mean 'fid'?"),
        ("[data]", '[quality]\nmetric = "fidd"\n[data]'),
    ),
    "unknown metric in a check": (
        ("recipes", "check", "RECIPE", "--steps", 0),
        ("unknown metric 'fidd'",),
        ("[data]", '[quality]\nmetric = "fidd"\n[data]'),
    ),
    "unknown augmentation": (
        ("summary", "RECIPE"),
        ("unknown operation 'colr'", "line 5 of", "[augment]", "did you mean 'color'?"),
        ("[data]", '[augment]\nname = "diffaugment"\noperations = ["colr"]\n[data]'),
    ),
    "another end than the objective's": (
        ("recipes", "check", "RECIPE", "--steps", 0),
        ("ends in 7 numbers",),
        ("{ dense = 1 }", "{ dense = 7 }"),
    ),
    "unknown layer": (
        ("summary", "RECIPE"),
        ("unknown layer 'conf'", "line 32 of", "[discriminator] layer 4", "did you mean 'conv'?"),
        ("{ conv = 8, kernel = 4,", "{ conf = 8, kernel = 4,"),
    ),
    "unknown layer option": (
        ("summary", "RECIPE"),
        ("unknown key 'kernl'", "line 32 of", "did you mean 'kernel'?"),
        ("{ conv = 8, kernel = 4,", "{ conv = 8, kernl = 4,"),
    ),
    "a layer that does not fit": (
        ("summary", "RECIPE"),
        ("layer 'conv_1' does not fit", "3x16x16", "line 29 of", "kernel 40"),
        ("{ conv = 8, kernel = 5, stride = 2, padding = \"same\" }", "{ conv = 8, kernel = 40 }"),
    ),
    "dense on an image": (
        ("summary", "RECIPE"),
        ("layer 'dense_1' does not fit", "8x4x4", "[discriminator] layer 7", "flatten"),
        ('  "flatten",\n', ""),
    ),
    "reshape to another size": (
        ("summary", "RECIPE"),
        ("layer 'reshape_1' does not fit", "it got 128", "line 16 of"),
        ("reshape = [8, 4, 4]", "reshape = [8, 4, 5]"),
    ),
    "no image at the end": (
        ("summary", "RECIPE"),
        ("the generator ends in 5x16x16", "1 or 3 channels"),
        ("conv_transpose = 3,", "conv_transpose = 5,"),
    ),
    "another size than the data": (
        ("summary", "RECIPE"),
        ("3x16x16", "size 32", "data.size to 16"),
        ("count = 64", "count = 64\nsize = 32"),
    ),
    "a layer too large": (
        ("summary", "RECIPE"),
        ("'dense' is 99999999999", "1 to 1048576", "line 15 of", "layer 1"),
        ("dense = 128,", "dense = 99999999999,"),
    ),
    "two momenta": (
        ("summary", "RECIPE"),
        ("torch_momentum", "keras_momentum", "keep one"),
        ("keras_momentum = 0.9,", "keras_momentum = 0.9, torch_momentum = 0.1,"),
    ),
    "broken TOML": (("summary", "RECIPE"), ("not valid TOML", "line 8 of"), ("[latent]", "[latent")),
    "steps and epochs in the recipe": (
        ("summary", "RECIPE"),
        ("both 'steps' and 'epochs'",),
        ("steps = 40", "steps = 40\nepochs = 2"),
    ),
    "no layers": (
        ("summary", "RECIPE"),
        ("unknown key 'layer'", "line 28 of", "did you mean 'layers'?"),
        ("layers = [\n  { conv", "layer = [\n  { conv"),
    ),
    "warm-up in minutes": (
        ("train", TINY, "--set", "optimizer.generator.warmup=3 minutes"),
        ("'warmup'", "steps, epochs or images"),
    ),
    "zero images": (("sample", "x", "-n", "0", "-o", "y"), ("0",)),
}


@pytest.mark.parametrize("case", WRONG_USAGE)
def test_wrong_usage(ganymede, tmp_path, case):
    arguments, words, *edit = WRONG_USAGE[case]
    if edit:
        text = TINY.read_text()
        assert text.count(edit[0][0]) == 1, case
        recipe = tmp_path / "recipe.toml"
        recipe.write_text(text.replace(*edit[0]))
        arguments = [recipe if word == "RECIPE" else word for word in arguments]
    result = ganymede(*arguments, cwd=tmp_path)
    expect_error(result, USAGE, *words)
    assert not (tmp_path / "runs").exists() and not (tmp_path / "y").exists()


BAD_DATA = {
    "missing folder": ("cifar10", lambda at: at, ("no such file or folder", "ganymede data fetch cifar10")),
    "truncated CIFAR batch": ("cifar10", lambda at: cifar(at, cut=100), ("truncated", "data_batch_3.bin")),
    "CIFAR label": ("cifar10", lambda at: cifar(at, label=77), ("label 77 is out of range 0..9", "data_batch_3.bin")),
    "idx magic": ("mnist", lambda at: mnist(at, magic=0x1234), ("magic number 0x00001234", "train-images")),
    "MNIST label": ("mnist", lambda at: mnist(at, label=10), ("label 10 is out of range 0..9", "train-labels")),
    "cut PNG": ("folder", lambda at: images(at, bad_png=png()[:-300]), ("cut short", "cat/bad.png")),
    "huge JPEG": ("folder", lambda at: images(at, bad_jpg=huge_jpeg()), ("30000 x 30000", "limit", "cat/bad.jpg")),
    "no image": ("folder", lambda at: (at / "cat").mkdir(parents=True) or at, ("no image",)),
    "text named PNG": (
        "folder",
        lambda at: images(at, bad_png=b"hello, world"),
        ("not an image that is read", "cat/bad.png"),
    ),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_bad_data(ganymede, tmp_path, case):
    source, make, words = BAD_DATA[case]
    folder = make(tmp_path / "data")
    flags = ["--set", f"data.name={source}", "--set", "data.count=0", "--data", folder]
    if source == "mnist":
        flags += ["--set", "data.channels=3"]
    result = ganymede(*TRAIN, TINY, *flags, "--steps", 2, "--output", tmp_path / "run")
    expect_error(result, FAILED, *words)
    assert not (tmp_path / "run" / "model.safetensors").exists()


@pytest.mark.parametrize("source, make", [("cifar10", cifar), ("mnist", mnist), ("folder", images)])
def test_the_same_data_undamaged_trains(ganymede, tmp_path, source, make):
    folder = make(tmp_path / "data")
    result = ganymede(
        *TRAIN,
        TINY,
        "--set",
        f"data.name={source}",
        "--set",
        "data.count=0",
        "--set",
        "data.channels=3",
        "--data",
        folder,
        "--steps",
        1,
        "--output",
        tmp_path / "run",
        "--set",
        "train.batch_size=4",
    )
    assert result.returncode == 0, result.stderr


def test_class_subset_that_is_empty(ganymede, tmp_path):
    """Class names are known, but no image of the class is left among the first `count`."""
    folder = cifar(tmp_path / "data", records=3)  # labels 0, 1, 2 only
    result = ganymede(
        *TRAIN,
        TINY,
        "--set",
        "data.name=cifar10",
        "--set",
        "data.classes=['truck']",
        "--data",
        folder,
        "--steps",
        1,
        "--output",
        tmp_path / "run",
    )
    expect_error(result, FAILED, "no image is left", "ask for other classes")


def safetensors(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, bytes(20))
    return out.getvalue()


BAD_MODELS = {
    "header longer than the file": (safetensors("{}", length=1 << 40), ("header",)),
    "header of no JSON": (safetensors("{nonsense"), ("JSON",)),
    "offsets past the end": (
        safetensors('{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}}', bytes(4)),
        ("a",),
    ),
    "shape that lies": (safetensors('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}', bytes(4)), ("a",)),
    "shape that overflows": (
        safetensors('{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}'),
        ("a",),
    ),
    "empty": (b"", ("the file is empty",)),
    "a Git LFS pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        ("git lfs pull",),
    ),
    "a web page": (b"\n<!DOCTYPE html>\n<html><body>no such file</body></html>\n", ("a web page",)),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), ("HDF5", "ganymede import")),
    "an old pickle": (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", ("PyTorch before 1.6",)),
    "a zip": (zipped("words.txt"), ("a zip archive",)),
    "a file of torch.save": (zipped("netG/data.pkl", "netG/data/0"), ("torch.save", "ganymede import")),
    "a file of Keras": (zipped("config.json", "model.weights.h5"), ("Keras", "ganymede import")),
    "a recipe": (b'[data]\nname = "shapes"\n', ("this is a text",)),
    "not ours": (
        safetensors('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4)),
        ("no Ganymede recipe", "ganymede train"),
    ),
    "an image": (png(), ("this is an image",)),
}


@pytest.mark.parametrize("case", BAD_MODELS)
def test_bad_models(ganymede, tmp_path, case):
    content, words = BAD_MODELS[case]
    model = tmp_path / "bad.safetensors"
    model.write_bytes(content)
    expect_error(ganymede("sample", model, "-n", 1, "-o", tmp_path / "x.png"), FAILED, model.name, *words)
    expect_error(ganymede("summary", model), FAILED, model.name, *words)
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    "form, words", [("onnx", "this is an ONNX file"), ("torchscript", "this is a TorchScript file")]
)
def test_what_was_exported_is_no_model(ganymede, tmp_path, form, words):
    given, out = tmp_path / "exported", tmp_path / "x.png"
    assert ganymede("export", shared_model(ganymede), "--format", form, "-o", given).returncode == 0
    for command in (
        ("sample", given, "-n", 1, "-o", out),
        ("evaluate", given, "--data", tmp_path, "--metrics", "swd"),
        ("export", given, "--format", "onnx", "-o", out),
        ("explore", "interpolate", given, "--points", "7:0,7:1", "-o", out),
    ):
        expect_error(ganymede(*command), FAILED, given.name, words, "exported from")
    assert not out.exists()


def edited_model(ganymede, path, old, new):
    """The shared model with `old` replaced in its header by `new`, of whatever length."""
    content = (shared_model(ganymede) / "model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = content[8 : 8 + length].decode()
    assert old in header
    path.write_bytes(safetensors(header.replace(old, new), content[8 + length :]))
    return path


@pytest.mark.parametrize("old, new, words", [
    ('"generator.dense_1.weight"', '"generator.dense_9.weight"', ("'generator.dense_1.weight' is missing",)),
    ('"format_version":"1"', '"format_version":"99"', ("format version 99", "newer program")),
    ("conv_transpose = 8", "conv_transpose = 9", ("generator.conv_transpose_1.weight", "[8, 9, 4, 4]")),
    ("dense = 128", "dense = 1048576", ("reshape_1",)),
], ids=["missing tensor", "later version", "other shapes", "layers that do not fit"])
def test_models_that_contradict_themselves(ganymede, tmp_path, old, new, words):
    model = edited_model(ganymede, tmp_path / "model.safetensors", old, new)
    expect_error(ganymede("sample", model, "-n", 1, "-o", tmp_path / "x.png"), FAILED, model.name, *words)


def test_models_that_are_not_there(ganymede, tmp_path):
    expect_error(ganymede("sample", tmp_path, "-o", tmp_path / "x.png"), FAILED, "no model", tmp_path, "ganymede train")
    expect_error(ganymede("sample", tmp_path / "none", "-o", tmp_path / "x.png"), FAILED, "no such model", "none")


def test_resume_with_another_recipe_is_refused(ganymede, tmp_path):
    run = pathlib.Path(shared_model(ganymede))
    before = (run / "recipe.toml").read_bytes()
    expect_error(
        ganymede("train", "shapes-dcgan", "--resume", "--output", run), USAGE, "'tiny'", "'shapes-dcgan'", "--from"
    )
    result = ganymede(*TRAIN, TINY, "--resume", "--output", run, "--steps", 50, "--set", "latent.size=9")
    expect_error(result, FAILED, "generator.dense_1.weight")
    assert (run / "recipe.toml").read_bytes() == before, "a refused resume must leave the recipe as it was"
    tensors(run / "model.safetensors")
