#include "ganymede/quality/linear_svm.h"

#include "ganymede/core/error.h"
#include "ganymede/core/signals.h"
#include "ganymede/quality/moments.h"
#include "ganymede/quality/svm_passes.h"

namespace ganymede::quality {
namespace {

constexpr double kPrecision = 1e-3;  // as LIBLINEAR measures it, of the gradient at 0; it stops at 0.01
constexpr double kConjugatePrecision = 0.1;
constexpr std::int64_t kPieces = 8;  // of the rows: sums do not depend on the number of threads
constexpr int kMostSteps = 200, kMostConjugateSteps = 250, kMostDoublings = 30, kHalvings = 24;

/// The features times a number, with a constant column: X.
struct Rows {
  Tensor x;  // f32 [N, D]
  double scale;

  /// Multiplies r [N, K], where it is not 0, by the row's product with p [K, D + 1], where p is given. Returns r' X
  /// [K, D + 1]. In one pass over the features, and of each class over those rows alone that bear on it.
  Tensor pass(Tensor& r, const Tensor& p) const {
    const auto rows = x.size(0), width = x.size(1), classes = r.size(1);
    Tensor sums = at::zeros({kPieces, classes, width + 1});
    const float* features = x.data_ptr<float>();
    const float* weights = p.defined() ? p.data_ptr<float>() : nullptr;
    float *factors = r.data_ptr<float>(), *out = sums.data_ptr<float>();
    const auto by = static_cast<float>(scale);
    at::parallel_for(0, kPieces, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t piece = first; piece < last; ++piece) {
        for (std::int64_t row = rows * piece / kPieces; row < rows * (piece + 1) / kPieces; ++row) {
          const float* values = features + row * width;
          for (std::int64_t k = 0; k < classes; ++k) {
            float& factor = factors[row * classes + k];
            if (factor == 0) continue;
            const std::int64_t at = k * (width + 1);
            if (weights != nullptr) factor *= by * dot_product(values, weights + at, width) + weights[at + width];
            float* sum = out + piece * classes * (width + 1) + at;
            add_product(sum, values, by * factor, width);
            sum[width] += factor;
          }
        }
      }
    });
    return sums.sum(0);
  }
  /// X w' for every row and class: w [K, D + 1] to [N, K].
  Tensor times(const Tensor& w) const {
    const auto width = x.size(1);
    return at::addmm(w.select(1, width), x, w.slice(1, 0, width).t(), 1, scale);
  }
};

/// Of each class.
Tensor products(const Tensor& a, const Tensor& b) { return (a * b).sum(1, /*keepdim=*/true); }

/// Solves (1 + 2 C X' A X) s = rhs, A being where `active` is 1, a row a class; less exactly than the whole search.
Tensor newton_direction(const Rows& rows, const Tensor& active, double cost, const Tensor& rhs) {
  Tensor s = at::zeros_like(rhs), r = rhs.clone(), p = r.clone();
  Tensor squares = products(r, r);
  const Tensor enough = squares * (kConjugatePrecision * kConjugatePrecision);
  for (int i = 0; i < kMostConjugateSteps; ++i) {
    const Tensor going = squares.gt(enough).to(at::kFloat);
    if (going.sum().item<float>() == 0) break;
    Tensor inside = active.clone();
    const Tensor q = p + rows.pass(inside, p).mul_(2 * cost);
    const Tensor length = going * squares / products(p, q).clamp_min(1e-30);
    s.addcmul_(p, length);
    r.addcmul_(q, length, -1);
    const Tensor next = products(r, r);
    p = r + p * (next / squares.clamp_min(1e-30));
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
  for (int i = 0; i < kMostDoublings; ++i) {
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

LinearSvm::LinearSvm(const Tensor& features, const std::vector<int>& labels, double cost, double scale, const LinearSvm* start)
    : scale_(scale) {
  torch::NoGradGuard constant;
  expect_finite(features, "the features");
  const Tensor classes = torch::tensor(labels, at::kLong);
  if (labels.empty() || classes.eq(labels[0]).all().item<bool>()) {
    throw Error("a classifier needs examples of two classes", {}, "use labelled data of several classes");
  }
  const Rows rows{features.to(at::kFloat).contiguous(), scale};
  const Tensor y = at::one_hot(classes).to(at::kFloat).mul_(2).sub_(1);  // [N, K]
  const auto count = static_cast<double>(labels.size());
  const Tensor positive = y.gt(0).to(at::kFloat).sum(0).unsqueeze(1);
  const Tensor share = at::minimum(positive, count - positive).clamp_min(1) / count;
  Tensor all = y.clone();
  const Tensor precise = share * rows.pass(all, {}).norm(2, {1}, /*keepdim=*/true) * (2 * cost * kPrecision);

  weights_ = start != nullptr ? start->weights_.clone() : at::zeros({y.size(1), features.size(1) + 1});
  Tensor slack = 1 - y * rows.times(weights_);  // what lies on the wrong side of the margin is above 0
  for (int step = 0; step < kMostSteps; ++step) {
    if (stop_requested()) throw Error("stopped while the classifier was trained");
    const Tensor wrong = slack.clamp_min(0);
    Tensor pull = y * wrong;
    const Tensor gradient = weights_ - rows.pass(pull, {}).mul_(2 * cost);
    const Tensor going = gradient.norm(2, {1}, /*keepdim=*/true).gt(precise).to(at::kFloat);
    if (going.sum().item<float>() == 0) break;
    const Tensor active = wrong.gt(0).to(at::kFloat).mul_(going.t()).contiguous();
    const Tensor s = newton_direction(rows, active, cost, -gradient * going);
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
