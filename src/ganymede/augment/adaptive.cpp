#include "ganymede/augment/adaptive.h"

#include <algorithm>

namespace ganymede::augment {

void AdaptiveProbability::observe(const Tensor& real_scores) {
  constexpr double kUpdates = 4;
  signs_ += real_scores.sign().sum().item<double>();
  images_ += static_cast<double>(real_scores.numel());
  if (++updates_ < kUpdates) return;
  const double overfit = signs_ / images_ - target_;
  const double step = images_ / horizon_ * (overfit > 0 ? 1 : overfit < 0 ? -1 : 0);
  probability_ = std::clamp(probability_ + step, 0.0, 1.0);
  signs_ = images_ = updates_ = 0;
}

Tensor AdaptiveProbability::state() const {
  return torch::tensor({probability_, signs_, images_, updates_}, at::kDouble);
}

void AdaptiveProbability::load_state(const Tensor& state) {
  const auto values = state.accessor<double, 1>();
  probability_ = values[0], signs_ = values[1], images_ = values[2], updates_ = values[3];
}

}  // namespace ganymede::augment
