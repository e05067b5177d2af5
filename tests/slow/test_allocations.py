"""Every allocation of every reader fails, alone and with all later ones: tests/fuzz/allocations_test.cpp."""

import os
import re
import subprocess

import pytest
from program import ROOT, program


def test_every_allocation():
    tests = program().parent / "tests" / "ganymede_test_fuzz"
    if not tests.is_file():
        pytest.skip("no unit tests are built")
    command = [tests, "--gtest_filter=*Allocations*"]
    every = {**os.environ, "GANYMEDE_ALLOCATIONS": "all"}
    result = subprocess.run(command, cwd=ROOT, env=every, capture_output=True, text=True, check=False)
    lines = re.findall(r"^\S+: \d+ Error, .*$", result.stdout, re.M)
    print("\n".join(lines))
    counts = [list(map(int, re.findall(r"(\d+) (?:Error|std|other|made|ended|of a)", line))) for line in lines]
    names = ("Error", "std::bad_alloc", "other", "made up for", "ended with the line", "of a library")
    print("all:", ", ".join(f"{sum(column)} {name}" for name, column in zip(names, zip(*counts))))
    assert result.returncode == 0, result.stdout[-8000:]
