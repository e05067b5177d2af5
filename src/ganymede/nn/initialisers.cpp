#include <cmath>

#include "ganymede/nn/initialiser.h"

namespace ganymede::nn {
namespace {

void set_normal(const InitialWeight& w, double variance) {
  w.tensor.normal_(0, std::sqrt(variance), w.generator);
}
void set_uniform(const InitialWeight& w, double variance) {
  const double limit = std::sqrt(3 * variance);
  w.tensor.uniform_(-limit, limit, w.generator);
}

double fan_in(const InitialWeight& w) {
  return static_cast<double>(w.fan_in);
}
double both_fans(const InitialWeight& w) {
  return static_cast<double>(w.fan_in) + static_cast<double>(w.fan_out);
}

Tensor orthogonal(const Tensor& like, const torch::Generator& generator) {
  const std::int64_t rows = like.size(0), columns = like.numel() / rows;
  const Tensor gaussian = at::empty({std::max(rows, columns), std::min(rows, columns)}).normal_(0, 1, generator);
  auto [q, r] = at::linalg_qr(gaussian);
  q = q * at::sign(at::diagonal(r));  // makes the distribution uniform over orthogonal matrices
  return (rows < columns ? q.t() : q).reshape(like.sizes());
}

}  // namespace

/// N(0, init_std), as in Radford et al. 2016.
void register_normal(InitialiserRegistry& registry) {
  registry.add("normal", {[](const InitialWeight& w) { w.tensor.normal_(0, w.std, w.generator); }}, "N(0, `init_std`)");
}

/// Glorot and Bengio 2010: variance 2 / (fan_in + fan_out). He et al. 2015: variance 2 / fan_in. PyTorch's default:
/// uniform within 1 / sqrt(fan_in), biases too.
void register_variance_scaling(InitialiserRegistry& registry) {
  registry.add("glorot_uniform", {[](const InitialWeight& w) { set_uniform(w, 2 / both_fans(w)); }},
               "uniform of variance 2 / (fan in + fan out) (Glorot and Bengio 2010)");
  registry.add("glorot_normal", {[](const InitialWeight& w) { set_normal(w, 2 / both_fans(w)); }},
               "normal of that variance");
  registry.add("he_uniform", {[](const InitialWeight& w) { set_uniform(w, 2 / fan_in(w)); }},
               "uniform of variance 2 / fan in (He et al. 2015)");
  registry.add("he_normal", {[](const InitialWeight& w) { set_normal(w, 2 / fan_in(w)); }}, "normal of that variance");
  registry.add("torch", {[](const InitialWeight& w) { set_uniform(w, 1 / (3 * fan_in(w))); }, /*biases=*/true},
               "PyTorch's: uniform of variance 1 / (3 fan in), biases too");
}

/// Saxe et al. 2014, gain 1, over the weight as a matrix [first dimension, rest].
void register_orthogonal(InitialiserRegistry& registry) {
  registry.add("orthogonal", {[](const InitialWeight& w) { w.tensor.copy_(orthogonal(w.tensor, w.generator)); }},
               "orthogonal rows or columns, gain 1 (Saxe et al. 2014)");
}

/// For the last convolution of a residual branch.
void register_zero(InitialiserRegistry& registry) {
  registry.add("zero", {[](const InitialWeight& w) { w.tensor.zero_(); }}, "0");
}

InitialiserRegistry& initialisers() {
  static InitialiserRegistry registry = [] {
    InitialiserRegistry made("initialiser");
    register_normal(made);
    register_variance_scaling(made);
    register_orthogonal(made);
    register_zero(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::nn
