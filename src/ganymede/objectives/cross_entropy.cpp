#include "ganymede/objectives/cross_entropy.h"

namespace ganymede::objectives {

// -log D = softplus(-score) and -log(1 - D) = softplus(score), which never overflow.
Tensor discriminator_cross_entropy(const CrossEntropyOptions& options, const Tensor& real_scores,
                                   const Tensor& fake_scores) {
  Tensor real = at::softplus(-real_scores).mean();
  if (options.label_smoothing > 0) {
    real = real * (1 - options.label_smoothing) + at::softplus(real_scores).mean() * options.label_smoothing;
  }
  return (real + at::softplus(fake_scores).mean()) * options.discriminator_weight;
}

Tensor generator_cross_entropy(const CrossEntropyOptions& options, const Tensor& fake_scores) {
  if (options.form == GeneratorForm::kSaturating) return -at::softplus(fake_scores).mean();
  return at::softplus(-fake_scores).mean();
}

}  // namespace ganymede::objectives
