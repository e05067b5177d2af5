#include "ganymede/models/initialise.h"

#include "ganymede/core/generators.h"

namespace ganymede::models {
namespace {

void set_weight(const nn::Parameter& p, const nn::Initialiser& method, double std, const torch::Generator& generator) {
  method.entry().set({p.tensor, p.fan_in, p.fan_out, std, generator});
}

/// The name by which the stream of a layer's first weights is chosen: the one it had when it was first used, so that
/// a recipe's first weights stay what they were.
std::string stream_name(const std::string& layer) {
  constexpr std::string_view kHead = "adversarial.";
  return layer.starts_with(kHead) ? "realness." + layer.substr(kHead.size()) : layer;
}

}  // namespace

void initialise(Network& network, const config::NetworkConfig& config, std::uint64_t seed,
                const std::string& network_name) {
  torch::NoGradGuard constant;
  network.for_each_layer([&](const std::string& name, nn::Layer& layer) {
    for (const auto& parameter : layer.parameters()) {
      const nn::Initialiser method = parameter.init.value_or(config.init);
      const auto generator = cpu_generator(
          stream_seed(seed, "init", stream_seed(0, network_name + "." + stream_name(name) + "." + parameter.name)));
      switch (parameter.role) {
        case nn::Role::kWeight:
          set_weight(parameter, method, config.init_std, generator);
          if (parameter.init_scale != 1) parameter.tensor.mul_(parameter.init_scale);
          break;
        case nn::Role::kBias:
          if (method.entry().biases)
            set_weight(parameter, method, 0, generator);
          else
            parameter.tensor.zero_();
          break;
        case nn::Role::kScale:
          parameter.tensor.fill_(1);
          break;
        case nn::Role::kShift:
          parameter.tensor.zero_();
          break;
        case nn::Role::kEmbedding:
          if (parameter.init)
            set_weight(parameter, method, config.init_std, generator);
          else
            parameter.tensor.normal_(0, 1, generator);
          break;
      }
    }
  });
}

}  // namespace ganymede::models
