#include "ganymede/models/statistics.h"

#include "ganymede/nn/statistics_scope.h"

namespace ganymede::models {

bool has_running_statistics(const Network& network) {
  for (const auto& buffer : network.buffers()) {
    if (buffer.name.ends_with("running_var")) return true;
  }
  return false;
}

void recompute_statistics(const Network& generator, const std::function<StatisticsBatch(int number)>& batch) {
  torch::NoGradGuard constant;
  for (int i = 0; i < kStatisticsBatches; ++i) {
    const StatisticsBatch sampled = batch(i);
    nn::ForwardContext context;
    context.labels = sampled.labels;
    const nn::StatisticsScope scope(1.0 / (i + 1));
    generator.forward(sampled.inputs, context);
  }
}

}  // namespace ganymede::models
