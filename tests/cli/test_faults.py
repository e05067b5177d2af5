"""A sample of what tests/slow/test_faults.py does in full: file operations of a training that fail, and kills."""

import random

import pytest
from faults import EIO, KINDS, Faults, shim
from program import program

SAMPLE = 20


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    library = shim(folder)
    if library is None:
        pytest.skip("no C compiler builds the library that makes operations fail")
    under = Faults(program(), library, folder)
    yield under
    under.close()


def test_a_sample_of_the_operations(faults):
    """Those that change which files there are, and some others: whatever fails, the run goes on to the same bytes."""
    names = [name for name, _ in faults.operations]
    assert {"open", "write", "fsync", "close", "rename", "mkdir", "ftruncate", "remove"} <= set(names)
    chance = random.Random(17)
    renames = [number for number, name in enumerate(names, 1) if name == "rename"]
    numbers = chance.sample(renames, SAMPLE // 2) + chance.sample(range(1, len(names) + 1), SAMPLE // 2)
    wrong = [faults.fault(number, KINDS[i % len(KINDS)]) for i, number in enumerate(sorted(numbers))]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_a_sample_of_the_reads(faults):
    """An error while a run is gone on with is said as what it is, and the next attempt goes on."""
    operations = faults.half_run()[1]
    names = [name for name, _ in operations]
    assert {"open", "read", "lseek", "stat", "fstat"} <= set(names), sorted(set(names))
    chance = random.Random(17)
    # Beside chance, those that went wrong once: what asks for the recipe, what looks at the table of metrics.
    of_recipe = [n for n, (name, path) in enumerate(operations, 1) if name == "stat" and path.endswith("recipe.toml")]
    of_metrics = [n for n, (name, path) in enumerate(operations, 1) if path.endswith("metrics.csv") and name != "read"]
    numbers = {*of_recipe, *of_metrics, *chance.sample(range(1, len(operations) + 1), SAMPLE // 5)}
    wrong = [faults.fault_while_resuming(number, str(EIO)) for number in sorted(numbers)]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_rows_that_cannot_be_written(faults):
    """What is saved when a row was refused counts on that row."""
    rows = [
        number for number, (name, path) in enumerate(faults.operations, 1) if name == "write" and "metrics.csv" in path
    ]
    assert len(rows) == 5
    wrong = [faults.fault(number, str(EIO)) for number in rows]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_the_end_of_a_run_killed(faults):
    """After the last checkpoint comes little, and all of it is made up for by --resume."""
    last = max(
        number
        for number, (name, path) in enumerate(faults.operations, 1)
        if name == "rename" and "step-000008.safetensors" in path
    )
    after = [
        faults.fault(number, "kill")
        for number in range(last - 1, len(faults.operations) + 1)
        if faults.operations[number - 1][0] != "write"
    ]
    assert not any(after), "\n".join(filter(None, after))
