// The convolutions of the DCGAN-64 discriminator at batch 128, which are those of its generator the other way round,
// and of the 5x5 net at batch 256: forward, input gradient (a generator's forward) and weight gradient.
// The last argument picks: 0 this project's kernels, 1 what LibTorch does.
#include <benchmark/benchmark.h>

#include "ganymede/nn/kernels/amx.h"
#include "ganymede/nn/kernels/conv_transpose.h"

namespace {

using ganymede::Tensor;
namespace kernels = ganymede::nn::kernels;

constexpr auto layout = at::MemoryFormat::ChannelsLast;

/// What one benchmark works on: image [batch, channels, size, size], its convolution, the weight.
struct Layer {
  std::int64_t stride = 2, pad;
  bool plain;
  Tensor image, weight, out;
  double flops;

  explicit Layer(const benchmark::State& s) : pad((s.range(4) - 1) / 2), plain(s.range(6) == 1) {
    const auto type = s.range(5) == 1 ? at::kBFloat16 : at::kFloat;
    image = at::randn({s.range(0), s.range(1), s.range(3), s.range(3)}).to(type).contiguous(layout);
    weight =
        at::randn({s.range(2), s.range(1), s.range(4), s.range(4)}).to(plain ? type : at::kFloat).contiguous(layout);
    out = at::randn({s.range(0), s.range(2), s.range(3) / 2, s.range(3) / 2}).to(type).contiguous(layout);
    flops = 2.0 * static_cast<double>(out.numel() * s.range(1) * s.range(4) * s.range(4));
  }
  void report(benchmark::State& s) const {
    s.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  }
};

void conv_forward(benchmark::State& state) {
  const at::NoGradGuard no_grad;
  const Layer l(state);
  for (auto _ : state) {
    if (l.plain) {
      benchmark::DoNotOptimize(at::conv2d(l.image, l.weight, {}, {2, 2}, {l.pad, l.pad}));
    } else {
      benchmark::DoNotOptimize(kernels::conv2d(l.image, l.weight, {}, {l.stride, kernels::Padding::all(l.pad)}));
    }
  }
  l.report(state);
}

void conv_transpose_forward(benchmark::State& state) {
  const at::NoGradGuard no_grad;
  const Layer l(state);
  const std::int64_t rest = state.range(4) % 2;
  for (auto _ : state) {
    if (l.plain) {
      benchmark::DoNotOptimize(at::conv_transpose2d(l.out, l.weight, {}, {2, 2}, {l.pad, l.pad}, {rest, rest}));
    } else {
      benchmark::DoNotOptimize(kernels::conv_transpose2d(l.out, l.weight, {}, {l.stride, kernels::Padding::all(l.pad)},
                                                         {state.range(3), state.range(3)}));
    }
  }
  l.report(state);
}

/// Forward and the weight gradient together, since a gradient cannot be had alone through the public interface.
void conv_forward_and_weight_gradient(benchmark::State& state) {
  Layer l(state);
  l.weight.set_requires_grad(true);
  for (auto _ : state) {
    const Tensor y = l.plain ? at::conv2d(l.image, l.weight, {}, {2, 2}, {l.pad, l.pad})
                             : kernels::conv2d(l.image, l.weight, {}, {l.stride, kernels::Padding::all(l.pad)});
    benchmark::DoNotOptimize(torch::autograd::grad({y}, {l.weight}, {l.out}));
  }
  l.flops *= 2;
  l.report(state);
}

void layers(benchmark::internal::Benchmark* b) {
  b->ArgNames({"batch", "c", "o", "size", "k", "bf16", "plain"})->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const std::int64_t bf16 : {1, 0})
    for (const std::int64_t plain : {0, 1}) {
      for (const auto& [c, o, size] :
           {std::array<std::int64_t, 3>{3, 64, 64}, {64, 128, 32}, {128, 256, 16}, {256, 512, 8}})
        b->Args({128, c, o, size, 4, bf16, plain});
      for (const auto& [c, o, size] : {std::array<std::int64_t, 3>{3, 64, 32}, {64, 128, 16}, {128, 256, 8}})
        b->Args({256, c, o, size, 5, bf16, plain});
    }
}

BENCHMARK(conv_forward)->Apply(layers);
BENCHMARK(conv_transpose_forward)->Apply(layers);
BENCHMARK(conv_forward_and_weight_gradient)->Apply(layers);

}  // namespace
