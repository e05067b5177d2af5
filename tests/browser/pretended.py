"""A run that is under way without a training: its folder is held, and its table grows as a test says."""
import contextlib
import fcntl
import json
import shutil

WAIT = 60_000  # milliseconds; a busy machine takes its time


class Pretended:
    def __init__(self, source, folder, state="running"):
        self.folder = folder
        shutil.copytree(source, folder)
        self.write_state(state)
        self.lock = open(folder / ".lock", "a")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.columns = (folder / "metrics.csv").read_text().splitlines()[0].split(",")

    def write_state(self, state, **more):
        (self.folder / "state.json").write_text(json.dumps({"state": state, "step": 40, "steps": 1000, **more}))

    def add(self, step, **values):
        """A row of the table."""
        row = {
            "step": step,
            "epoch": step / 8,
            "images": step * 8,
            "seconds": step / 10,
            "loss_d": 0.5,
            "loss_g": 0.25,
            **values,
        }
        with open(self.folder / "metrics.csv", "a") as table:
            table.write(",".join(str(row.get(name, "")) for name in self.columns) + "\n")

    def sample(self, step):
        newest = max((self.folder / "samples").iterdir())
        shutil.copy(newest, self.folder / "samples" / f"step-{step:06}.png")

    def end(self, state="done", **more):
        self.write_state(state, **more)
        self.lock.close()


@contextlib.contextmanager
def pretended(source, *folders):
    made = [Pretended(source, folder) for folder in folders]
    try:
        yield made
    finally:
        for one in made:
            one.lock.close()
