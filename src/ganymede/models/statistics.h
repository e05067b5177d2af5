// The running statistics of batch norms, computed again from what the network itself makes.
#pragma once

#include <functional>

#include "ganymede/models/network.h"

namespace ganymede::models {

/// Inputs are sampled in so many batches of this size: the mean of 4,096 images is within 1.6 % of a deviation.
inline constexpr int kStatisticsBatches = 32;
inline constexpr std::int64_t kStatisticsBatch = 128;

/// A batch for a generator: [kStatisticsBatch, input...], and classes int64 [kStatisticsBatch] where it has classes.
struct StatisticsBatch {
  Tensor inputs = {}, labels = {};
};

/// Whether a network has batch norms, whose running statistics are its own.
bool has_running_statistics(const Network& network);

/// Sets the running statistics of every batch norm (conditional ones too) to the mean over kStatisticsBatches batches
/// of the mean and the unbiased variance in each, which `batch` makes by number: what PyTorch's `update_bn` does for
/// averaged weights (Izmailov et al. 2018). An average of weights is another network than those that it is the average
/// of, and theirs do not fit it. Nothing but those statistics changes; dropout is off, as it is when images are
/// generated.
void recompute_statistics(const Network& generator, const std::function<StatisticsBatch(int number)>& batch);

}  // namespace ganymede::models
