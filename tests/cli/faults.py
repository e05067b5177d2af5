"""A training whose file operations fail, one after the other, and what must be left of it: see support/faults.c."""

import os
import pathlib
import shutil
import subprocess

from training import metrics
from warm import WarmProgram

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "support" / "faults.c"
TINY = SOURCE.parent / "tiny.toml"
ENOSPC, EIO = 28, 5
KINDS = ("kill", f"from:{ENOSPC}", str(EIO), "short")
STEPS = 8
FLAGS = (
    "--precision",
    "f32",
    "--set",
    "train.checkpoint_every=2",
    "--set",
    "train.keep_checkpoints=2",
    "--set",
    "train.log_every=2",
    "--set",
    "sample.every=4",
    "--set",
    "sample.count=4",
)
TIMED = {"metrics.csv", "environment.json", ".lock"}


def shim(folder):
    """The library that makes operations fail, built; None where there is no C compiler."""
    library = pathlib.Path(folder) / "faults.so"
    compiler = shutil.which("cc")
    if not compiler:
        return None
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
    return library


class Faults:
    """Trains the tiny recipe under the shim, in a program that is loaded once where there is one."""

    def __init__(self, program, library, folder):
        self.program, self.library, self.folder = program, library, pathlib.Path(folder)
        warm = pathlib.Path(program).parent / "tests" / "ganymede_warm"
        self.warm = WarmProgram(warm, {**os.environ, "LD_PRELOAD": str(library)}) if warm.is_file() else None
        self.whole = self.folder / "whole"
        log = self.folder / "operations"
        self.run(self.whole, FAULTS_BELOW=f"{self.whole}/", FAULTS_LOG=log)
        self.operations = [line.split(" ", 2)[1:] for line in log.read_text().splitlines()]

    def run(self, out, *flags, steps=STEPS, **settings):
        """One training; its result."""
        flags = (*flags, "--steps", steps)
        command = [
            str(self.program),
            "--threads",
            "1",
            "train",
            str(TINY),
            "--output",
            str(out),
            *map(str, FLAGS + flags),
        ]
        variables = {
            **os.environ,
            "LD_PRELOAD": str(self.library),
            **{name: str(value) for name, value in settings.items()},
        }
        if self.warm:
            return self.warm.run(command, variables, None, 120)
        return subprocess.run(command, capture_output=True, text=True, env=variables, timeout=120, check=False)

    def fault(self, number, kind, **settings):
        """Makes operation `number` fail and resumes; says what is wrong afterwards, an empty text where nothing is."""
        out = self.folder / f"fault-{number}-{kind.replace(':', '-')}"
        failed = self.run(out, FAULTS_BELOW=f"{out}/", FAULTS_AT=number, FAULTS_DO=kind, **settings)
        resumed = self.run(out, "--resume")
        wrong = self.wrong_end(failed, kind) or self.wrong_resume(out, resumed)
        shutil.rmtree(out, ignore_errors=True)
        return f"{number} {' '.join(self.operations[number - 1])} {kind}: {wrong}" if wrong and not settings else wrong

    def half_run(self):
        """A run that stopped half way, and the operations of going on with it, reads too."""
        half, log = self.folder / "half", self.folder / "reads"
        if not half.exists():
            self.run(half, steps=STEPS // 2)
            copy = self._copy_of(half)
            self.run(copy, "--resume", FAULTS_BELOW=f"{copy}/", FAULTS_LOG=log, FAULTS_READS=1)
        return half, [line.split(" ", 2)[1:] for line in log.read_text().splitlines()]

    def fault_while_resuming(self, number, kind):
        """As fault(), of an operation of the half run that is resumed."""
        half, operations = self.half_run()
        copy = self._copy_of(half)
        failed = self.run(
            copy, "--resume", FAULTS_BELOW=f"{copy}/", FAULTS_AT=number, FAULTS_DO=kind, FAULTS_READS=1
        )
        wrong = self.wrong_end(failed, kind) or self.wrong_resume(copy, self.run(copy, "--resume"))
        return f"{number} {' '.join(operations[number - 1])} {kind}: {wrong}" if wrong else ""

    def _copy_of(self, run):
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(run, copy)
        return copy

    @staticmethod
    def wrong_end(result, kind):
        if kind == "kill":
            return "" if result.returncode in (-9, 0) else f"ended with {result.returncode}: {result.stderr}"
        if kind == "short" and result.returncode != 0:
            return f"a part of it was no error, but it ended with {result.returncode}: {result.stderr}"
        if result.returncode == 0:
            return ""  # it could be made up for, or did not matter; the comparison says whether that is so
        errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
        if result.returncode != 1 or len(errors) != 1 or result.stderr.splitlines()[-1] != errors[0]:
            return f"ended with {result.returncode} and said {result.stderr!r}"
        return ""

    def wrong_resume(self, out, result):
        if result.returncode != 0:
            return f"does not go on: {result.stderr}"
        left = [str(path.relative_to(out)) for path in out.rglob("*.tmp-*")]
        if left:
            return f"left {left}"
        for path in sorted(self.whole.rglob("*")):
            name = path.relative_to(self.whole)
            if path.is_dir() or name.name in TIMED or name.name.startswith("events."):
                continue
            if not (out / name).is_file():
                return f"{name} is missing"
            if (out / name).read_bytes() != path.read_bytes():
                return f"{name} differs"
        return "" if metrics(out) == metrics(self.whole) else "metrics.csv differs"

    def close(self):
        if self.warm:
            self.warm.close()
