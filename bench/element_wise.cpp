// Batch norm with activation, dropout with activation, optimisers: fused, and as LibTorch operations (plain:1).
#include <benchmark/benchmark.h>
#include <torch/optim.h>

#include "ganymede/nn/kernels/activation_dropout.h"
#include "ganymede/nn/kernels/adam.h"
#include "ganymede/nn/kernels/batch_norm_act.h"

namespace {

using ganymede::Tensor;
namespace kernels = ganymede::nn::kernels;

at::ScalarType type_of(const benchmark::State& s) {
  return s.range(2) == 1 ? at::kBFloat16 : at::kFloat;
}

Tensor images(const benchmark::State& s) {
  return at::randn({128, s.range(0), s.range(1), s.range(1)}).to(type_of(s)).contiguous(at::MemoryFormat::ChannelsLast);
}

/// Forward and backward.
void batch_norm_act(benchmark::State& s) {
  const Tensor x = images(s).set_requires_grad(true), dy = images(s);
  const Tensor weight = at::ones({s.range(0)}).set_requires_grad(true),
               bias = at::zeros_like(weight).set_requires_grad(true);
  const Tensor mean = at::zeros({s.range(0)}), var = at::ones({s.range(0)});
  for (auto _ : s) {
    const Tensor y = s.range(3) == 1
                         ? at::leaky_relu(at::batch_norm(x, weight, bias, mean, var, true, 0.1, 1e-5, false), 0.2)
                         : kernels::batch_norm_act(x, {weight, bias, mean, var}, true, 0.1, 1e-5, 0.2);
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x, weight, bias}, {dy}));
  }
}

void leaky_relu_dropout(benchmark::State& s) {
  const Tensor x = images(s).set_requires_grad(true), dy = images(s);
  std::uint64_t seed = 0;
  for (auto _ : s) {
    const Tensor y = s.range(3) == 1 ? at::dropout(at::leaky_relu(x, 0.3), 0.3, true)
                                     : kernels::leaky_relu_dropout(x, 0.3, 0.3, {++seed});
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {x}, {dy}));
  }
}

void maps(benchmark::internal::Benchmark* b) {
  b->ArgNames({"c", "size", "bf16", "plain"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const std::int64_t bf16 : {1, 0})
    for (const std::int64_t plain : {0, 1})
      for (const auto& [c, size] : {std::pair<std::int64_t, std::int64_t>{64, 32}, {128, 16}, {512, 4}})
        b->Args({c, size, bf16, plain});
}

/// A DCGAN's parameters: 3.6 million, Adam with an average.
void adam(benchmark::State& s) {
  const std::vector<std::vector<std::int64_t>> shapes = {
      {100, 512, 4, 4}, {512, 256, 4, 4}, {256, 128, 4, 4}, {128, 64, 4, 4}, {64, 3, 4, 4}};
  std::vector<Tensor> params;
  std::vector<kernels::UpdateTensors> state;
  for (const auto& shape : shapes) {
    const Tensor p = at::randn(shape);
    state.push_back({p, at::randn(shape), at::zeros_like(p), at::zeros_like(p), p.clone()});
    params.push_back(p.detach().clone().set_requires_grad(true));
    params.back().mutable_grad() = state.back().grad;
  }
  torch::optim::Adam plain(params, torch::optim::AdamOptions(2e-4).betas({0.5, 0.999}));
  kernels::AdamStep options{2e-4, 0.5, 0.999, 1e-8, 0, false, 0, 0.999};
  for (auto _ : s) {
    if (s.range(0) == 1) {
      plain.step();
      const at::NoGradGuard no_grad;
      for (std::size_t i = 0; i < params.size(); ++i) state[i].average.lerp_(params[i], 0.001);
    } else {
      ++options.step;
      kernels::adam_step(state, options);
    }
  }
}

BENCHMARK(batch_norm_act)->Apply(maps);
BENCHMARK(leaky_relu_dropout)->Apply(maps);
BENCHMARK(adam)->ArgName("plain")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
