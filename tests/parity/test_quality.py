"""`ganymede evaluate` on stored random features against scipy's formula, torch-fidelity and prdc.

Install them as scripts/test does: tests/parity/requirements-quality.txt, and torch-fidelity without its dependencies.
"""

import json
import sys
from unittest import mock

import pytest

NEEDED = "not installed: pip install -r tests/parity/requirements-quality.txt"
np = pytest.importorskip("numpy", reason=f"numpy {NEEDED}")

import tensors  # noqa: E402

COUNT, WIDTH, CLASSES = 1000, 64, 10


@pytest.fixture(scope="module")
def sets():
    """Two sets of features that overlap in part, with correlated entries; logits for both."""
    random = np.random.default_rng(5)
    mix = random.normal(size=(WIDTH, WIDTH)) / 8 + np.eye(WIDTH)
    real = random.normal(size=(COUNT, WIDTH)) @ mix + 1
    fake = random.normal(size=(COUNT, WIDTH)) @ mix * 0.95 + 1.1
    logits = random.normal(size=(5 * COUNT, CLASSES)) * 2
    return real.astype(np.float32), fake.astype(np.float32), logits.astype(np.float32)


@pytest.fixture(scope="module")
def ours(ganymede, sets, tmp_path_factory):
    """The metrics that the program finds."""
    folder = tmp_path_factory.mktemp("features")
    real, fake, logits = sets
    tensors.write(folder / "real.safetensors", {"features": real})
    tensors.write(folder / "fake.safetensors", {"features": fake})
    flags = ("evaluate", "--real", folder / "real.safetensors", "--fake", folder / "fake.safetensors", "--json")
    metrics = json.loads(ganymede(*flags, "--metrics", "fid,kid,prdc").stdout)["metrics"]
    tensors.write(folder / "scored.safetensors", {"features": np.tile(fake, (5, 1)), "logits": logits})
    scored = ("evaluate", "--real", folder / "real.safetensors", "--fake", folder / "scored.safetensors", "--json")
    metrics["is"] = json.loads(ganymede(*scored, "--metrics", "is").stdout)["metrics"]["is"]
    return metrics


@pytest.fixture(scope="module")
def fidelity():
    """torch-fidelity's arithmetic; what it reads images with is not needed and not there."""
    torch = pytest.importorskip("torch", reason="needs PyTorch: apt-get install python3-torch")
    missing = {name: mock.MagicMock() for name in ("torchvision", "torchvision.transforms", "torchvision.datasets",
                                                   "torchvision.transforms.functional")}  # fmt: skip
    with mock.patch.dict(sys.modules, missing):
        metric_fid = pytest.importorskip("torch_fidelity.metric_fid", reason=f"torch-fidelity {NEEDED}")
        from torch_fidelity import metric_isc, metric_kid
    as_tensor = lambda values: torch.from_numpy(values.astype(np.float64))  # noqa: E731
    return metric_fid, metric_kid, metric_isc, as_tensor


def test_fid_is_scipys_formula(ours, sets):
    linalg = pytest.importorskip("scipy.linalg", reason=f"scipy {NEEDED}")
    real, fake = (rows.astype(np.float64) for rows in sets[:2])
    first, second = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = linalg.sqrtm(first @ second).real
    expected = np.sum((real.mean(0) - fake.mean(0)) ** 2) + np.trace(first + second - 2 * root)
    assert ours["fd"] == pytest.approx(expected, rel=1e-6)


def test_fid_is_torch_fidelitys(ours, sets, fidelity):
    metric_fid, _, _, as_tensor = fidelity
    statistics = [metric_fid.fid_features_to_statistics(as_tensor(rows)) for rows in sets[:2]]
    expected = metric_fid.fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
    assert ours["fd"] == pytest.approx(expected, rel=1e-6)


def test_kid_is_torch_fidelitys(ours, sets, fidelity):
    """A subset of 1,000 of 1,000 images is all of them, whoever takes it."""
    _, metric_kid, _, as_tensor = fidelity
    expected = metric_kid.kid_features_to_metric(as_tensor(sets[0]), as_tensor(sets[1]), kid_subsets=2, verbose=False)
    assert ours["kid"]["mean"] == pytest.approx(expected["kernel_inception_distance_mean"], rel=1e-6)
    assert ours["kid"]["std"] is None, "one estimate has no deviation"


def test_inception_score_is_torch_fidelitys(ours, sets, fidelity):
    """Shuffled differently, hence not to the last digit."""
    _, _, metric_isc, as_tensor = fidelity
    expected = metric_isc.isc_features_to_metric(as_tensor(sets[2]), splits=10)
    assert ours["is"]["mean"] == pytest.approx(expected["inception_score_mean"], rel=1e-3)


def test_precision_recall_density_coverage_are_prdcs(ours, sets):
    theirs = pytest.importorskip("prdc", reason=f"prdc {NEEDED}")
    expected = theirs.compute_prdc(sets[0].astype(np.float64), sets[1].astype(np.float64), nearest_k=5)
    for name in ("precision", "recall", "density", "coverage"):
        assert ours[name] == pytest.approx(expected[name], rel=1e-6), name
        assert 0.02 < ours[name], f"{name} of sets that overlap says more than 0"
