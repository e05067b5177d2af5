// The update rules a recipe may name. A new one is its file, its name in CMakeLists.txt, and a test.
#pragma once

#include <cstdint>
#include <span>

#include "ganymede/config/registry.h"
#include "ganymede/nn/kernels/adam.h"

namespace ganymede::optim {

struct OptimizerConfig;

/// What may change from one update to the next.
struct UpdateRates {
  double learning_rate = 1e-3;
  double beta2 = 0.999;  ///< Adam
  double ema = 0;        ///< decay of the running average
};

/// How an optimiser moves parameters.
struct Rule {
  /// Which moments (kernels::UpdateTensors) it keeps; they start at 0 and are part of a checkpoint.
  bool (*keeps_first)(const OptimizerConfig& config);
  bool keeps_second = false;
  bool counts = false;  ///< whether an update depends on how many there were
  /// Updates every parameter and its average from the gradients. `count` is the number of this update, from 1.
  void (*step)(std::span<const nn::kernels::UpdateTensors> updates, const OptimizerConfig& config,
               const UpdateRates& rates, std::int64_t count);
};

using RuleRegistry = config::Registry<Rule>;
RuleRegistry& rules();
/// Adds those of this folder.
void add_entries(RuleRegistry& registry);

}  // namespace ganymede::optim
