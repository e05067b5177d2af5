#include "ganymede/quality/linear_svm.h"

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/parallel.h"
#include "ganymede/core/task.h"
#include "ganymede/quality/moments.h"
#include "ganymede/quality/svm_passes.h"

namespace ganymede::quality {
namespace {

constexpr double kPrecision = 1e-3;  // as LIBLINEAR measures it, of the gradient at 0; it stops at 0.01
constexpr double kConjugatePrecision = 0.1;
constexpr std::int64_t kPieces = 8;  // of the rows: sums do not depend on the number of threads
constexpr int kMaxSteps = 200, kMaxConjugateSteps = 250, kMaxDoublings = 30, kHalvings = 24;

std::int64_t rounded_up(std::int64_t number, std::int64_t multiple) {
  return (number + multiple - 1) / multiple * multiple;
}

/// The features times a number, with a constant column: X.
struct Rows {
  Tensor x;  // f32 [N, D]
  double scale;

  /// r' X; or, where p is given, (r times X p')' X. r [N, K], p [K, D + 1], the result [K, D + 1]. One pass over the
  /// features, of which rows that r has only 0 for are left out.
  Tensor pass(const Tensor& r, const Tensor& p) const {
    const auto count = x.size(0), width = x.size(1), classes = r.size(1);
    // Whole blocks everywhere: what lies beyond the edges has the factor 0.
    const auto blocks = (count + kRowsAtOnce - 1) / kRowsAtOnce, columns = rounded_up(classes, kClassesAtOnce),
               stride = rounded_up(width + 1, 16);
    Tensor factors = at::zeros({blocks * kRowsAtOnce, columns}), weights = at::zeros({columns, stride});
    Tensor sums = at::zeros({kPieces, columns, stride});
    factors.slice(0, 0, count).slice(1, 0, classes).copy_(r);
    if (p.defined()) weights.slice(0, 0, classes).slice(1, 0, width + 1).copy_(p);
    const float *f = factors.data_ptr<float>(), *w = p.defined() ? weights.data_ptr<float>() : nullptr;
    float* out = sums.data_ptr<float>();
    parallel_for(0, kPieces, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t piece = first; piece < last; ++piece) {
        for (std::int64_t block = blocks * piece / kPieces; block < blocks * (piece + 1) / kPieces; ++block) {
          for (std::int64_t k = 0; k < columns; k += kClassesAtOnce) {
            pass_block(block * kRowsAtOnce, f + block * kRowsAtOnce * columns + k, columns,
                       w == nullptr ? w : w + k * stride, out + (piece * columns + k) * stride, stride);
          }
        }
      }
    });
    return sums.sum(0).slice(0, 0, classes).slice(1, 0, width + 1).contiguous();
  }
  /// X w' for every row and class: w [K, D + 1] to [N, K].
  Tensor times(const Tensor& w) const {
    const auto width = x.size(1);
    return at::addmm(w.select(1, width), x, w.slice(1, 0, width).t(), 1, scale);
  }

 private:
  /// Of a few rows, from `row`, and a few classes: `factors`, `columns` to a row, are theirs.
  void pass_block(std::int64_t row, const float* factors, std::int64_t columns, const float* weights, float* sums,
                  std::int64_t stride) const {
    const auto width = x.size(1);
    SvmFactors part;
    bool any = false;
    const float* rows[kRowsAtOnce];
    for (int i = 0; i < kRowsAtOnce; ++i) {
      rows[i] = x.data_ptr<float>() + std::min(row + i, x.size(0) - 1) * width;
      for (int k = 0; k < kClassesAtOnce; ++k) {
        part[i][k] = factors[i * columns + k];
        any = any || part[i][k] != 0;
      }
    }
    if (!any) return;
    const auto by = static_cast<float>(scale);
    SvmFactors scores;
    if (weights != nullptr) multiply_rows(rows, weights, stride, width, scores);
    for (int i = 0; i < kRowsAtOnce; ++i) {
      for (int k = 0; k < kClassesAtOnce; ++k) {
        if (weights != nullptr) part[i][k] *= by * scores[i][k] + weights[k * stride + width];
        sums[k * stride + width] += part[i][k];
        part[i][k] *= by;
      }
    }
    add_rows(rows, part, sums, stride, width);
  }
};

/// Of each class.
Tensor products(const Tensor& a, const Tensor& b) {
  return (a * b).sum(1, /*keepdim=*/true);
}

/// Solves (1 + 2 C X' A X) s = rhs, A being where `active` is 1, a row a class; less exactly than the whole search.
/// `factor`: of the preconditioner, lower triangular, f64; or undefined.
Tensor newton_direction(const Rows& rows, const Tensor& active, double cost, const Tensor& rhs, const Tensor& factor) {
  const auto preconditioned = [&](const Tensor& r) {
    if (!factor.defined()) return r;
    const Tensor half = at::linalg_solve_triangular(factor, r.t().to(at::kDouble), /*upper=*/false);
    return at::linalg_solve_triangular(factor.mT(), half, /*upper=*/true).t().to(at::kFloat);
  };
  Tensor s = at::zeros_like(rhs), r = rhs.clone(), z = preconditioned(r), p = z.clone();
  Tensor squares = products(r, z);
  const Tensor enough = products(r, r) * (kConjugatePrecision * kConjugatePrecision);
  for (int i = 0; i < kMaxConjugateSteps; ++i) {
    const Tensor going = products(r, r).gt(enough).to(at::kFloat);
    if (going.sum().item<float>() == 0) break;
    const Tensor q = p + rows.pass(active, p).mul_(2 * cost);
    const Tensor length = going * squares / products(p, q).clamp_min(1e-30);
    s.addcmul_(p, length);
    r.addcmul_(q, length, -1);
    z = preconditioned(r);
    const Tensor next = products(r, z);
    p = z + p * (next / squares.clamp_min(1e-30));
    squares = next;
  }
  return s;
}

/// How far along `s` each class's objective is smallest: its derivative rises, so its root is found by halving.
Tensor line_search(const Tensor& w, const Tensor& s, const Tensor& slack, const Tensor& change, double cost) {
  const Tensor at_start = products(w, s), slope = products(s, s);
  const auto derivative = [&](const Tensor& t) {
    return at_start + t * slope - 2 * cost * (change * (slack - t.t() * change).clamp_min_(0)).sum(0).unsqueeze(1);
  };
  Tensor low = at::zeros_like(at_start), high = at::ones_like(at_start);
  for (int i = 0; i < kMaxDoublings; ++i) {
    const Tensor falls = derivative(high).lt(0);
    if (!falls.any().item<bool>()) break;
    low = at::where(falls, high, low);
    high = at::where(falls, 2 * high, high);
  }
  for (int i = 0; i < kHalvings; ++i) {
    const Tensor middle = (low + high) / 2, falls = derivative(middle).lt(0);
    low = at::where(falls, middle, low);
    high = at::where(falls, high, middle);
  }
  return (low + high) / 2;
}

}  // namespace

SvmExamples::SvmExamples(const Tensor& features, const std::vector<int>& labels, double scale) : scale_(scale) {
  torch::NoGradGuard constant;
  expect_finite(features, "the features");
  const Tensor classes = torch::tensor(labels, at::kLong);
  if (labels.empty() || classes.eq(labels[0]).all().item<bool>()) {
    throw Error("a classifier needs examples of two classes", {}, "use labelled data of several classes");
  }
  features_ = features.to(at::kFloat).contiguous();
  signs_ = at::one_hot(classes).to(at::kFloat).mul_(2).sub_(1);
  const auto count = features.size(0), width = features.size(1);
  if (count < width) return;
  products_ = at::empty({width + 1, width + 1});
  const Tensor x = features_, sums = x.sum(0).mul_(scale);
  products_.slice(0, 0, width).slice(1, 0, width).copy_(at::mm(x.t(), x).mul_(scale * scale));
  products_.select(0, width).slice(0, 0, width).copy_(sums);
  products_.select(1, width).slice(0, 0, width).copy_(sums);
  products_[width][width] = count;
}

LinearSvm::LinearSvm(const SvmExamples& examples, double cost, const LinearSvm* start) : scale_(examples.scale_) {
  torch::NoGradGuard constant;
  const Rows rows{examples.features_, scale_};
  const Tensor& y = examples.signs_;  // [N, K]
  const auto count = y.size(0), classes = y.size(1), width = examples.features_.size(1);
  const Tensor positive = y.gt(0).to(at::kFloat).sum(0).unsqueeze(1);
  const Tensor share = at::minimum(positive, count - positive).clamp_min(1) / count;
  const Tensor precise = share * rows.pass(y, {}).norm(2, {1}, /*keepdim=*/true) * (2 * cost * kPrecision);

  weights_ = start != nullptr ? start->weights_.clone() : at::zeros({classes, width + 1});
  Tensor slack = 1 - y * rows.times(weights_);  // what lies on the wrong side of the margin is above 0
  Tensor factor;
  if (examples.products_.defined()) {
    const double inside = slack.gt(0).to(at::kFloat).mean().item<double>();
    Tensor hessian = examples.products_.to(at::kDouble).mul_(2 * cost * inside);
    hessian.diagonal().add_(1);
    auto [lower, failed] = at::linalg_cholesky_ex(hessian);
    if (failed.item<int>() == 0) factor = lower;
  }
  for (int step = 0; step < kMaxSteps; ++step) {
    if (cancel_requested()) throw Cancelled("stopped while the classifier was trained");
    const Tensor wrong = slack.clamp_min(0);
    const Tensor gradient = weights_ - rows.pass(y * wrong, {}).mul_(2 * cost);
    const Tensor going = gradient.norm(2, {1}, /*keepdim=*/true).gt(precise).to(at::kFloat);
    if (going.sum().item<float>() == 0) break;
    const Tensor active = wrong.gt(0).to(at::kFloat).mul_(going.t()).contiguous();
    const Tensor s = newton_direction(rows, active, cost, -gradient * going, factor);
    const Tensor change = y * rows.times(s);
    const Tensor length = line_search(weights_, s, slack, change, cost);
    weights_.addcmul_(s, length);
    slack.addcmul_(change, length.t(), -1);
  }
}

double LinearSvm::accuracy(const Tensor& features, const std::vector<int>& labels) const {
  if (labels.empty()) return 0;
  const Tensor found = Rows{features.to(at::kFloat).contiguous(), scale_}.times(weights_).argmax(1);
  return found.eq(torch::tensor(labels, at::kLong)).to(at::kDouble).mean().item<double>();
}

}  // namespace ganymede::quality
