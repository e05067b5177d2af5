// The optimisers: Adam, RMSprop, SGD, with schedules, clipping and the generator's running average in the same pass.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/models/network.h"
#include "ganymede/nn/kernels/adam.h"
#include "ganymede/optim/options.h"

namespace ganymede::train {

/// The factor on the learning rate at update `step` (from 0) of `total`, with warm-up and decay given in steps.
double schedule_factor(const config::OptimizerConfig& config, double step, double total, double warmup,
                       double decay_start);

/// Scales gradients whose global L2 norm is above `most` down to it, without reading the norm: nothing waits for the
/// device. Undefined tensors are skipped.
void limit_norm(std::span<const Tensor> gradients, double most);

using optim::UpdateRates;

class Optimizer {
 public:
  /// Updates `network`'s parameters. Where `average` is given, average = ema * average + (1 - ema) * parameter follows
  /// every update; its buffers are copies of the network's.
  Optimizer(config::OptimizerConfig config, const models::Network& network, const models::Network* average);

  /// One update from the gradients that backward() left, which are dropped afterwards. `measure` asks for the norm.
  /// Returns the global L2 norm of the gradients before clipping, or 0 when nobody had to know it: `measure` asks, and
  /// clipping on the CPU.
  double step(const UpdateRates& rates, bool measure);
  void drop_gradients();
  /// How many updates there were, as the host counts them: a captured step that is replayed has to be added.
  std::int64_t updates() const { return *count_.data_ptr<std::int64_t>(); }
  void count_as(std::int64_t updates) { count_.fill_(updates); }

  const config::OptimizerConfig& config() const { return config_; }
  /// Moments, as "prefix.<parameter>.first" and ".second", and the number of updates.
  void append_state(std::vector<checkpoint::NamedTensor>& out, const std::string& prefix) const;
  void load_state(const checkpoint::SafetensorsFile& file, const std::string& prefix, const std::string& where);

 private:
  config::OptimizerConfig config_;
  std::vector<std::string> names_;
  std::vector<nn::kernels::UpdateTensors> updates_;
  std::vector<std::pair<Tensor, Tensor>> buffers_;  ///< the network's, and the average's copy
  Tensor count_ = torch::zeros({1}, at::kLong);
  Tensor count_there_;  ///< the same, f32 [] on the GPU, where the rule counts
};

}  // namespace ganymede::train
