"""`ganymede train`: the same seed gives the same bytes, however often the run was stopped or killed; and what goes
wrong."""

import csv
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import time
import struct
import subprocess

import pytest
from images import png, write
from test_sample import pixels
from training import TINY, metrics, shared_model, start, tensors, train, trained, wait_for

PRECISIONS = ("f32", "bf16")


@pytest.fixture(params=PRECISIONS)
def precision(request):
    return request.param


def model_bytes(run):
    return (run / "model.safetensors").read_bytes()


def state(run):
    return json.loads((run / "state.json").read_text())


def assert_same_run(run, other, step):
    """Model, everything in the last checkpoint, the images and the metrics are the same."""
    for name in (
        "model.safetensors",
        f"checkpoints/step-{step:06}.safetensors",
        f"samples/step-{step:06}.png",
        "real.png",
        "recipe.toml",
        "first_epoch.png",
    ):
        assert (run / name).read_bytes() == (other / name).read_bytes(), name
    assert metrics(run) == metrics(other)


def test_same_bytes_uninterrupted_resumed_and_killed(ganymede, tmp_path, precision):
    flags = ("--precision", precision, "--seed", 5)
    whole = trained(ganymede, tmp_path / "whole", *flags)
    assert_same_run(trained(ganymede, tmp_path / "again", *flags), whole, 40)

    halves = trained(ganymede, tmp_path / "halves", *flags, "--steps", 23)
    assert sorted(path.name for path in (halves / "checkpoints").iterdir())[-1] == "step-000023.safetensors"
    trained(ganymede, halves, "--resume", "--steps", 40)
    assert_same_run(halves, whole, 40)

    killed = tmp_path / "killed"
    process = start(ganymede, killed, *flags)
    wait_for(killed / "checkpoints" / "step-000010.safetensors", process)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    assert not (killed / "checkpoints" / "step-000040.safetensors").exists()
    trained(ganymede, killed, "--resume")
    assert_same_run(killed, whole, 40)


def test_another_seed_gives_other_bytes(ganymede, tmp_path):
    runs = [trained(ganymede, tmp_path / str(seed), "--seed", seed, "--steps", 2) for seed in (1, 2)]
    first, second = (tensors(run / "model.safetensors")[0] for run in runs)
    assert all(first[name] != second[name] for name in first if name.endswith(("conv_1.weight", "dense_1.weight")))


def test_killed_before_the_first_checkpoint_starts_again(ganymede, tmp_path):
    run = tmp_path / "run"
    process = start(ganymede, run, "--set", "train.checkpoint_every=1000", "--steps", 100000)
    wait_for(run / "samples" / "step-000000.png", process)
    process.kill()
    process.communicate()
    trained(ganymede, run, "--resume", "--steps", 10)
    whole = trained(ganymede, tmp_path / "whole", "--set", "train.checkpoint_every=1000", "--steps", 10)
    assert model_bytes(run) == model_bytes(whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_saves_and_the_run_goes_on(ganymede, tmp_path, number):
    run = tmp_path / "run"
    process = start(ganymede, run, "--steps", 100000)
    wait_for(run / "checkpoints" / "step-000010.safetensors", process)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 128 + number, "what shells expect of a program that a signal ended: " + err
    assert "stopped and saved at step" in out and "--resume" in out
    assert state(run)["state"] == "stopped"
    step = int(out.split("at step ")[1].split()[0])
    assert tensors(run / "model.safetensors")[1]["step"] == str(step)
    for name in (f"checkpoints/step-{step:06}.safetensors", f"samples/step-{step:06}.png"):
        assert (run / name).exists(), name
    trained(ganymede, run, "--resume", "--steps", step + 3)
    whole = trained(ganymede, tmp_path / "whole", "--steps", step + 3)
    assert model_bytes(run) == model_bytes(whole)
    assert metrics(run) == metrics(whole)


def test_a_signal_that_comes_twice_is_one_wish_to_stop(ganymede, tmp_path):
    """`timeout` and shells pass on what the terminal has sent already; a run must not be lost by it."""
    run = tmp_path / "run"
    process = start(
        ganymede, run, "--steps", 100000, "--set", "train.batch_size=64", "--set", "train.gradient_accumulation=64"
    )  # steps that last
    wait_for(run / "metrics.csv", process)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGINT, err
    assert "stopped and saved at step" in out and (run / "model.safetensors").exists()


def test_run_folder_has_every_file(ganymede):
    run = shared_model(ganymede)
    for name in ("recipe.toml", "environment.json", "metrics.csv", "samples/step-000000.png", "samples/step-000020.png",
                 "samples/step-000040.png", "real.png", "checkpoints/step-000040.safetensors", "model.safetensors"):
        assert (run / name).stat().st_size > 0, name
    help_text = ganymede("train", "--help").stdout
    assert "--resume" in help_text
    # A build without charts or TensorBoard leaves these out, all of one kind at once.
    charts = [
        (run / name).exists()
        for name in ("losses.svg", "losses.png", "real_and_generated.png", "first_epoch_and_last.png")
    ]
    assert all(charts) or not any(charts)
    assert len(list(run.glob("events.out.tfevents.*"))) <= 1
    assert not list(run.rglob("*.tmp-*"))
    assert (run / "metrics.csv").read_text().startswith("step,epoch,images,seconds,")
    rows = metrics(run)
    assert [int(row["step"]) for row in rows] == list(range(5, 45, 5))
    assert [int(row["images"]) for row in rows] == [step * 8 for step in range(5, 45, 5)]
    assert [float(row["epoch"]) for row in rows] == [step / 8 for step in range(5, 45, 5)]
    environment = json.loads((run / "environment.json").read_text())
    assert environment["seed"] == 0 and environment["threads"] == 1 and environment["precision"] == "f32"
    assert (
        environment["data"]["name"] == "shapes"
        and environment["data"]["images"] == 64
        and environment["data"]["checksum"]
    )


def test_environment_says_what_was_done(ganymede, tmp_path):
    run, source = tmp_path / "run", shared_model(ganymede)
    command = [ganymede.path, "--threads", "1", "train", TINY, "--output", run, "--steps", "2", "--from", source]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    environment = json.loads((run / "environment.json").read_text())
    assert environment["command"].endswith(f"--output {run} --steps 2 --from {source}")
    assert environment["processor"] and environment["commit"] and environment["compiler"]
    assert environment["start"] <= environment["end"] and environment["end"].endswith("Z")
    came_from = environment["from"]
    assert (
        came_from["file"] == str(source / "model.safetensors")
        and came_from["step"] == 40
        and came_from["networks"] == "both"
    )
    assert came_from["sha256"] == hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    trained(ganymede, run, "--resume", "--steps", 4)
    resumed = json.loads((run / "environment.json").read_text())
    assert resumed["from"] == came_from and resumed["start"] == environment["start"]
    assert resumed["earlier"][0]["command"] == environment["command"]


def test_a_recipe_for_fine_tuning_says_so(ganymede, tmp_path):
    recipe = tmp_path / "finer.toml"
    recipe.write_text(
        'about = "Train tiny first, then: ganymede train finer --from runs/tiny. Ours."\n' + TINY.read_text()
    )
    plain = train(ganymede, tmp_path / "plain", "--steps", 1, recipe=recipe)
    assert "finer is meant to go on from a trained model, and starts anew here: add --from runs/tiny\n" in plain.stderr
    finer = train(ganymede, tmp_path / "finer", "--steps", 1, "--from", shared_model(ganymede), recipe=recipe)
    assert finer.returncode == 0 and "is meant to go on" not in finer.stderr


def test_model_names_and_metadata(ganymede):
    found, metadata = tensors(shared_model(ganymede) / "model.safetensors")
    assert found["generator.conv_transpose_1.weight"][:2] == ("F32", [8, 8, 4, 4])
    assert found["discriminator.conv_2.u"][:2] == ("F32", [8])
    assert found["ema.batch_norm_1.running_mean"][:2] == ("F32", [8])
    assert {name.split(".")[0] for name in found} == {"generator", "discriminator", "ema"}
    assert metadata["step"] == "40" and "[generator]" in metadata["recipe"]


def test_keeps_the_newest_checkpoints(ganymede, tmp_path):
    run = trained(
        ganymede,
        tmp_path / "run",
        "--steps",
        10,
        "--set",
        "train.checkpoint_every=2",
        "--set",
        "train.keep_checkpoints=2",
    )
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == [
        "step-000008.safetensors",
        "step-000010.safetensors",
    ]


def test_epochs_and_the_default_folder(ganymede, tmp_path):
    for _ in range(2):
        result = ganymede("--threads", 1, "train", TINY, "--epochs", 0.5, cwd=tmp_path)
        assert result.returncode == 0 and "trained 4 steps" in result.stdout
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["tiny", "tiny-2"]


@pytest.mark.parametrize("steps", [1, 20])
def test_files_that_it_names_exist(ganymede, tmp_path, steps):
    result = train(ganymede, tmp_path / "run", "--steps", steps)
    first, *files = result.stdout.splitlines()
    assert first.startswith(f"trained {steps} step{'s' if steps > 1 else ''} ("), first
    assert len(files) == 3 and len({line.index(str(tmp_path)) for line in files}) == 1, "in one column"
    for line in files:
        assert pathlib.Path(line.split(maxsplit=1)[1]).is_file(), line


@pytest.mark.parametrize("log_every", [10, 4, 15])
def test_images_per_second_are_those_of_the_file(ganymede, tmp_path, log_every):
    train(ganymede, tmp_path / "run", "--steps", 10, f"--set=train.log_every={log_every}")
    resumed = train(ganymede, tmp_path / "run", "--steps", 20, "--resume", f"--set=train.log_every={log_every}")
    shown = re.findall(r"(\d+) images/s", resumed.stderr)
    last = list(csv.DictReader((tmp_path / "run" / "metrics.csv").open()))[-1]
    assert shown[-1] == f"{float(last['images_per_s']):.0f}", resumed.stderr


LACKS = ("model.safetensors", "state.json", "samples/step-000006.png", "real.png", "metrics.csv")


@pytest.mark.parametrize("lacks", LACKS)
def test_resume_of_a_complete_run_makes_up_for_what_it_lacks(ganymede, tmp_path, lacks):
    """Whatever ended the process after the last checkpoint."""
    run = trained(ganymede, tmp_path / "run", "--steps", 6)
    assert state(run) == {"state": "done", "step": 6, "steps": 6}
    before = (run / lacks).read_bytes()
    (run / lacks).unlink()
    trained(ganymede, run, "--resume")
    assert state(run)["state"] == "done"
    if lacks != "metrics.csv":  # its rows went with it; the next ones need a table
        assert (run / lacks).read_bytes() == before
    assert "complete at step 6" in train(ganymede, run, "--resume").stdout


def test_resume_replaces_a_stale_model(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 6)
    stale = model_bytes(run)
    trained(ganymede, run, "--resume", "--steps", 9)
    newest = model_bytes(run)
    (run / "model.safetensors").write_bytes(stale)
    trained(ganymede, run, "--resume")
    assert model_bytes(run) == newest != stale


def test_what_a_killed_process_left_half_written_goes(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 2)
    left = [
        run / "recipe.toml.tmp-999999",
        run / "samples" / "step-000001.png.tmp-1",
        run / "checkpoints" / f"x.tmp-{os.getpid()}",
    ]
    for path in left:
        path.write_text("half")
    others = [run / "notes.tmp-old", run / "my.tmp-"]
    for path in others:
        path.write_text("mine")
    trained(ganymede, run, "--resume", "--steps", 3)
    assert not any(path.exists() for path in left) and all(path.exists() for path in others)


def test_a_run_folder_that_is_deleted_is_an_error(ganymede, tmp_path):
    run = tmp_path / "run"
    process = start(ganymede, run, "--steps", 100000)
    wait_for(run / "checkpoints" / "step-000010.safetensors", process)
    moved = tmp_path / "moved"
    run.rename(moved)  # as deleted: nothing is left at its place
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1 and "deleted or replaced" in err.splitlines()[-1] and str(run) in err
    assert not run.exists(), "nothing is made anew"
    assert state(moved)["state"] == "running"  # and nobody holds it: lost


def test_resume_of_a_complete_run_says_so(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 3)
    before = model_bytes(run)
    result = train(ganymede, run, "--resume")
    assert result.returncode == 0 and "complete at step 3" in result.stdout
    assert model_bytes(run) == before


def test_a_damaged_newest_checkpoint_is_passed_over(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 20)
    whole = trained(ganymede, tmp_path / "whole", "--steps", 25)
    newest = run / "checkpoints" / "step-000020.safetensors"
    newest.write_bytes(newest.read_bytes()[:-100])
    result = train(ganymede, run, "--resume", "--steps", 25)
    assert result.returncode == 0 and "step-000020" in result.stderr
    assert model_bytes(run) == model_bytes(whole)


def test_fine_tuning_starts_from_the_weights(ganymede, tmp_path):
    source = shared_model(ganymede)
    still = [f"--set=optimizer.{network}.learning_rate=0" for network in ("generator", "discriminator")]
    run = trained(ganymede, tmp_path / "run", "--from", source, "--steps", 1, "--seed", 9, *still)
    before, after = (tensors(folder / "model.safetensors")[0] for folder in (source, run))
    learnt = [name for name in before if not name.startswith("ema.") and name.endswith((".weight", ".bias"))]
    assert len(learnt) >= 12
    for name in learnt:
        assert after[name] == before[name], name
    # Its first grid is what the source generates from the same noise.
    grid = tmp_path / "grid.png"
    assert ganymede("sample", source, "-n", 9, "--seed", 9, "-o", grid).returncode == 0
    assert pixels(grid) == pixels(run / "samples" / "step-000000.png")
    fresh = tensors(trained(ganymede, tmp_path / "fresh", "--steps", 1, "--seed", 9, *still) / "model.safetensors")[0]
    assert fresh["generator.dense_1.weight"] != before["generator.dense_1.weight"]


def test_fine_tuning_refuses_another_architecture(ganymede, tmp_path):
    result = train(ganymede, tmp_path / "run", "--from", shared_model(ganymede), "--steps", 1, "--set", "latent.size=9")
    assert result.returncode == 1
    assert "generator.dense_1.weight" in result.stderr and "[128, 8]" in result.stderr and "[128, 9]" in result.stderr
    assert not (tmp_path / "run").exists()


def test_fine_tuning_one_network(ganymede, tmp_path):
    source = shared_model(ganymede)
    still = [f"--set=optimizer.{network}.learning_rate=0" for network in ("generator", "discriminator")]
    flags = ("--from", source, "--steps", 1, "--seed", 9, *still)
    before = tensors(source / "model.safetensors")[0]
    for network, other in (("generator", "discriminator"), ("discriminator", "generator")):
        after = tensors(
            trained(ganymede, tmp_path / network, *flags, "--from-networks", network) / "model.safetensors"
        )[0]
        weights = {"generator": "generator.dense_1.weight", "discriminator": "discriminator.dense_1.weight"}
        assert after[weights[network]] == before[weights[network]]
        assert after[weights[other]] != before[weights[other]]


def test_fine_tuning_with_the_optimisers_moments(ganymede, tmp_path):
    source = shared_model(ganymede)
    still = [f"--set=optimizer.{network}.learning_rate=0" for network in ("generator", "discriminator")]
    updates = "optimizer.generator.updates"
    for flags, expected in (((), 1), (("--keep-optimizer",), 41)):
        run = trained(ganymede, tmp_path / str(expected), "--from", source, "--steps", 1, *flags, *still)
        state = tensors(run / "checkpoints" / "step-000001.safetensors")[0]
        assert struct.unpack("<q", state[updates][2]) == (expected,)
    assert "--keep-optimizer" in one_error(train(ganymede, tmp_path / "no", "--keep-optimizer"), 2)


def test_fine_tuning_from_nothing_leaves_no_run_behind(ganymede, tmp_path):
    result = train(ganymede, tmp_path / "run", "--from", tmp_path / "gone.safetensors")
    assert "gone.safetensors" in one_error(result)
    assert not (tmp_path / "run").exists()


def one_error(result, code=1):
    """The single error line, where nothing else than log lines came before it."""
    assert result.returncode == code, result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and result.stderr.splitlines()[-1] == errors[0], result.stderr
    return errors[0]


def test_a_loss_that_is_not_finite_stops_the_run(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 10)
    before = model_bytes(run)
    wild = [
        f"--set=optimizer.{network}.{change}"
        for network in ("generator", "discriminator")
        for change in ("name=sgd", "learning_rate=100")
    ]
    error = one_error(train(ganymede, run, "--resume", "--steps", 200, *wild))
    assert "not finite" in error and "step-000010.safetensors" in error and "learning rate" in error
    assert model_bytes(run) == before
    fresh = one_error(train(ganymede, tmp_path / "fresh", "--steps", 200, *wild, "--set=train.checkpoint_every=1000"))
    assert "checkpoint" not in fresh
    assert not (tmp_path / "fresh" / "model.safetensors").exists()


def test_resume_from_another_folder(ganymede, tmp_path):
    """Relative paths mean what they meant, even where something else has their name."""
    for folder, level in (("first", 10), ("second", 200)):
        write(tmp_path / folder / "images", {f"{i}.png": png(level, i, 9, width=16, height=16) for i in range(40)})
    (tmp_path / "first" / "leave_out.txt").write_text("3.png\n")
    flags = ("--set", 'data.name="folder"', "--data", "images", "--set", 'data.exclude="leave_out.txt"')
    run = trained(ganymede, tmp_path / "first" / "run", "--steps", 2, *flags, cwd=tmp_path / "first")
    whole = trained(ganymede, tmp_path / "first" / "whole", "--steps", 4, *flags, cwd=tmp_path / "first")
    trained(ganymede, run, "--resume", "--steps", 4, cwd=tmp_path / "second")
    assert model_bytes(run) == model_bytes(whole)
    environment = json.loads((run / "environment.json").read_text())
    assert environment["data"]["path"] == str(tmp_path / "first" / "images") and environment["data"]["images"] == 39
    assert environment["working_directory"] == str(tmp_path / "second")
    trained(ganymede, run, "--resume", "--steps", 6, cwd=tmp_path)
    trained(ganymede, run, "--resume", "--steps", 8, "--data", "images", cwd=tmp_path / "second")
    assert json.loads((run / "environment.json").read_text())["data"]["path"] == str(tmp_path / "second" / "images")


def test_resume_with_other_settings_says_so(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 4, "--set=train.batch_size=8", "--set=train.log_every=1")
    result = train(ganymede, run, "--resume", "--steps", 8, "--set=train.batch_size=2", "--set=train.log_every=2")
    assert "from here on with train.batch_size = 2 (was 8): no longer bit for bit" in result.stderr
    images = [int(row["images"]) for row in csv.DictReader((run / "metrics.csv").open())]
    assert images == [8, 16, 24, 32, 36, 40]
    assert "no longer" not in train(ganymede, run, "--resume", "--steps", 9).stderr


def test_weights_that_explode_overwrite_nothing(ganymede, tmp_path):
    """Finite, and of no use: the good model and the good checkpoints stay."""
    keep = ("--set", "train.checkpoint_every=2", "--set", "train.keep_checkpoints=2", "--precision", "f32")
    run = trained(ganymede, tmp_path / "run", "--steps", 4, *keep)
    before = {path.name: path.read_bytes() for path in [run / "model.safetensors", *(run / "checkpoints").iterdir()]}
    assert len(before) == 3
    wild = ["--set=optimizer.generator.learning_rate=100"]
    error = one_error(train(ganymede, run, "--resume", "--steps", 40, *wild))
    assert (
        "generator's weights have exploded" in error and "step-000004.safetensors" in error and "learning rate" in error
    )
    assert {
        path.name: path.read_bytes() for path in [run / "model.safetensors", *(run / "checkpoints").iterdir()]
    } == before
    assert state(run)["state"] == "failed" and "exploded" in state(run)["why"] and str(run) not in state(run)["why"]
    tame = trained(ganymede, run, "--resume", "--steps", 6, "--set=optimizer.generator.learning_rate=1e-3")
    assert state(tame)["state"] == "done"


def test_an_existing_run_needs_resume(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", "--steps", 1)
    before = model_bytes(run)
    error = one_error(train(ganymede, run, "--steps", 1))
    assert str(run) in error and "--resume" in error
    assert model_bytes(run) == before


def test_a_run_in_use_is_refused(ganymede, tmp_path):
    run = tmp_path / "run"
    process = start(ganymede, run, "--steps", 100000)
    try:
        wait_for(run / "recipe.toml", process)
        for flags in ((), ("--resume",)):
            error = one_error(train(ganymede, run, *flags))
            assert str(run) in error and f"({process.pid})" in error
    finally:
        process.terminate()
        process.communicate(timeout=120)


def mount(*arguments):
    return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode == 0


@pytest.fixture
def read_only(tmp_path):
    """A folder nobody may write to, root included."""
    folder = tmp_path / "fixed"
    folder.mkdir()
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
    elif mount("--bind", folder, folder) and mount("-o", "remount,ro,bind", folder):
        yield folder
        subprocess.run(["umount", folder], check=False)
    elif subprocess.run(["chattr", "+i", folder], capture_output=True, check=False).returncode == 0:
        yield folder
        subprocess.run(["chattr", "-i", folder], check=False)
    else:
        pytest.skip("root may write everywhere here: neither a read-only mount nor an immutable folder can be made")


def test_a_read_only_folder(ganymede, read_only):
    for out in (read_only, read_only / "run"):
        error = one_error(train(ganymede, out, "--steps", 1))
        assert str(out) in error and "choose" in error


def test_a_limit_on_the_size_of_files(ganymede, tmp_path):
    run = tmp_path / "run"
    command = f"ulimit -f 40; exec '{ganymede.path}' --threads 1 train '{TINY}' --output '{run}'"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    error = one_error(result)
    assert "File too large" in error and "ulimit -f" in error
    assert not list(run.rglob("*.tmp-*"))


def test_a_signal_before_there_is_anything_to_save(ganymede, tmp_path):
    run = tmp_path / "run"
    process = start(ganymede, run, "--steps", 100000)
    time.sleep(0.2)
    process.terminate()
    out, err = process.communicate(timeout=120)
    assert process.returncode in (128 + signal.SIGTERM, -signal.SIGTERM), err  # by the signal itself: not yet in main()
    assert not run.exists() or state(run)["state"] in ("stopped", "waiting"), out


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", "size=1m", "none", disk):
        pytest.skip("a small disk needs the right to mount one")
    yield disk
    subprocess.run(["umount", disk], check=False)


def test_a_full_disk_leaves_whole_files_and_the_run_goes_on(ganymede, tmp_path, small_disk):
    run = small_disk / "run"
    keep = ("--set", "train.checkpoint_every=1", "--set", "train.keep_checkpoints=1000")
    error = one_error(train(ganymede, run, *keep))
    assert "No space left" in error and "room" in error and str(run) in error
    assert not list(run.rglob("*.tmp-*"))
    saved = sorted((run / "checkpoints").iterdir())
    assert saved
    for path in [*saved, run / "model.safetensors"]:
        tensors(path)
    for path in saved[:-1]:
        path.unlink()
    last = int(saved[-1].stem.split("-")[1])
    roomy = pathlib.Path(shutil.copytree(run, tmp_path / "roomy"))
    trained(ganymede, roomy, "--resume", "--steps", last + 2)
    whole = trained(ganymede, tmp_path / "whole", *keep, "--steps", last + 2)
    assert model_bytes(roomy) == model_bytes(whole)
    assert metrics(roomy) == metrics(whole)


def test_learns(ganymede, tmp_path):
    """The discriminator tells real from generated after a few steps against a generator that stands still."""
    still = "--set=optimizer.generator.learning_rate=0"
    rows = metrics(trained(ganymede, tmp_path / "run", still, "--precision", "f32", "--steps", 60))
    assert float(rows[-1]["loss_d"]) < 0.7 * float(rows[0]["loss_d"])
    assert float(rows[-1]["d_real"]) > 0.6 > 0.4 > float(rows[-1]["d_fake"])
