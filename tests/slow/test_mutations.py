"""Formulas that are wrong on purpose: the unit tests of their library must fail with each of them.

A copy of the last commit is built once; then each formula is changed, the test program built again and run."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# By test program and file: a text that stands there once, and what it becomes.
MUTATIONS = {
    "objectives": {
        "objectives/cross_entropy.cpp": [
            ("at::softplus(-real_scores).mean();", "at::softplus(real_scores).mean();"),
            ("at::softplus(fake_scores).mean())", "at::softplus(-fake_scores).mean())"),
            ("real * (1 - options.label_smoothing)", "real"),
            (" * options.discriminator_weight;", ";"),
            ("return -at::softplus(fake_scores).mean();", "return at::softplus(-fake_scores).mean();"),
        ],
        "objectives/hinge.cpp": [
            ("at::relu(1 - real.scores)", "at::relu(-real.scores)"),
            ("at::relu(1 + fake.scores)", "(1 + fake.scores)"),
            ("return -fake.scores.mean();", "return at::relu(1 - fake.scores).mean();"),
        ],
        "objectives/wgan.cpp": [
            ("fake.scores.mean() - real.scores.mean();", "real.scores.mean() - fake.scores.mean();"),
            ("clamp_(-options.clip, options.clip)", "clamp_max_(options.clip)"),
        ],
        "objectives/least_squares.cpp": [
            ("(real.scores - 1).square()", "(real.scores + 1).square()"),
            ("return 0.5 * (fake.scores - 1)", "return 0.5 * (fake.scores)"),
        ],
        "objectives/relativistic.cpp": [
            ("softplus(fake.scores - real.scores).mean();", "softplus(real.scores - fake.scores).mean();"),
            ("softplus(real.scores - fake.scores).mean();", "softplus(-fake.scores).mean();"),
        ],
        "objectives/acgan.cpp": [
            ("if (options.classify_generated)", "if (!options.classify_generated)"),
            (" * options.class_weight_generator;", ";"),
            ("(options.class_weight_discriminator * options", "(options"),
        ],
        "objectives/zero_centred.cpp": [("return 0.5 * squared_norms.mean();", "return squared_norms.mean();")],
        "objectives/norm_penalty.h": [
            (".sqrt() - target;", " - target;"),
            ("if (one_sided)", "if (!one_sided)"),
            ("squared_norms + 1e-12", "squared_norms"),
        ],
        "objectives/penalty.cpp": [("flatten(1).square().sum(1)", "flatten(1).square().mean(1)")],
        "objectives/gradient_penalty.cpp": [("real + mix * (fake - real)", "real + mix * fake")],
        "objectives/dragan.cpp": [("(options.spread * deviation(real))", "(deviation(real))")],
        "objectives/domain_transfer.cpp": [
            ("entropy(of_source, kReal) + entropy(of_target, kReal)", "entropy(of_source, kReal)"),
            ("options.constancy * (t.codes_again", "(t.codes_again"),
            ("images.slice(2, 0, -1).slice(3, 1) - here", "images.slice(2, 1).slice(3, 1) - here"),
        ],
    },
    "config": {
        "config/schedule.cpp": [
            ("0.5 * (1 - std::cos(", "0.5 * (1 + std::cos("),
            ("std::clamp(done, 0.0, 1.0)", "done"),
        ],
    },
    "kernels": {
        "nn/kernels/adam_passes.cpp": [
            ("(1 - k.beta1) * g;", "g;"),
            ("first[i] / (std::sqrt(second[i]) * k.root_scale + k.eps)", "first[i] / (std::sqrt(second[i]) + k.eps)"),
            ("T update = g / (std::sqrt(second[i]) + k.eps);", "T update = g / std::sqrt(second[i] + k.eps);"),
            ("T update = grad[i] + k.decay * param[i];", "T update = grad[i];"),
            ("k.nesterov ? update + k.beta1 * buffer : buffer", "buffer"),
            ("k.ema_decay * average[i] + (1 - k.ema_decay)", "(1 - k.ema_decay) * average[i] + k.ema_decay"),
        ],
    },
    "train": {
        "train/optimizer.cpp": [
            ("(step + 1) / (warmup + 1)", "step / (warmup + 1)"),
            ("(step - decay_start) / (total - decay_start)", "step / total"),
            ("config.final_factor + (1 - config.final_factor) * left", "left"),
            ("0.5 * (1 + std::cos(", "0.5 * (1 - std::cos("),
        ],
    },
    "quality": {
        "quality/frechet.cpp": [
            ("- 2 * trace_of_root", "- trace_of_root"),
            ("at::matmul(at::matmul(root, b.covariance), root)", "at::matmul(root, b.covariance)"),
        ],
        "quality/kernel_distance.cpp": [
            ("(k.sum() - k.diagonal().sum())", "k.sum()"),
            (".add_(1).pow_(3)", ".add_(1).pow_(2)"),
            ("div_(static_cast<double>(x.size(1)))", "div_(1.0)"),
        ],
        "quality/inception_score.cpp": [
            ("part.mean(0, true).log()", "p.mean(0, true).log()"),
            ("std::exp(at::nan_to_num", "(at::nan_to_num"),
        ],
        "quality/prdc.cpp": [
            ("select(1, k - 1)", "select(1, 0)"),
            ("/*same_set=*/true", "/*same_set=*/false"),
            ("const Tensor inside = distances < radii;", "const Tensor inside = distances <= radii;"),
            ("(static_cast<double>(k) * fakes)", "fakes"),
            ("(distances < fake_radii.slice(0, at, stop)).any(1)", "(distances < radii).any(1)"),
        ],
        "quality/sliced_wasserstein.cpp": [
            ("return smoothed(spread, 4);", "return smoothed(spread, 1);"),
            ("directions = directions / directions.norm(2, {1}, true);", ""),
            ("levels.back() - doubled(half)", "levels.back()"),
        ],
        "quality/mode_coverage.cpp": [
            ("p * std::log(p / q)", "q * std::log(q / p)"),
            ("out.clear = fakes / static_cast<double>(fake.size())", "out.clear = fakes / reals"),
        ],
    },
}
CASES = [
    pytest.param(program, file, *change, id=f"{file}:{change[0]}")
    for program, files in MUTATIONS.items()
    for file, changes in files.items()
    for change in changes
]


class Copy:
    def __init__(self, folder):
        self.folder = folder
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, folder], check=True)
        configure = ["cmake", "--preset", "release", "-DGANYMEDE_TESTS=ON", "--log-level=NOTICE"]
        subprocess.run(configure, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        self.passing = set()

    def passes(self, program):
        target = f"ganymede_test_{program}"
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count()))
        build = ["cmake", "--build", "build/release", "-j", jobs, "--target", target]
        built = subprocess.run(build, cwd=self.folder, text=True, capture_output=True)
        assert built.returncode == 0, built.stdout[-4000:]
        tests = [self.folder / "build/release/tests" / target, "--gtest_brief=1", "--gtest_fail_fast"]
        ran = subprocess.run(tests, cwd=self.folder, text=True, capture_output=True)
        return ran.returncode == 0, ran.stdout[-2000:]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    if not shutil.which("cmake"):
        pytest.skip("no CMake builds it")
    return Copy(tmp_path_factory.mktemp("mutations") / "ganymede")


@pytest.mark.parametrize("program, file, right, wrong", CASES)
def test_a_wrong_formula_is_seen(copy, program, file, right, wrong):
    if program not in copy.passing:
        passed, said = copy.passes(program)
        assert passed, said
        copy.passing.add(program)
    path = copy.folder / "src/ganymede" / file
    text = path.read_text()
    assert text.count(right) == 1, f"{right} stands {text.count(right)} times in {file}"
    path.write_text(text.replace(right, wrong))
    try:
        passed, _ = copy.passes(program)
    finally:
        path.write_text(text)
    assert not passed, "no test saw it"
