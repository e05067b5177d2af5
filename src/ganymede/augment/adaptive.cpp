#include "ganymede/augment/adaptive.h"

namespace ganymede::augment {
namespace {

constexpr double kUpdates = 4;  // that a move is made of

}  // namespace

void AdaptiveProbability::observe(const Tensor& real_scores, const ProcessSum* sum, int processes) {
  const Tensor signs = real_scores.sign().sum().to(at::kDouble);
  if (sum != nullptr) sum->add_up(signs);
  signs_ = signs_.to(real_scores.device()).add_(signs);
  probability_ = probability_.to(real_scores.device());
  const auto images = static_cast<double>(real_scores.numel() * processes);
  const double of_move = moves_with(images);
  if (!counts(images)) return;
  const Tensor overfit = signs_ / of_move - target_;
  probability_.add_(overfit.sign() * (of_move / horizon_)).clamp_(0, 1);
  signs_.zero_();
}

bool AdaptiveProbability::counts(double images) {
  const bool moves = moves_with(images) >= 0;
  counted_ = moves ? Counted{} : Counted{counted_.images + images, counted_.updates + 1};
  return moves;
}

double AdaptiveProbability::moves_with(double images) const {
  return counted_.updates + 1 < kUpdates ? -1 : counted_.images + images;
}

Tensor AdaptiveProbability::state() const {
  const auto host = [](double value) { return at::scalar_tensor(value, at::kDouble); };
  return at::stack({probability_.cpu(), signs_.cpu(), host(counted_.images), host(counted_.updates)});
}

void AdaptiveProbability::load_state(const Tensor& state) {
  probability_ = state[0].clone(), signs_ = state[1].clone();
  counted_ = {state[2].item<double>(), state[3].item<double>()};
}

}  // namespace ganymede::augment
