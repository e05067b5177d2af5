"""`ganymede plot`: charts of one run and of several, the last values as JSON, and what it refuses."""

import json

import pytest

HEADER = "step,epoch,images,seconds,loss_d,loss_g,d_real,d_fake,fid\n"


def write_run(folder, rows=40, scale=1.0):
    folder.mkdir(parents=True)
    lines = [
        f"{step},{step / 10},{step * 64},{step / 2},{scale / step},{scale},"
        f"0.6,0.4,{100 - step if step % 10 == 0 else ''}\n"
        for step in range(1, rows + 1)
    ]
    (folder / "metrics.csv").write_text(HEADER + "".join(lines))
    return folder


@pytest.fixture
def run(tmp_path):
    return write_run(tmp_path / "first")


@pytest.fixture
def plot_runs(ganymede):
    """Runs `plot`; skips the test where the build makes no charts."""

    def plot(*arguments):
        result = ganymede("plot", *arguments)
        if "GANYMEDE_CHARTS" in result.stderr:
            pytest.skip("this build makes no charts")
        return result

    return plot


def test_writes_svg_and_png(plot_runs, run, tmp_path):
    for name, start in (("a.svg", b"<?xml"), ("a.png", b"\x89PNG\r\n")):
        result = plot_runs(run, "-o", tmp_path / name, "--smooth", "0.9")
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip() == str(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_sample_sheets_beside_each_other(ganymede, plot_runs, tmp_path):
    folders = []
    for name, classes in (("first", ("--class", "ring")), ("second", ())):
        folders.append(write_run(tmp_path / name))
        for step in (5, 10):
            sheet = folders[-1] / "samples" / f"step-{step:06}.png"
            sheet.parent.mkdir(exist_ok=True)
            assert ganymede("data", "preview", "shapes", *(classes if step == 10 else ()), "-o", sheet).returncode == 0
    result = plot_runs(*folders, "--samples", "-o", tmp_path / "both.png")
    assert result.returncode == 0, result.stderr
    sizes = [tuple(int.from_bytes(path.read_bytes()[at : at + 4], "big") for at in (16, 20))
             for path in (tmp_path / "both.png", *(folder / "samples" / "step-000010.png" for folder in folders))]
    assert sizes[0][0] > sizes[1][0] + sizes[2][0] and sizes[0][1] > max(sizes[1][1], sizes[2][1])
    for arguments, code in (
        ((folders[0], "-o", tmp_path / "a.svg"), 2),
        ((write_run(tmp_path / "bare"), "-o", tmp_path / "a.png"), 1),
    ):
        result = plot_runs(*arguments, "--samples")
        assert result.returncode == code and result.stderr.startswith("error: "), result.stderr


def test_same_run_gives_the_same_chart(plot_runs, run, tmp_path):
    for name in ("a.svg", "b.svg"):
        assert plot_runs(run, "-o", tmp_path / name).returncode == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_several_runs_share_a_chart(plot_runs, run, tmp_path):
    other = write_run(tmp_path / "second", scale=2.0)
    result = plot_runs(run, other / "metrics.csv", "-o", tmp_path / "a.svg", "--json")
    assert result.returncode == 0, result.stderr
    assert [entry["name"] for entry in json.loads(result.stdout)["runs"]] == ["first", "second"]


def test_runs_of_one_name_are_told_apart(ganymede, tmp_path):
    runs = [str(write_run(tmp_path / group / "run")) for group in "ab"]
    result = ganymede("plot", *runs, "--json")
    assert [entry["name"] for entry in json.loads(result.stdout)["runs"]] == runs


def test_json_gives_last_values_without_a_chart(ganymede, run):
    result = ganymede("plot", run, "--json")
    assert result.returncode == 0, result.stderr
    entry = json.loads(result.stdout)["runs"][0]
    assert entry["rows"] == 40
    assert entry["last"]["step"] == 40
    assert entry["last"]["loss_d"] == 1 / 40
    assert entry["last"]["fid"] == 60


def test_a_run_still_being_written_can_be_plotted(plot_runs, run, tmp_path):
    with (run / "metrics.csv").open("a") as file:
        file.write("41,4.1,26")
    result = plot_runs(run, "-o", tmp_path / "a.svg", "--json")
    assert json.loads(result.stdout)["runs"][0]["rows"] == 40


def test_columns_get_a_panel_each(plot_runs, run, tmp_path):
    assert plot_runs(run, "--columns", "loss_d,fid", "-o", tmp_path / "a.svg").returncode == 0
    result = plot_runs(run, "--columns", "los_d", "-o", tmp_path / "b.svg")
    assert result.returncode == 2
    assert "did you mean 'loss_d'?" in result.stderr
    assert not (tmp_path / "b.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["{run}", "-o", "{tmp}/a.pdf"], 2, "no pdf is written here"),
        (["{run}"], 2, "-o FILE.svg"),
        (["{run}", "-o", "{tmp}/a.svg", "--smooth", "1"], 2, "--smooth"),
        (["-o", "{tmp}/a.svg"], 2, "RUN"),
        (["{tmp}", "-o", "{tmp}/a.svg"], 1, "not a run folder"),
        (["{tmp}/missing", "-o", "{tmp}/a.svg"], 1, "no such run folder"),
    ],
)
def test_refuses(ganymede, run, tmp_path, arguments, code, message):
    result = ganymede("plot", *[text.format(run=run, tmp=tmp_path) for text in arguments])
    assert result.returncode == code
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "a.svg").exists()


def test_names_the_damaged_line(ganymede, run, tmp_path):
    with (run / "metrics.csv").open("a") as file:
        file.write("41,x,1,1,1,1,1,1,1\n")
    result = ganymede("plot", run, "-o", tmp_path / "a.svg")
    assert result.returncode == 1
    assert "metrics.csv line 42" in result.stderr


def test_a_run_without_rows_is_nothing_to_plot(ganymede, tmp_path):
    (tmp_path / "metrics.csv").write_text(HEADER)
    result = ganymede("plot", tmp_path, "-o", tmp_path / "a.svg")
    assert result.returncode == 1
    assert "nothing to plot" in result.stderr
