"""Every file operation of a training fails in every way, and 200 trainings are killed at random moments: each goes on
to the bytes of the undisturbed run. docs/reliability.md has what came of it."""

import pathlib
import random
import subprocess
import time

import pytest
from faults import EIO, FLAGS, KINDS, Faults, shim
from program import program
from training import TINY, metrics

KILLS = 200


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    library = shim(folder)
    if library is None:
        pytest.skip("no C compiler builds the library that makes operations fail")
    under = Faults(program(), library, folder)
    yield under
    under.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation(faults, kind):
    wrong = [faults.fault(number, kind) for number in range(1, len(faults.operations) + 1)]
    print(f"{kind}: {len(wrong)} operations, {sum(map(bool, wrong))} wrong")
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("kind", (str(EIO), "short"))
def test_every_read(faults, kind):
    """Reads of a resumed run: an error in the middle is one line, and the next attempt goes on; a part is no error."""
    operations = faults.half_run()[1]
    wrong = [faults.fault_while_resuming(number, kind) for number in range(1, len(operations) + 1)]
    print(f"{kind}: {len(operations)} operations of a resumed run, {sum(map(bool, wrong))} wrong")
    assert operations and not any(wrong), "\n".join(filter(None, wrong))


def test_kills_at_random_moments(faults, tmp_path):
    chance = random.Random(200)
    whole = tmp_path / "whole"
    # Checkpoints, samples and models at nearly every step: most kills meet a file that is being written.
    flags = [*map(str, FLAGS), "--steps", "150", "--set", "train.checkpoint_every=1", "--set", "sample.every=3"]
    command = [str(program()), "--threads", "1", "-q", "train", str(TINY), *flags, "--output"]
    begin = time.monotonic()
    subprocess.run([*command, whole], check=True, capture_output=True)
    lasts = time.monotonic() - begin
    run, kills, rounds = tmp_path / "run", 0, 0
    while kills < KILLS:
        rounds += 1
        subprocess.run(["rm", "-rf", run], check=True)
        while kills < KILLS:
            process = subprocess.Popen(
                [*command, run, "--resume"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(chance.uniform(0.3, 0.3 + lasts / 3))
            process.kill()
            if process.wait() != -9:
                break
            kills += 1
        subprocess.run([*command, run, "--resume"], check=True, capture_output=True)
        for path in sorted(path for path in whole.rglob("*") if path.is_file()):
            name = path.relative_to(whole)
            if name.name in ("metrics.csv", "environment.json", ".lock") or name.name.startswith("events."):
                continue
            assert (run / name).read_bytes() == path.read_bytes(), (rounds, kills, name)
        assert metrics(run) == metrics(whole) and not list(run.rglob("*.tmp-*"))
    print(f"{kills} kills in {rounds} runs of {lasts:.1f} s")
