"""`ganymede train` as several processes: by hand, by torchrun and by mpirun; a lost or hung one; another number of
them."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from pretended_mlflow import PretendedMlflow
from training import TINY, metrics, tensors, trained, wait_for

# What launchers set, and a test may have been started by one.
LAUNCHED = (
    "RANK",
    "WORLD_SIZE",
    "LOCAL_RANK",
    "LOCAL_WORLD_SIZE",
    "MASTER_ADDR",
    "MASTER_PORT",
    "OMPI_COMM_WORLD_RANK",
    "OMPI_COMM_WORLD_SIZE",
    "PMI_RANK",
    "PMI_SIZE",
    "SLURM_STEP_ID",
    "TORCHELASTIC_RUN_ID",
    "PET_NODE_RANK",
)


@pytest.fixture(autouse=True)
def supported(ganymede):
    _, _, without = ganymede("--version").stdout.partition("; not ")
    if "DISTRIBUTED" in without.split():
        pytest.skip("the program was built without GANYMEDE_DISTRIBUTED")


def free_port():
    """Below the ports that the system gives away by itself: servers and clients of tests that run meanwhile take
    those."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def environment(**more):
    base = {key: value for key, value in os.environ.items() if key not in LAUNCHED}
    return {**base, "GANYMEDE_DEVICE": "cpu", **{key: str(value) for key, value in more.items()}}


def command(ganymede, out, *flags):
    return list(map(str, [ganymede.path, "--threads", 1, "train", TINY, "--output", out, "--precision", "f32", *flags]))


class Processes:
    """`size` of them by hand, as RANK and WORLD_SIZE say."""

    def __init__(self, ganymede, size, out, *flags, port=None):
        port = port or free_port()
        self.all = [
            subprocess.Popen(command(ganymede, out, *flags), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=environment(RANK=rank, WORLD_SIZE=size, MASTER_ADDR="127.0.0.1", MASTER_PORT=port))
            for rank in range(size)
        ]

    def __getitem__(self, rank):
        return self.all[rank]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in self.all:
            if one.poll() is None:
                one.kill()
                one.wait()

    def end(self, seconds=120):
        """(exit code, stdout, stderr) of each."""
        results = []
        for one in self.all:
            out, error = one.communicate(timeout=seconds)
            results.append((one.returncode, out, error))
        return results


def run_together(ganymede, size, out, *flags):
    with Processes(ganymede, size, out, *flags) as processes:
        results = processes.end()
    for code, _, error in results:
        assert code == 0, error
    assert all(out == "" for _, out, _ in results[1:]), "process 0 alone has results"
    return pathlib.Path(out)


def test_the_first_process_alone_is_tracked(ganymede, tmp_path):
    if "FETCH" in ganymede("--version").stdout.partition("; not ")[2].split():
        pytest.skip("the program was built without GANYMEDE_FETCH")
    server = PretendedMlflow().start()
    run = run_together(ganymede, 2, tmp_path / "run", "--steps", 20, "--track", f"mlflow={server.url}")
    assert [str(step) for step in server.rows()] == [row["step"] for row in metrics(run)]
    assert server.run()["info"]["status"] == "FINISHED"
    server.stop()


def state(run):
    return json.loads((run / "state.json").read_text())


def assert_near(run, other, tolerance):
    """Sums in another order round differently, and training makes that larger: the curves are the same to the eye."""
    rows, others = metrics(run), metrics(other)
    assert [row["step"] for row in rows] == [row["step"] for row in others]
    for row, another in zip(rows, others):
        for name in ("loss_d", "loss_g"):
            assert float(row[name]) == pytest.approx(float(another[name]), abs=tolerance), (name, row["step"])


def files(run):
    return sorted(
        path.name for path in run.iterdir() if "tfevents" not in path.name
    )  # that one has the time in its name


def test_two_and_four_processes_train_as_one(ganymede, tmp_path):
    one = trained(ganymede, tmp_path / "one", "--precision", "f32", "--steps", 20)
    for size in (2, 4):
        several = run_together(ganymede, size, tmp_path / str(size), "--steps", 20)
        assert_near(several, one, 2e-3)
        assert state(several)["state"] == "done"
        assert files(several) == files(one)


def test_resumed_by_another_number_of_processes(ganymede, tmp_path):
    whole = trained(ganymede, tmp_path / "whole", "--precision", "f32", "--steps", 30)
    run = run_together(ganymede, 2, tmp_path / "run", "--steps", 10)
    trained(ganymede, run, "--precision", "f32", "--resume", "--steps", 20)
    run_together(ganymede, 4, run, "--resume", "--steps", 30)
    assert_near(run, whole, 5e-3)
    assert [row["step"] for row in metrics(run)] == [row["step"] for row in metrics(whole)]
    # A complete run: nothing to do, for none of them.
    with Processes(ganymede, 2, run, "--resume", "--steps", 30) as processes:
        assert [code for code, _, _ in processes.end()] == [0, 0]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_or_hung_process_ends_the_run_with_a_checkpoint(ganymede, tmp_path, how):
    run = tmp_path / "run"
    with Processes(ganymede, 2, run, "--steps", 1000000, "--set", "train.checkpoint_every=1000000") as processes:
        wait_for(run / "metrics.csv", processes[0])
        lost = processes[1].pid
        os.kill(lost, how)
        begin = time.monotonic()
        _, error = processes[0].communicate(timeout=60)
        assert time.monotonic() - begin < 30
        assert processes[0].returncode == 1
        assert f"process 1 of 2 ({socket.gethostname()}, process id {lost}) is lost" in error
    saved = state(run)
    assert saved["state"] == "failed" and "process 1 of 2" in saved["why"]
    assert [path.name for path in (run / "checkpoints").iterdir()] == [f"step-{saved['step']:06}.safetensors"]
    # It goes on from there alone, to the same state as one that was never disturbed.
    steps = saved["step"] + 5
    trained(ganymede, run, "--precision", "f32", "--resume", "--steps", steps)
    assert state(run)["step"] == steps


def test_process_0_lost(ganymede, tmp_path):
    run = tmp_path / "run"
    with Processes(ganymede, 2, run, "--steps", 1000000) as processes:
        wait_for(run / "metrics.csv", processes[0])
        processes[0].kill()
        _, error = processes[1].communicate(timeout=60)
        assert processes[1].returncode == 1
        assert "process 0 of 2" in error and "is lost" in error


def test_an_error_of_process_0_is_everybodys(ganymede, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "recipe.toml").write_text("not empty")
    with Processes(ganymede, 2, run) as processes:
        first, second = processes.end()
    assert first[0] == 1 and second[0] == 1
    assert "process 0 of 2 has ended" in second[2]


def test_a_signal_to_one_stops_all_after_the_same_step(ganymede, tmp_path):
    run = tmp_path / "run"
    with Processes(ganymede, 2, run, "--steps", 1000000) as processes:
        wait_for(run / "metrics.csv", processes[0])
        processes[1].send_signal(signal.SIGTERM)
        results = processes.end()
    assert results[1][0] == 143
    assert "stopped and saved" in results[0][1]
    assert state(run)["state"] == "stopped"


def test_two_jobs_at_once(ganymede, tmp_path):
    with (
        Processes(ganymede, 2, tmp_path / "a", "--steps", 20) as a,
        Processes(ganymede, 2, tmp_path / "b", "--steps", 20) as b,
    ):
        codes = [code for job in (a, b) for code, _, _ in job.end()]
    assert codes == [0, 0, 0, 0]
    assert_near(tmp_path / "a", tmp_path / "b", 1e-9)


def test_a_second_job_at_the_same_port_is_refused(ganymede, tmp_path):
    port = free_port()
    with Processes(ganymede, 2, tmp_path / "a", "--steps", 1000000, port=port) as first:
        wait_for(tmp_path / "a" / "metrics.csv", first[0])
        with Processes(ganymede, 2, tmp_path / "b", "--steps", 20, port=port) as second:
            results = second.end()
        assert [code for code, _, _ in results] == [1, 1]
        assert "choose another MASTER_PORT" in results[0][2]
        assert "two processes say that they are number 1 of 2" in results[1][2]
        assert first[0].poll() is None, "the first goes on"


def test_a_store_that_never_answers_ends_the_run(ganymede, tmp_path):
    # As that of a launcher from another version of PyTorch does: it takes the connection, and waits for other words.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        variables = {"RANK": 1, "WORLD_SIZE": 2, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": silent.getsockname()[1]}
        result = subprocess.run(command(ganymede, tmp_path / "run"), capture_output=True, text=True, timeout=60,
                                env=environment(**variables), check=False)
    assert result.returncode == 1 and "listens, but says nothing" in result.stderr
    assert not (tmp_path / "run").exists()


def test_contradictions_are_refused(ganymede, tmp_path):
    for variables, named in (
        ({"RANK": 0}, "WORLD_SIZE"),
        ({"RANK": 2, "WORLD_SIZE": 2}, "RANK=2 contradicts WORLD_SIZE=2"),
    ):
        result = subprocess.run(command(ganymede, tmp_path / "run"), capture_output=True, text=True,
                                env=environment(**variables), check=False)
        assert result.returncode == 2 and named in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_batch_that_cannot_be_shared(ganymede, tmp_path):
    with Processes(ganymede, 3, tmp_path / "run") as processes:
        results = processes.end()
    assert all(code in (1, 2) for code, _, _ in results)
    assert "a batch of 8 has no equal shares for 3 processes" in results[0][2]


VENV = pathlib.Path(__file__).resolve().parents[2] / "build" / "torch-venv" / "bin" / "torchrun"
TORCHRUNS = {"debian": [sys.executable, "-m", "torch.distributed.run"]}
if VENV.exists():  # scripts/build cuda makes it
    TORCHRUNS["pypi"] = [str(VENV)]
# torchrun of a PyTorch built without libuv, as Debian 13's is, asks for it all the same and starts nothing.
WITHOUT_LIBUV = """
import functools, runpy
import torch.distributed
torch.distributed.TCPStore = functools.partial(torch.distributed.TCPStore, use_libuv=False)
runpy.run_module("torch.distributed.run", run_name="__main__")
"""


@pytest.mark.parametrize("whose", TORCHRUNS)
def test_torchrun(ganymede, tmp_path, whose):
    # PyTorch 1.13 under Python 3.11 fails where nothing is redirected (its "0" becomes None).
    flags = ["--no_python", "--redirects", "1", "--tee", "1", "--log_dir", str(tmp_path / "logs")]

    def launch(launcher, *arguments):
        return subprocess.run([*launcher, *flags, "--master_port", str(free_port()), *arguments], capture_output=True,
                              text=True, env=environment(), timeout=300, check=False)

    launcher = TORCHRUNS[whose]
    if "without libuv" in launch(launcher, "true").stderr:
        launcher = [sys.executable, "-c", WITHOUT_LIBUV]
    out = tmp_path / "run"
    result = launch(launcher, "--nproc_per_node", "2", *command(ganymede, out, "--steps", 20))
    if whose == "debian" and VENV.exists() and result.returncode != 0:  # the program's LibTorch is the other one
        assert "is it that of torchrun from another PyTorch" in result.stderr, result.stderr
        pytest.skip("Debian's torchrun does not answer the LibTorch of PyPI")
    assert result.returncode == 0, result.stderr
    assert_near(out, trained(ganymede, tmp_path / "one", "--precision", "f32", "--steps", 20), 2e-3)


def test_mpirun(ganymede, tmp_path):
    launcher = shutil.which("mpirun")
    if launcher is None:
        pytest.skip("no mpirun")
    out = tmp_path / "run"
    result = subprocess.run(
        [launcher, "--allow-run-as-root", "--oversubscribe", "-np", "2", *command(ganymede, out, "--steps", 20)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment(OMPI_MCA_plm_rsh_agent="true", PRTE_MCA_plm_ssh_agent="true"),
    )  # it asks for ssh
    assert result.returncode == 0, result.stderr
    assert_near(out, trained(ganymede, tmp_path / "one", "--precision", "f32", "--steps", 20), 2e-3)
