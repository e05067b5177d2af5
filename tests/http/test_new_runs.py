"""What a new training may be: a recipe by name, that of a run or a text, with changes that are checked first."""
import base64

import pytest
from pngs import one_colour
from schema import Schemas

SMALL = {"recipe": "shapes-dcgan", "steps": 2}


@pytest.fixture(scope="module")
def checking(start, tmp_path_factory):
    """A server that may train, with a folder of recipes, for requests that start nothing."""
    folder, own = tmp_path_factory.mktemp("runs"), tmp_path_factory.mktemp("recipes")
    with start(folder, "--allow-training", "--recipes", own) as running:
        text = running.post("/api/v1/recipes/check", {"recipe": "shapes-dcgan"}).json()["recipe"]["toml"]
        (own / "mine.toml").write_text(text.replace("batch_size = 64", "batch_size = 24"))
        (own / "elsewhere.toml").write_text(
            text.replace('name = "shapes"', 'name = "folder"', 1).replace('path = ""', f'path = "{own}/images"', 1)
        )
        (own / "wrong.toml").write_text("[train]\nsteps = 1\n")
        (own / "link.toml").symlink_to("/etc/hostname")
        (own / "notes.txt").write_text("no recipe")
        yield running, text, own


def check(server, **asked):
    answer = server.post("/api/v1/recipes/check", asked)
    assert answer.status == 200, answer.body
    return answer.json()


def wait_for_end(server, run, state="done"):
    server.wait_for(lambda: server.get("/api/v1/training").json()["current"] is None, 120)
    server.wait_for(lambda: server.get(f"/api/v1/runs/{run}").json().get("state") == state)


def test_what_a_recipe_makes(checking, program, ganymede):
    server, *_ = checking
    answer = check(server, recipe="shapes-dcgan", set=["train.batch_size=32"], seed=7)
    assert not Schemas(server.get("/api/v1/openapi.json").json()).errors(
        {"$ref": "#/components/schemas/RecipeCheck"}, answer
    )
    recipe = answer["recipe"]
    assert answer["problems"] == [] and recipe["name"] == "shapes-dcgan" and recipe["batch_size"] == 32
    assert [one["key"] for one in recipe["changes"]] == ["train.batch_size", "train.seed"]
    assert recipe["settings"]["train.batch_size"] == "32" and "batch_size = 32" in recipe["toml"]
    said = ganymede("recipes", "check", "shapes-dcgan", "--steps", 0, "--json", timeout=100).stdout
    for network in recipe["networks"]:
        assert f'"total": {network["parameters"]}' in said, "as the command counts them"


@pytest.mark.parametrize(
    "change",
    [
        "train.batch_sizee=3",
        "train.batch_size=0",
        "discriminator.layers.0.kernel=-5",
        "optimizer.generator.learning_rate=x",
        "no.such=1",
        "latent.size=999",
        "quality.metric=fdi",
        "nothing",
        "train.batch_size",
    ],
)
def test_a_wrong_change_is_named_as_the_command_names_it(checking, ganymede, change):
    server, *_ = checking
    good = "train.ema=0.5"
    answer = check(server, recipe="shapes-dcgan", set=[good, change])
    assert [one["field"] for one in answer["problems"]] == ["set[1]"]
    assert [one["key"] for one in answer["recipe"]["changes"]] == ["train.ema"], "what is right is shown without it"
    said = ganymede("recipes", "check", "shapes-dcgan", "--steps", 0, "--set", good, "--set", change, timeout=100)
    assert said.stderr.splitlines()[-1] == "error: " + answer["problems"][0]["detail"]
    refused = server.post("/api/v1/runs", {"recipe": "shapes-dcgan", "set": [good, change]}).problem()
    assert refused["status"] == 422 and refused["errors"][0]["field"] == "set[1]"


def test_every_wrong_change_is_named(checking):
    answer = check(checking[0], recipe="shapes-dcgan", set=["train.ema=2", "latent.size=8", "train.batch_size=x"])
    assert sorted(one["field"] for one in answer["problems"]) == ["set[0]", "set[1]", "set[2]"]
    pair = ["generator.layers.3.conv_transpose=8", "discriminator.init_std=0.1"]
    assert check(checking[0], recipe="shapes-dcgan", set=[pair[1]])["problems"] == []


def test_a_text_is_checked(checking):
    server, text, _ = checking
    assert check(server, toml=text)["problems"] == []
    problem = check(server, toml=text.replace("batch_size", "batch_sizee"))
    assert problem["recipe"] is None and problem["problems"][0]["field"] == "recipe"
    assert "of the text" in problem["problems"][0]["detail"] and "'batch_size'" in problem["problems"][0]["detail"]
    assert check(server, toml="[")["problems"][0]["detail"].startswith("line 1 of the text: not valid TOML")
    for wrong in ("", "a\0b", "x" * ((1 << 18) + 1)):
        assert server.post("/api/v1/recipes/check", {"toml": wrong}).problem()["errors"][0]["field"] == "toml"
    assert server.post("/api/v1/recipes/check", {"toml": "[" * 200_000}).status == 200


@pytest.mark.parametrize(
    "change",
    [
        "data.path=/etc",
        'data={name="folder", path="/etc"}',
        "data.exclude=/etc/passwd",
        "data.photos=/etc",
        "quality.features=/tmp/x.pt",
    ],
)
def test_no_change_names_a_file(checking, change):
    server, text, _ = checking
    answer = check(server, recipe="shapes-dcgan", set=[change])
    assert answer["problems"] and "set[0]" == answer["problems"][0]["field"]
    key = change.split("=")[0].partition(".")[2] or "path"
    if key != "features":  # of a section that is not there
        own = text.replace(f'{key} = ""', f'{key} = "/etc"', 1)
        assert own != text and "names a file" in check(server, toml=own)["problems"][0]["detail"]


def test_own_recipes_are_listed_and_checked(checking):
    server, _, own = checking
    listed = {one["name"]: one for one in server.get("/api/v1/training").json()["recipes"] if one["own"]}
    assert set(listed) == {"mine.toml", "elsewhere.toml", "wrong.toml"}
    assert listed["mine.toml"]["data"] == "shapes" and listed["mine.toml"]["problem"] is None
    assert "names no data" in listed["wrong.toml"]["problem"]
    assert check(server, recipe="mine.toml")["recipe"]["batch_size"] == 24
    assert check(server, recipe="elsewhere.toml")["problems"] == [], "the server's owner may name files"
    assert check(server, recipe="elsewhere.toml", set=["data.path=/etc"])["problems"][0]["field"] == "set[0]"
    assert check(server, recipe="wrong.toml")["problems"][0]["field"] == "recipe"
    for name in ("link.toml", "notes.txt", "../mine.toml", str(own / "mine.toml"), "mine"):
        problem = server.post("/api/v1/recipes/check", {"recipe": name}).problem()
        assert problem["status"] == 422 and problem["errors"][0]["field"] == "recipe", name


def test_what_excludes_each_other(checking):
    server, text, _ = checking
    for asked in ({"recipe": "shapes-dcgan", "toml": text}, {"recipe": "shapes-dcgan", "like": "x"}, {}):
        assert server.post("/api/v1/recipes/check", asked).problem()["status"] == 422
    assert server.post("/api/v1/recipes/check", {"like": "nobody"}).status == 404
    assert server.post("/api/v1/recipes/check", {"recipe": "shapes-dcgan", "set": ["a.b=1"] * 33}).status == 422


def test_it_is_off_unless_allowed(server):
    assert server.post("/api/v1/recipes/check", SMALL).status == 403


def test_a_run_is_duplicated_with_changes(trainer, place):
    trainer.post("/api/v1/runs", {**SMALL, "name": "first", "seed": 5, "set": ["train.batch_size=16"]})
    wait_for_end(trainer, "first")
    started = trainer.post("/api/v1/runs", {"like": "first", "set": ["train.ema=0.5"], "steps": 3})
    assert started.status == 202 and started.json() == {"id": "first-2"}, started.body
    wait_for_end(trainer, "first-2")
    run = trainer.get("/api/v1/runs/first-2").json()
    assert run["step"] == 3 and run["recipe"] == "shapes-dcgan" and run["environment"]["seed"] == 5
    assert "batch_size = 16" in run["toml"] and "ema = 0.5" in run["toml"]
    assert check(trainer, like="first-2")["recipe"]["changes"] == []


def test_a_text_is_trained(trainer, place):
    text = check(trainer, recipe="shapes-dcgan")["recipe"]["toml"].replace('name = "shapes-dcgan"', 'name = "../x"')
    started = trainer.post("/api/v1/runs", {"toml": text, "steps": 2})
    assert started.json() == {"id": "own"}, started.body
    wait_for_end(trainer, "own")
    assert sorted(one.name for one in place.iterdir()) == ["own"] and (place / "own" / "given.toml").is_file()


def test_a_folder_of_recipes_needs_trainings(ganymede, tmp_path):
    for flags, word in (
        (["--recipes", tmp_path], "--allow-training"),
        (["--recipes", "none", "--allow-training"], "no such"),
        (["--data", tmp_path], "--allow-training"),
        (["--data", "none", "--allow-training"], "no such"),
        (["--webhook", "http://x/"], "--allow-training"),
    ):
        result = ganymede("serve", "--port", 0, *flags, cwd=tmp_path, timeout=60)
        assert result.returncode == 2 and word in result.stderr


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder of data sets: twelve images in two classes, one of them no image."""
    folder = tmp_path_factory.mktemp("data")
    for i in range(12):
        kind = folder / "animals" / ("cat" if i % 2 else "dog")
        kind.mkdir(parents=True, exist_ok=True)
        (kind / f"{i}.png").write_bytes(base64.b64decode(one_colour(40, 40, (i * 20, 9, 99))))
    (folder / "animals" / "cat" / "bad.png").write_bytes(b"no image")
    (folder / ".hidden").mkdir()
    (folder / "link").symlink_to("/etc")
    return folder


@pytest.fixture(scope="module")
def with_images(start, tmp_path_factory, images):
    with start(tmp_path_factory.mktemp("runs"), "--allow-training", "--data", images) as running:
        yield running


SMALLER = ["data.skip_bad=true", "train.batch_size=8"]


def test_images_are_previewed(with_images):
    assert with_images.get("/api/v1/training").json()["images"] == ["animals"]
    asked = {"recipe": "shapes-dcgan", "images": "animals", "set": SMALLER}
    answer = with_images.post("/api/v1/data/check", asked)
    found = answer.json()
    assert answer.status == 200, found
    assert not Schemas(with_images.get("/api/v1/openapi.json").json()).errors(
        {"$ref": "#/components/schemas/DataCheck"}, found
    )
    assert found["of_class"] == {"cat": 6, "dog": 6} and found["of_size"] == {"40x40": 12} and found["classes"] == 2
    assert any("1 bad image" in note for note in found["notes"]) and "32x32 RGB" in found["recipe"]
    assert base64.b64decode(found["sheet"]).startswith(b"\x89PNG")
    for name in ("nobody", "link", ".hidden", "../data", "animals/cat", "/etc"):
        problem = with_images.post("/api/v1/data/check", {**asked, "images": name}).problem()
        assert problem["status"] == 422 and problem["errors"][0]["field"] == "images", name
    problem = with_images.post("/api/v1/data/check", {"recipe": "shapes-dcgan"}).problem()
    assert problem["errors"][0]["field"] == "images"
    shown = with_images.post("/api/v1/recipes/check", asked).body.decode()
    assert "/animals" not in shown, "where the images lie is the server's business"


def test_images_are_trained_on(with_images):
    asked = {**SMALL, "images": "animals", "set": SMALLER, "name": "mine"}
    assert with_images.post("/api/v1/runs", asked).status == 202
    wait_for_end(with_images, "mine")
    run = with_images.get("/api/v1/runs/mine").json()
    assert run["environment"]["data"]["images"] == 12 and 'name = "folder"' in run["toml"]
    assert with_images.post("/api/v1/runs", {"like": "mine", "steps": 3, "name": "again"}).status == 202
    wait_for_end(with_images, "again")
    assert with_images.get("/api/v1/runs/again").json()["environment"]["data"]["images"] == 12


def test_an_estimate(checking, server):
    answer = checking[0].post("/api/v1/recipes/estimate", SMALL)
    found = answer.json()
    assert answer.status == 200 and found["memory_bytes"] > 1e6, found
    assert 0 < found["seconds_per_step"] and found["seconds"] >= found["seconds_per_step"]
    wrong = checking[0].post("/api/v1/recipes/estimate", {**SMALL, "set": ["train.ema=2"]}).problem()
    assert wrong["status"] == 422 and wrong["errors"][0]["field"] == "set[0]"
    assert server.post("/api/v1/recipes/estimate", SMALL).status == 403
    assert server.post("/api/v1/data/check", SMALL).status == 403
