// Binary cross-entropy on logits, shared by the objectives in which the discriminator gives a probability.
#pragma once

#include <array>

#include "ganymede/config/fields.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::objectives {

enum class GeneratorForm { kNonSaturating, kSaturating };

struct CrossEntropyOptions {
  GeneratorForm form = GeneratorForm::kNonSaturating;
  double label_smoothing = 0;       ///< the target for real images is 1 minus this (one-sided, Salimans et al. 2016)
  double discriminator_weight = 1;  ///< factor of the discriminator's loss; 0.5 where a source averages its two halves
};

/// -log D(real) - log(1 - D(fake)), means over the batch, D = sigmoid(score) (Goodfellow et al. 2014).
Tensor discriminator_cross_entropy(const CrossEntropyOptions& options, const Tensor& real_scores,
                                   const Tensor& fake_scores);
/// -log D(fake), or log(1 - D(fake)) where saturating.
Tensor generator_cross_entropy(const CrossEntropyOptions& options, const Tensor& fake_scores);

}  // namespace ganymede::objectives

namespace ganymede::config {
template <>
struct Names<objectives::GeneratorForm> {
  static constexpr std::array<std::pair<const char*, objectives::GeneratorForm>, 2> values{
      {{"non-saturating", objectives::GeneratorForm::kNonSaturating},
       {"saturating", objectives::GeneratorForm::kSaturating}}};
};
}  // namespace ganymede::config

namespace ganymede::objectives {

template <class V>
void visit_fields(V& field, CrossEntropyOptions& o) {
  field("form", o.form, "the generator minimises -log D(fake), or log(1 - D(fake))");
  field("label_smoothing", o.label_smoothing, config::in_range(0, 0.5),
        "the target of real images is 1 minus this (Salimans et al. 2016)");
  field("discriminator_weight", o.discriminator_weight, config::in_range(1e-6, 1e6),
        "factor of the discriminator's loss");
}

}  // namespace ganymede::objectives
