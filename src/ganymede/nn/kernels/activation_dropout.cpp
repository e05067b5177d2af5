#include "ganymede/nn/kernels/activation_dropout.h"

#include <cmath>

#include "ganymede/core/batch_share.h"
#include "ganymede/core/device_random.h"
#include "ganymede/core/error.h"
#include "ganymede/core/parallel.h"
#include "ganymede/core/random.h"
#include "ganymede/nn/kernels/dropout_passes.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double one = 65536;                  // probabilities are counted in this many parts
constexpr std::int64_t groups_per_task = 128;  // groups per groups_per_task of parallel work

struct Rule {
  double slope;
  std::int64_t threshold;            // of `one`
  std::vector<std::uint64_t> seeds;  ///< of the batches that follow each other
  std::int64_t first;  ///< the place of a batch's first element in that of the whole batch (core/batch_share.h)

  std::int64_t batches() const { return static_cast<std::int64_t>(seeds.size()); }
  /// Of a batch's numbers, each for `kLanes` elements.
  std::uint64_t counter(std::int64_t batch) const {
    return mix64(seeds[static_cast<std::size_t>(batch)]) + static_cast<std::uint64_t>(first / kLanes);
  }
  static constexpr std::int64_t kLanes = 4;
};

template <class Real>
DropoutRule<Real> rule_for(const Rule& r, std::int64_t batch) {
  const auto threshold = static_cast<double>(r.threshold);
  return {r.counter(batch), static_cast<std::uint16_t>(r.threshold), static_cast<Real>(one / (one - threshold)),
          static_cast<Real>(r.slope)};
}

/// Calls `run(rule, the batch's place, first element in it, count)` over all elements, in parallel, in whole groups.
template <class Real, class Run>
void for_groups(const Rule& r, std::int64_t elements, const Run& run) {
  const std::int64_t count = elements / r.batches();
  for (std::int64_t batch = 0; batch < r.batches(); ++batch) {
    const auto rule = rule_for<Real>(r, batch);
    parallel_for(0, (count + mask_group - 1) / mask_group, groups_per_task, [&](std::int64_t begin, std::int64_t end) {
      run(rule, batch * count, begin * mask_group, std::min(end * mask_group, count) - begin * mask_group);
    });
  }
}

template <class T>
void forward_as(const Tensor& x, const Rule& r, const Tensor& y) {
  for_groups<Compute<T>>(r, x.numel(), [&](const auto& rule, std::int64_t at, std::int64_t first, std::int64_t count) {
    dropout_run<T>(data_of<const T>(x) + at + first, first, count, rule, data_of<T>(y) + at + first);
  });
}

template <class T>
void gradient_as(const Tensor& dy, const Tensor& y, const Rule& r, const Tensor& dx) {
  for_groups<Compute<T>>(r, y.numel(), [&](const auto& rule, std::int64_t at, std::int64_t first, std::int64_t count) {
    dropout_gradient_run<T>(data_of<const T>(dy) + at + first, data_of<const T>(y) + at + first, first, count, rule,
                            data_of<T>(dx) + at + first);
  });
}

Tensor forward_value(const Tensor& x, const Rule& r) {
  const Tensor y = at::empty_like(x);
  switch (x.scalar_type()) {
    case at::kBFloat16:
      forward_as<Bits16>(x, r, y);
      break;
    case at::kDouble:
      forward_as<double>(x, r, y);
      break;
    default:
      forward_as<float>(x, r, y);
  }
  return y;
}

Tensor gradient_value(const Tensor& gradient, const Tensor& y, const Rule& r) {
  const Tensor dx = at::empty_like(y), dy = laid_out_like(gradient, y);
  switch (y.scalar_type()) {
    case at::kBFloat16:
      gradient_as<Bits16>(dy, y, r, dx);
      break;
    case at::kDouble:
      gradient_as<double>(dy, y, r, dx);
      break;
    default:
      gradient_as<float>(dy, y, r, dx);
  }
  return dx;
}

void save_rule(AutogradContext* ctx, const Rule& r) {
  ctx->saved_data["slope"] = r.slope;
  ctx->saved_data["threshold"] = r.threshold;
  ctx->saved_data["seeds"] = std::vector<std::int64_t>(r.seeds.begin(), r.seeds.end());
  ctx->saved_data["first"] = r.first;
}

Rule restore_rule(AutogradContext* ctx) {
  const auto seeds = ctx->saved_data["seeds"].toIntVector();
  return {ctx->saved_data["slope"].toDouble(),
          ctx->saved_data["threshold"].toInt(),
          {seeds.begin(), seeds.end()},
          ctx->saved_data["first"].toInt()};
}

/// dy times each element's factor: linear in dy, so that its own gradient is the same operation again.
struct DropoutGradient : torch::autograd::Function<DropoutGradient> {
  static Tensor forward(AutogradContext* ctx, const Tensor& dy, const Tensor& y, const Rule& r) {
    ctx->save_for_backward({y});
    save_rule(ctx, r);
    return gradient_value(dy, y, r);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const Tensor y = ctx->get_saved_variables()[0];
    return {DropoutGradient::apply(gradients[0], y.detach(), restore_rule(ctx)), Tensor{}, Tensor{}};
  }
};

struct LeakyDropout : torch::autograd::Function<LeakyDropout> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Rule& r) {
    const Tensor y = forward_value(x, r);
    // Not x: the next layer keeps y anyway, and the sign of what was not dropped is the same.
    ctx->save_for_backward({y});
    save_rule(ctx, r);
    return y;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const Tensor y = ctx->get_saved_variables()[0];
    return {DropoutGradient::apply(gradients[0], y.detach(), restore_rule(ctx)), Tensor{}};
  }
};

Rule checked_rule(const Tensor& x, double slope, double p, const std::vector<std::uint64_t>& seeds) {
  if (!(p >= 0 && p < 1)) throw Error("dropout: the probability must be in [0, 1)");
  if (!(slope >= 0 && slope <= 1)) throw Error("leaky_relu: the slope must be in [0, 1]");
  const auto batches = static_cast<std::int64_t>(seeds.size());
  if (batches == 0 || x.numel() % batches != 0) throw Error("dropout: the batches must be equal");
  return {slope, std::min<std::int64_t>(std::llround(p * one), 65535), seeds,
          BatchShareScope::current().number * (x.numel() / batches)};
}

/// x with its elements side by side, and its batches one after the other.
Tensor in_order(const Tensor& x, const Rule& r) {
  const bool apart = r.batches() == 1 || x.stride(0) * x.size(0) == x.numel();
  return apart && x.is_non_overlapping_and_dense() ? x : x.contiguous();
}

/// Which elements of x are kept: bool, laid out as x, which is dense.
Tensor kept_of(const Tensor& x, const Rule& r) {
  const std::int64_t skipped = r.first % Rule::kLanes, count = x.numel() / r.batches();
  const std::int64_t numbers = (skipped + count + Rule::kLanes - 1) / Rule::kLanes;
  // LibTorch's 16-bit integers are signed: with its highest bit the other way round each is less by 32768, in order.
  constexpr std::int64_t kHighestBits = -0x7FFF7FFF7FFF8000;
  std::vector<Tensor> kept;
  for (std::int64_t batch = 0; batch < r.batches(); ++batch) {
    const Tensor parts = random_bits(r.counter(batch), numbers, x.device()).bitwise_xor_(kHighestBits).view(at::kShort);
    kept.push_back(parts.narrow(0, skipped, count) >= r.threshold - 32768);
  }
  return (kept.size() == 1 ? kept[0] : at::cat(kept)).as_strided(x.sizes(), x.strides());
}

/// x * mask * scale, rounded once: linear in x, so that its gradient is the same operation again.
struct MaskedScale : torch::autograd::Function<MaskedScale> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& mask, double scale) {
    ctx->save_for_backward({mask});
    ctx->saved_data["scale"] = scale;
    return at::native_dropout_backward(x, mask, scale);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const Tensor mask = ctx->get_saved_variables()[0];
    return {MaskedScale::apply(gradients[0], mask, ctx->saved_data["scale"].toDouble()), Tensor{}, Tensor{}};
  }
};

}  // namespace

Tensor leaky_relu_dropout(const Tensor& x, double slope, double p, const std::vector<std::uint64_t>& seeds) {
  const Rule rule = checked_rule(x, slope, p, seeds);
  // The kernel knows nothing of steps whose number lies on the device.
  if (!runs_here(x) || (rule.threshold > 0 && (rule.first % Rule::kLanes != 0 || StepNumberScope::active())))
    return leaky_relu_dropout_in_operations(x, slope, p, seeds);
  return LeakyDropout::apply(in_order(x, rule), rule);
}

Tensor leaky_relu_dropout_in_operations(const Tensor& x, double slope, double p,
                                        const std::vector<std::uint64_t>& seeds) {
  const Rule rule = checked_rule(x, slope, p, seeds);
  const Tensor dense = in_order(x, rule);
  const Tensor active = slope == 1 ? dense : at::leaky_relu(dense, slope);
  if (rule.threshold == 0) return active;
  return MaskedScale::apply(active, kept_of(dense, rule), one / (one - static_cast<double>(rule.threshold)));
}

Tensor dropout(const Tensor& x, double p, const std::vector<std::uint64_t>& seeds) {
  return leaky_relu_dropout(x, 1.0, p, seeds);
}

}  // namespace ganymede::nn::kernels
