// What the batch norms of this folder share: how their running statistics move.
#pragma once

#include <optional>
#include <string>

#include "ganymede/config/fields.h"
#include "ganymede/core/batch_share.h"
#include "ganymede/nn/layer.h"
#include "ganymede/nn/statistics_scope.h"

namespace ganymede::nn {

struct RunningStatistics {
  std::optional<double> torch_momentum;  ///< running = (1 - momentum) * running + momentum * batch
  std::optional<double> keras_momentum;  ///< running = momentum * running + (1 - momentum) * batch
  double epsilon = 1e-5;
  std::optional<bool>
      shared;  ///< of several processes: statistics of the whole batch (unless false), or of each's share

  /// The share of the batch, as in PyTorch.
  double update() const { return keras_momentum ? 1 - *keras_momentum : torch_momentum.value_or(0.1); }
  /// Throws ShapeError when both momenta are given.
  void check(const std::string& kind) const {
    if (!torch_momentum || !keras_momentum) return;
    throw ShapeError(kind + " has both torch_momentum and keras_momentum; they are 1 minus each other, keep one");
  }
  /// Writes the default momentum out.
  void name_momentum() {
    if (!keras_momentum) torch_momentum = update();
  }
};

/// While one lives, the statistics of a batch that processes share are those of this one's share, where it is asked
/// for.
class StatisticsOfShare {
 public:
  explicit StatisticsOfShare(bool asked) {
    const BatchShare& share = BatchShareScope::current();
    if (asked && share.statistics != nullptr) scope_.emplace(BatchShare{share.number, share.of, nullptr});
  }

 private:
  std::optional<BatchShareScope> scope_;
};

/// Whether a pass normalises with the statistics of its own batch, not with the running ones.
inline bool of_the_batch(const ForwardContext& context) {
  return context.training || StatisticsScope::current().has_value();
}
/// How far running statistics move towards those of a batch: by `momentum`, unless a StatisticsScope says otherwise.
inline double share_of_the_batch(double momentum) {
  return StatisticsScope::current().value_or(momentum);
}

/// Tensors of a batch norm, one number a channel. A scale and a shift that are undefined are 1 and 0.
struct NormTensors {
  Tensor scale, shift, mean, variance;
};
/// scale * (x - mean) / sqrt(variance + epsilon) + shift, of flat samples or images.
Value normalised(Graph& graph, Value x, const Shape& input, const NormTensors& tensors, double epsilon);

template <class V>
void visit_fields(V& field, RunningStatistics& o) {
  field("torch_momentum", o.torch_momentum, config::in_range(0, 1),
        "share of the batch in the running statistics; 0.1 unless one of the two is given");
  field("keras_momentum", o.keras_momentum, config::in_range(0, 1),
        "share of the old running statistics: 1 minus the other, which is not given then");
  field("epsilon", o.epsilon, config::in_range(1e-12, 1), "added to the variance");
  field("shared", o.shared, "where several processes share a batch: statistics of all of it, unless `false`");
}

}  // namespace ganymede::nn
