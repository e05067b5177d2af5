#include "ganymede/augment/adaptive.h"

namespace ganymede::augment {

void AdaptiveProbability::observe(const Tensor& real_scores, const ProcessSum* sum, int processes) {
  constexpr double kUpdates = 4;
  const auto device = real_scores.device();
  const Tensor signs = real_scores.sign().sum().to(at::kDouble);
  if (sum != nullptr) sum->add_up(signs);
  signs_ = signs_.to(device) + signs;
  images_ += static_cast<double>(real_scores.numel() * processes);
  if (++updates_ < kUpdates) return;
  const Tensor overfit = signs_ / images_ - target_;
  probability_ = (probability_.to(device) + overfit.sign() * (images_ / horizon_)).clamp(0, 1);
  signs_ = at::zeros_like(signs_);
  images_ = updates_ = 0;
}

Tensor AdaptiveProbability::state() const {
  const auto host = [](double value) { return at::scalar_tensor(value, at::kDouble); };
  return at::stack({probability_.cpu(), signs_.cpu(), host(images_), host(updates_)});
}

void AdaptiveProbability::load_state(const Tensor& state) {
  probability_ = state[0].clone(), signs_ = state[1].clone();
  images_ = state[2].item<double>(), updates_ = state[3].item<double>();
}

}  // namespace ganymede::augment
