// Inception score (Salimans et al., "Improved techniques for training GANs", 2016).
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"
#include "ganymede/quality/mean_and_deviation.h"

namespace ganymede::quality {

inline constexpr int kScoreSplits = 10;

/// exp(E KL(p(y|x) || p(y))) of logits [N, K], over ten splits of the logits shuffled by `seed`.
/// Throws Error for fewer than ten images, fewer than two classes, or logits that are not finite.
MeanAndDeviation inception_score(const Tensor& logits, std::uint64_t seed = 0);

}  // namespace ganymede::quality
