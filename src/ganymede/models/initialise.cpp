#include "ganymede/models/initialise.h"

#include <cmath>

#include "ganymede/core/generators.h"

namespace ganymede::models {
namespace {

using config::Initialiser;

Tensor orthogonal(const Tensor& like, const torch::Generator& generator) {
  const std::int64_t rows = like.size(0), columns = like.numel() / rows;
  const Tensor gaussian = at::empty({std::max(rows, columns), std::min(rows, columns)}).normal_(0, 1, generator);
  auto [q, r] = at::linalg_qr(gaussian);
  q = q * at::sign(at::diagonal(r));  // makes the distribution uniform over orthogonal matrices
  return (rows < columns ? q.t() : q).reshape(like.sizes());
}

void set_weight(const nn::Parameter& p, Initialiser method, double std, const torch::Generator& generator) {
  const double in = static_cast<double>(p.fan_in), out = static_cast<double>(p.fan_out);
  const auto uniform = [&](double variance) {
    const double limit = std::sqrt(3 * variance);
    p.tensor.uniform_(-limit, limit, generator);
  };
  switch (method) {
    case Initialiser::kNormal:
      p.tensor.normal_(0, std, generator);
      return;
    case Initialiser::kGlorotUniform:
      uniform(2 / (in + out));
      return;
    case Initialiser::kGlorotNormal:
      p.tensor.normal_(0, std::sqrt(2 / (in + out)), generator);
      return;
    case Initialiser::kHeUniform:
      uniform(2 / in);
      return;
    case Initialiser::kHeNormal:
      p.tensor.normal_(0, std::sqrt(2 / in), generator);
      return;
    case Initialiser::kOrthogonal:
      p.tensor.copy_(orthogonal(p.tensor, generator));
      return;
    case Initialiser::kTorch:
      uniform(1 / (3 * in));
      return;
    case Initialiser::kZero:
      p.tensor.zero_();
      return;
  }
}

}  // namespace

void initialise(Network& network, const config::NetworkConfig& config, std::uint64_t seed,
                const std::string& network_name) {
  torch::NoGradGuard constant;
  network.for_each_layer([&](const std::string& name, nn::Layer& layer) {
    for (const auto& parameter : layer.parameters()) {
      const auto method = parameter.init.value_or(config.init);
      const auto generator =
          cpu_generator(stream_seed(seed, "init", stream_seed(0, network_name + "." + name + "." + parameter.name)));
      switch (parameter.role) {
        case nn::Role::kWeight:
          set_weight(parameter, method, config.init_std, generator);
          if (parameter.init_scale != 1) parameter.tensor.mul_(parameter.init_scale);
          break;
        case nn::Role::kBias:
          if (method == Initialiser::kTorch)
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
