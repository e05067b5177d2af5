"""Weights trained elsewhere: what torch.save writes becomes a model that computes the same, and nothing in it is
run."""

import json
import pathlib
import pickle
import subprocess
import zipfile

import pytest

from conftest import ROOT, find_program, refused

torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")
nn = torch.nn

RECIPE = """[data]\nname = "shapes"\nsize = 16\nchannels = 3\n[latent]\nsize = 12
[generator]\nlayers = [{ reshape = [12, 1, 1] }, { conv_transpose = 16, kernel = 4, padding = 0, bias = false },
 "batch_norm", "relu", { conv_transpose = 8, kernel = 4, stride = 2, padding = 1, bias = false }, "batch_norm", "relu",
 { conv_transpose = 3, kernel = 4, stride = 2, padding = 1, bias = false }, "tanh"]
[discriminator]\nlayers = [{ conv = 8, kernel = 4, stride = 2, padding = 1, bias = false }, { leaky_relu = 0.2 },
 { conv = 1, kernel = 8, padding = 0, bias = false }, "flatten"]
[objective]\nname = "gan"\n[train]\nbatch_size = 16\nsteps = 2\n"""


class Generator(nn.Module):
    """As PyTorch's DCGAN tutorial writes it: a Sequential named main, whose first layer takes z as an image."""

    def __init__(self):
        super().__init__()
        self.main = nn.Sequential(
            nn.ConvTranspose2d(12, 16, 4, 1, 0, bias=False), nn.BatchNorm2d(16), nn.ReLU(True),
            nn.ConvTranspose2d(16, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(True),
            nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z):
        return self.main(z.reshape(len(z), -1, 1, 1))


class Discriminator(nn.Module):
    def __init__(self, spectral=lambda layer: layer):
        super().__init__()
        self.main = nn.Sequential(
            spectral(nn.Conv2d(3, 8, 4, 2, 1, bias=False)),
            nn.LeakyReLU(0.2),
            spectral(nn.Conv2d(8, 1, 8, 1, 0, bias=False)),
        )

    def forward(self, x):
        return self.main(x).flatten()


def trained(module, seed):
    """Statistics and weights as a training leaves them, not as they start."""
    torch.manual_seed(seed)
    for parameter in module.parameters():
        nn.init.normal_(parameter, 0, 0.3)
    for name, buffer in module.named_buffers():
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 2)
        elif name.endswith("running_mean"):
            buffer.normal_()
    return module.eval()


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    return path


def exported(ganymede, model, network, tmp_path):
    path = tmp_path / f"{network}.pt"
    ganymede("export", model, "--format", "torchscript", "--network", network, "-o", path)
    return torch.jit.load(path)


def expect_same(ganymede, model, generator, discriminator, tmp_path):
    z, x = torch.randn(5, 12), torch.randn(5, 3, 16, 16)
    with torch.no_grad():
        assert (exported(ganymede, model, "generator", tmp_path)(z) - generator(z)).abs().max() < 1e-5
        if discriminator is not None:
            found = exported(ganymede, model, "discriminator", tmp_path)(x)
            assert (found - discriminator(x)).abs().max() < 1e-4


def import_json(ganymede, *flags):
    return json.loads(ganymede("import", *flags, "--json").stdout)


@pytest.mark.parametrize("wrap", ["plain", "module", "parameter_dict"])
def test_the_tutorials_state_dict_becomes_a_model(ganymede, recipe, tmp_path, wrap):
    generator, discriminator = trained(Generator(), 1), trained(Discriminator(), 2)
    tables = [generator.state_dict(), discriminator.state_dict()]
    if wrap == "module":
        tables = [{"module." + name: value for name, value in table.items()} for table in tables]
    if wrap == "parameter_dict":  # whole parameters, as older scripts save them
        tables = [
            dict(module.named_parameters()) | dict(module.named_buffers()) for module in (generator, discriminator)
        ]
        tables = [
            {name: table[name] for name in module.state_dict()}
            for table, module in zip(tables, (generator, discriminator))
        ]
    torch.save(tables[0], tmp_path / "netG.pth")
    torch.save(tables[1], tmp_path / "netD.pth")
    model = tmp_path / "model.safetensors"
    said = import_json(
        ganymede, tmp_path / "netG.pth", "--discriminator", tmp_path / "netD.pth", "--recipe", recipe, "-o", model
    )
    assert [one["by_order"] for one in said["networks"]] == [True, True] and said["untouched"] == []
    expect_same(ganymede, model, generator, discriminator, tmp_path)
    ganymede("sample", model, "-n", 4, "-o", tmp_path / "grid.png")


def test_a_checkpoint_with_both_networks_is_one_file(ganymede, recipe, tmp_path):
    generator, discriminator = trained(Generator(), 3), trained(Discriminator(), 4)
    table = {
        "epoch": 7,
        "netG": generator.state_dict(),
        "netD": discriminator.state_dict(),
        "optimizerG": torch.optim.Adam(generator.parameters()).state_dict(),
        "losses": [0.5, 1.0],
    }
    torch.save(table, tmp_path / "checkpoint.pth")
    model = tmp_path / "model.safetensors"
    ganymede("import", tmp_path / "checkpoint.pth", "--recipe", recipe, "-o", model)
    expect_same(ganymede, model, generator, discriminator, tmp_path)


@pytest.mark.parametrize("names", ["{}_state_dict", "net{:.1}", "{:.1}", "{}"])
def test_checkpoints_name_their_networks_in_many_ways(ganymede, recipe, tmp_path, names):
    generator, discriminator = trained(Generator(), 3), trained(Discriminator(), 4)
    words = ("Generator", "Discriminator") if ":" in names else ("generator", "discriminator")
    table = {
        names.format(word): module.state_dict() for word, module in zip(words, (generator, discriminator))
    }
    torch.save({"state_dict": table} if names == "{}" else table, tmp_path / "checkpoint.pth")
    model = tmp_path / "model.safetensors"
    ganymede("import", tmp_path / "checkpoint.pth", "--recipe", recipe, "-o", model)
    expect_same(ganymede, model, generator, discriminator, tmp_path)


@pytest.mark.parametrize("change", ["half", "bfloat16", "double", "strides", "one storage"])
def test_tensors_of_other_types_and_layouts(ganymede, recipe, tmp_path, change):
    generator = trained(Generator(), 12)
    if change in ("half", "bfloat16"):  # weights that the type has
        generator.load_state_dict({name: getattr(t, change)() for name, t in generator.state_dict().items()})
    table = {name: tensor for name, tensor in generator.state_dict().items() if tensor.is_floating_point()}
    if change == "strides":
        table = {name: t.transpose(0, -1).contiguous().transpose(0, -1) for name, t in table.items()}
    elif change == "one storage":
        pieces = torch.cat([t.flatten() for t in table.values()]).split([t.numel() for t in table.values()])
        table = {name: piece.view(t.shape) for piece, (name, t) in zip(pieces, table.items())}
    else:
        table = {name: getattr(t, change)() for name, t in table.items()}
    torch.save(table, tmp_path / "g.pth")
    ganymede("import", tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    expect_same(ganymede, tmp_path / "m.safetensors", generator, None, tmp_path)


@pytest.mark.parametrize("change, words", [
    (lambda t: t.to_sparse(), "sparse"), (lambda t: t.int(), "no floating-point"), (lambda t: t.cfloat(), "Complex"),
    (lambda t: torch.quantize_per_tensor(t, 0.1, 0, torch.qint8), "qtensor"), (lambda t: t * float("nan"), "NaN"),
])  # fmt: skip
def test_tensors_that_no_network_has_are_named(recipe, tmp_path, change, words):
    table = trained(Generator(), 13).state_dict()
    table["main.3.weight"] = change(table["main.3.weight"])
    torch.save(table, tmp_path / "g.pth")
    said = refused(tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert words in said and "; " in said and not (tmp_path / "m.safetensors").exists()


def test_spectral_norm_in_both_of_pytorchs_forms(ganymede, recipe, tmp_path):
    text = RECIPE.replace(
        "stride = 2, padding = 1, bias = false }, { leaky",
        "stride = 2, padding = 1, bias = false, spectral_norm = true }, { leaky",
    )
    recipe.write_text(
        text.replace(
            "kernel = 8, padding = 0, bias = false }", "kernel = 8, padding = 0, bias = false, spectral_norm = true }"
        )
    )
    generator = trained(Generator(), 5)
    torch.save(generator.state_dict(), tmp_path / "g.pth")
    for spectral in (nn.utils.spectral_norm, nn.utils.parametrizations.spectral_norm):
        discriminator = Discriminator(spectral)
        for _ in range(20):
            discriminator(torch.randn(8, 3, 16, 16))
        discriminator.eval()
        torch.save(discriminator.state_dict(), tmp_path / "d.pth")
        model = tmp_path / "model.safetensors"
        ganymede("import", tmp_path / "g.pth", "--discriminator", tmp_path / "d.pth", "--recipe", recipe, "-o", model)
        expect_same(ganymede, model, generator, discriminator, tmp_path)


def test_what_is_exported_is_imported(ganymede, recipe, tmp_path):
    generator = trained(Generator(), 6)
    torch.save(generator.state_dict(), tmp_path / "g.pth")
    ganymede("import", tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "a.safetensors")
    ganymede("export", tmp_path / "a.safetensors", "--format", "safetensors", "-o", tmp_path / "b.safetensors")
    said = import_json(ganymede, tmp_path / "b.safetensors", "--recipe", recipe, "-o", tmp_path / "c.safetensors")
    assert said["networks"][0]["by_order"] is False and said["untouched"] == ["discriminator"]
    expect_same(ganymede, tmp_path / "c.safetensors", generator, None, tmp_path)


def test_a_map_gives_names_that_differ(ganymede, recipe, tmp_path):
    generator = trained(Generator(), 7)
    table = generator.state_dict()
    names = list(table)
    shuffled = {("b." if name.startswith("main.0") else "a.") + name: table[name] for name in reversed(names)}
    torch.save(shuffled, tmp_path / "g.pth")
    said = refused(tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert "--map" in said
    lines = [f"{'b.' if old == 0 else 'a.'}main.{old}. = {old + 1}." for old in (0, 1, 3, 4, 6)]
    (tmp_path / "map.txt").write_text("# theirs = ours\n" + "\n".join(lines) + "\n")
    flags = ("--map", tmp_path / "map.txt", "-o", tmp_path / "m.safetensors")
    ganymede("import", tmp_path / "g.pth", "--recipe", recipe, *flags)
    expect_same(ganymede, tmp_path / "m.safetensors", generator, None, tmp_path)


def test_all_differences_are_in_one_error(recipe, tmp_path):
    wrong = nn.Sequential(nn.ConvTranspose2d(12, 16, 4, bias=False), nn.BatchNorm2d(16), nn.ConvTranspose2d(16, 9, 4))
    torch.save(wrong.state_dict(), tmp_path / "g.pth")
    said = refused(tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert "[16, 9, 4, 4]" in said and "[16, 8, 4, 4]" in said and "5.weight" in said
    assert not (tmp_path / "m.safetensors").exists()


class Runs:
    """What a hostile file asks for when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (pathlib.Path.touch, (self.path,))


def test_code_in_a_pickle_is_not_run(recipe, tmp_path):
    trace = tmp_path / "it-ran"
    with zipfile.ZipFile(tmp_path / "g.pth", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"main.0.weight": Runs(trace)}, protocol=2))
    said = refused(tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert "which was not done" in said and not trace.exists()


def test_a_whole_module_is_refused_by_name(recipe, tmp_path):
    torch.save(Generator(), tmp_path / "g.pth")
    said = refused(tmp_path / "g.pth", "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert "Generator" in said and "state_dict" in said


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "lfs", "storage", "protocol"])
def test_damaged_files_are_one_line(recipe, tmp_path, damage):
    path = tmp_path / "g.pth"
    torch.save(trained(Generator(), 8).state_dict(), path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("not a model\n")
    elif damage == "lfs":
        path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")
    elif damage == "storage":
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "short.pth", "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name)[:-4] if name.endswith("/data/0") else old.read(name))
        path = tmp_path / "short.pth"
    else:
        torch.save(trained(Generator(), 8).state_dict(), path, _use_new_zipfile_serialization=False)
    said = refused(path, "--recipe", recipe, "-o", tmp_path / "m.safetensors")
    assert not (tmp_path / "m.safetensors").exists()
    if damage == "lfs":
        assert "Git LFS pointer" in said


def test_a_recipe_is_proposed_from_the_tensors(ganymede, tmp_path):
    """Of the tutorial's networks the guesses are right: what is proposed takes their weights and computes the same."""
    generator, discriminator = trained(Generator(), 9), trained(Discriminator(), 10)
    torch.save(generator.state_dict(), tmp_path / "g.pth")
    torch.save(discriminator.state_dict(), tmp_path / "d.pth")
    files = (tmp_path / "g.pth", "--discriminator", tmp_path / "d.pth")
    proposed, model = tmp_path / "proposed.toml", tmp_path / "m.safetensors"
    said = import_json(ganymede, *files, "-o", proposed)
    text = proposed.read_text()
    assert said["recipe"] == str(proposed) and said["open"] == text.count("# ? ") == 4
    assert "size = 16" in text and "does not fit" not in text
    ganymede("import", *files, "--recipe", proposed, "-o", model)
    expect_same(ganymede, model, generator, discriminator, tmp_path)


def test_a_proposal_names_what_it_cannot_know(ganymede, tmp_path):
    table = {
        "net.fc.weight": torch.zeros(12 * 4 * 4, 7), "net.fc.bias": torch.zeros(12 * 4 * 4),
        "net.up.weight_orig": torch.zeros(12, 12, 4, 4), "net.up.bias": torch.zeros(12),
        "net.odd\nname.gate": torch.zeros(3),
        "net.out.weight": torch.zeros(3, 12, 3, 3), "net.out.bias": torch.zeros(3),
    }  # fmt: skip
    torch.save(table, tmp_path / "g.pth")
    said = import_json(ganymede, tmp_path / "g.pth", "-o", tmp_path / "p.toml")
    text = (tmp_path / "p.toml").read_text()
    assert said["untouched"] == ["discriminator"] and "No file gave it" in text
    assert (
        "reshape = [12, 4, 4]" in text
        and "spectral_norm = true" in text
        and "conv_transpose = 12, kernel = 4, stride = 2" in text
    )
    assert "# no layer of a recipe has net.odd\\nname.gate [3]" in text and "size = 8" in text
    ganymede("summary", tmp_path / "p.toml")


def test_bare_tensors_need_a_recipe(tmp_path):
    torch.save(trained(Generator(), 11).state_dict(), tmp_path / "g.pth")
    flags = ["import", tmp_path / "g.pth", "-o", tmp_path / "m.safetensors"]
    result = subprocess.run(
        [str(find_program()), *map(str, flags)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == 2 and "-o NAME.toml" in result.stderr and not (tmp_path / "m.safetensors").exists()
