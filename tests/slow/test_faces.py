"""Latent arithmetic on faces: a concept's mean added and another's taken away gives images of the concept.

GANYMEDE_FACES names a run of `dcgan-64` on people.zip to use; unless given, one is trained in full (half an hour)."""

import json
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

TRIALS = 20


@pytest.fixture(scope="module")
def people():
    folder = pathlib.Path(os.environ.get("GANYMEDE_DATA", ROOT.parent / "shared" / "datasets"))
    file = folder / "faces" / "people.zip"
    if not file.exists():
        pytest.skip(f"{file} is not at hand")
    return file


@pytest.fixture
def faces(ganymede, people, tmp_path_factory):  # noqa: F811
    if kept := os.environ.get("GANYMEDE_FACES"):
        return pathlib.Path(kept)
    folder = tmp_path_factory.mktemp("runs") / "faces"
    result = ganymede("train", "dcgan-64", "--data", people, "--epochs", 10, "--output", folder, timeout=7200)
    assert result.returncode == 0, result.stderr
    return folder


def test_arithmetic_moves_a_concept(ganymede, people, faces, tmp_path):  # noqa: F811
    def explore(kind, *flags):
        result = ganymede(
            "explore", kind, faces, "--data", people, "-o", tmp_path / "sheet.png", "--json", *flags, timeout=3600
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    shares, hits = {}, {}
    for seed in range(TRIALS):
        rows = {row["class"]: row for row in explore("exemplars", "-k", 6, "--among", 200, "--seed", seed)["classes"]}
        assert set(rows) == {"man", "woman"}
        for wanted, other in (("man", "woman"), ("woman", "man")):
            shares.setdefault(wanted, []).append(rows[wanted]["share"])
            a, b, c = rows[wanted]["points"][:3], rows[other]["points"][:3], rows[other]["points"][3:]
            said = explore(
                "arithmetic", "--classify", "--a", ",".join(a), "--b", ",".join(b), "--c", ",".join(c), "--seed", seed
            )["classified"]
            hits.setdefault(wanted, []).append((said["result"] == wanted, said["perturbations"].count(wanted) / 9))
    for wanted in shares:
        chance = sum(shares[wanted]) / TRIALS
        results, perturbations = (sum(column) / TRIALS for column in zip(*hits[wanted]))
        print(
            f"{wanted}: {chance:.2f} of all images, {results:.2f} of the results, "
            f"{perturbations:.2f} of results and perturbations"
        )
        assert results > chance + 0.25, (wanted, results, chance)
