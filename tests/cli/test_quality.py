"""[quality]: a metric while training, in every record of the run, and the best model by it."""

import pytest
from images import fails
from training import metrics, tensors, train, trained

EVALUATED = ("--set", 'quality.metric="swd"', "--set", "quality.every=8", "--set", "quality.count=32")


def values_of(run, column="swd"):
    return {int(row["step"]): float(row[column]) for row in metrics(run) if row[column]}


def best_of(run):
    content, metadata = tensors(run / "best.safetensors")
    return int(metadata["step"]), float(metadata["quality_value"]), content


def test_metrics_are_written_and_the_best_model_is_kept(ganymede, tmp_path):
    run = trained(ganymede, tmp_path / "run", *EVALUATED)
    found = values_of(run)
    assert sorted(found) == [8, 16, 24, 32, 40]
    step, value, content = best_of(run)
    assert value == min(found.values()) and found[step] == value
    assert tensors(run / "model.safetensors")[0].keys() == content.keys()
    rows = {int(row["step"]): row for row in metrics(run)}
    assert rows[8]["loss_d"] == "" and rows[40]["loss_d"] != "", "a step that is not logged has the metric alone"
    evaluated = ganymede("evaluate", run, "-n", 32, "--metrics", "swd").stdout
    assert evaluated.startswith(f"{'swd':<15} {value:.6g} "), "the same protocol, the same value"


def test_evaluating_changes_nothing_in_training(ganymede, tmp_path):
    plain, evaluated = trained(ganymede, tmp_path / "plain"), trained(ganymede, tmp_path / "evaluated", *EVALUATED)
    assert tensors(plain / "model.safetensors")[0] == tensors(evaluated / "model.safetensors")[0]
    assert "[quality]" not in (plain / "recipe.toml").read_text() and not (plain / "best.safetensors").exists()
    assert "[quality]" in (evaluated / "recipe.toml").read_text()


def test_a_resumed_run_goes_on_with_the_best(ganymede, tmp_path):
    whole = trained(ganymede, tmp_path / "whole", *EVALUATED)
    part = trained(ganymede, tmp_path / "part", *EVALUATED, "--steps", 20)
    trained(ganymede, part, "--resume", "--steps", 40)
    assert values_of(part) == values_of(whole)
    assert best_of(part) == best_of(whole)


def test_several_metrics_have_columns_and_panels(ganymede, tmp_path):
    run = trained(
        ganymede,
        tmp_path / "run",
        "--set",
        'quality.metric="modes"',
        "--set",
        "quality.every=20",
        "--set",
        "quality.count=20",
    )
    assert set(values_of(run, "modes_found")) == {20, 40}
    other = trained(ganymede, tmp_path / "other", *EVALUATED)
    chart = tmp_path / "quality.svg"
    assert ganymede("plot", run, other, "--quality", "-o", chart).returncode == 0
    assert chart.read_text().startswith("<svg") or "<svg" in chart.read_text()
    fails(ganymede("plot", other, "--precision-recall", "-o", chart), "no run has values of precision and recall")


def test_what_cannot_be_evaluated_is_found_before_the_run(ganymede, tmp_path):
    def failure(*words, code, **settings):
        flags = [flag for key, value in settings.items() for flag in ("--set", f"quality.{key}={value}")]
        fails(train(ganymede, tmp_path / "run", *flags), *words, code=code)
        assert not (tmp_path / "run").exists()

    failure("'fid' needs features", code=2, metric='"fid"')
    failure("no such file", code=1, metric='"fid"', features='"none.pt"')
    failure("did you mean 'swd'?", code=2, metric='"swdd"')
    failure("count", code=2, metric='"swd"', count=1)
    failure("did you mean 'metric'?", code=2, metrik='"swd"')


def test_a_metric_under_a_feature_file(ganymede, real_data, tmp_path):
    network = real_data / "features" / "resnet20-cifar10.pt"
    if not network.exists():
        pytest.skip("no feature network at hand")
    flags = ("--set", 'quality.metric="fid"', "--set", "quality.every=20", "--set", "quality.count=100",
             "--set", "data.count=100", "--set", f'quality.features="{network}"')  # fmt: skip
    run = trained(ganymede, tmp_path / "run", *flags)
    assert set(values_of(run, "fd")) == {20, 40}, "not fid: these are not Inception's features"
    assert str(network).encode() not in (run / "best.safetensors").read_bytes(), "paths stay on this machine"
