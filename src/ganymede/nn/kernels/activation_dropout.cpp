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
  std::int64_t threshold;  // of `one`
  std::uint64_t seed;
  std::int64_t first;  ///< the place of the tensor's first element among those of the whole batch (core/batch_share.h)

  /// Of the numbers, each for `kLanes` elements.
  std::uint64_t counter() const { return mix64(seed) + static_cast<std::uint64_t>(first / kLanes); }
  static constexpr std::int64_t kLanes = 4;
};

template <class Real>
DropoutRule<Real> rule_for(const Rule& r) {
  const auto threshold = static_cast<double>(r.threshold);
  return {r.counter(), static_cast<std::uint16_t>(r.threshold), static_cast<Real>(one / (one - threshold)),
          static_cast<Real>(r.slope)};
}

/// Calls `run(first element, count)` over all elements, in parallel, in whole groups.
template <class Run>
void for_groups(std::int64_t count, const Run& run) {
  parallel_for(0, (count + mask_group - 1) / mask_group, groups_per_task, [&](std::int64_t begin, std::int64_t end) {
    run(begin * mask_group, std::min(end * mask_group, count) - begin * mask_group);
  });
}

template <class T>
void forward_as(const Tensor& x, const Rule& r, const Tensor& y) {
  const auto rule = rule_for<Compute<T>>(r);
  for_groups(x.numel(), [&](std::int64_t first, std::int64_t count) {
    dropout_run<T>(data_of<const T>(x) + first, first, count, rule, data_of<T>(y) + first);
  });
}

template <class T>
void gradient_as(const Tensor& dy, const Tensor& y, const Rule& r, const Tensor& dx) {
  const auto rule = rule_for<Compute<T>>(r);
  for_groups(y.numel(), [&](std::int64_t first, std::int64_t count) {
    dropout_gradient_run<T>(data_of<const T>(dy) + first, data_of<const T>(y) + first, first, count, rule,
                            data_of<T>(dx) + first);
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
  ctx->saved_data["seed"] = static_cast<std::int64_t>(r.seed);
  ctx->saved_data["first"] = r.first;
}

Rule restore_rule(AutogradContext* ctx) {
  return {ctx->saved_data["slope"].toDouble(), ctx->saved_data["threshold"].toInt(),
          static_cast<std::uint64_t>(ctx->saved_data["seed"].toInt()), ctx->saved_data["first"].toInt()};
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

Rule checked_rule(double slope, double p, std::uint64_t seed) {
  if (!(p >= 0 && p < 1)) throw Error("dropout: the probability must be in [0, 1)");
  if (!(slope >= 0 && slope <= 1)) throw Error("leaky_relu: the slope must be in [0, 1]");
  return {slope, std::min<std::int64_t>(std::llround(p * one), 65535), seed, 0};
}

/// `apply` of x, or of each batch of several whose images lie apart from one another in the whole batches.
template <class Apply>
Tensor each_batch(const Tensor& x, Rule rule, const Apply& apply) {
  const Tensor dense = x.is_non_overlapping_and_dense() ? x : x.contiguous();
  const BatchShare& share = BatchShareScope::current();
  if (share.of == 1 || share.batches == 1 || rule.threshold == 0) {
    rule.first = share.number * x.numel();
    return apply(dense, rule);
  }
  std::vector<Tensor> out;
  for (const Tensor& batch : dense.chunk(share.batches)) {
    rule.first = (static_cast<std::int64_t>(out.size()) * share.of + share.number) * batch.numel();
    out.push_back(apply(batch, rule));
  }
  return at::cat(out);
}

/// Which elements of x are kept: bool, laid out as x, which is dense.
Tensor kept_of(const Tensor& x, const Rule& r) {
  const std::int64_t skipped = r.first % Rule::kLanes;
  const std::int64_t numbers = (skipped + x.numel() + Rule::kLanes - 1) / Rule::kLanes;
  // LibTorch's 16-bit integers are signed: with its highest bit the other way round each is less by 32768, in order.
  constexpr std::int64_t kHighestBits = -0x7FFF7FFF7FFF8000;
  const Tensor parts = random_bits(r.counter(), numbers, x.device()).bitwise_xor_(kHighestBits).view(at::kShort);
  return (parts.narrow(0, skipped, x.numel()) >= r.threshold - 32768).as_strided(x.sizes(), x.strides());
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

Tensor in_operations(const Tensor& x, const Rule& rule) {
  const Tensor active = rule.slope == 1 ? x : at::leaky_relu(x, rule.slope);
  if (rule.threshold == 0) return active;
  return MaskedScale::apply(active, kept_of(x, rule), one / (one - static_cast<double>(rule.threshold)));
}

}  // namespace

Tensor leaky_relu_dropout(const Tensor& x, double slope, double p, std::uint64_t seed) {
  return each_batch(x, checked_rule(slope, p, seed), [](const Tensor& dense, const Rule& rule) {
    // The kernel knows nothing of steps whose number lies on the device.
    const bool here =
        runs_here(dense) && (rule.threshold == 0 || (rule.first % Rule::kLanes == 0 && !StepNumberScope::active()));
    return here ? LeakyDropout::apply(dense, rule) : in_operations(dense, rule);
  });
}

Tensor leaky_relu_dropout_in_operations(const Tensor& x, double slope, double p, std::uint64_t seed) {
  return each_batch(x, checked_rule(slope, p, seed), in_operations);
}

Tensor dropout(const Tensor& x, double p, std::uint64_t seed) {
  return leaky_relu_dropout(x, 1.0, p, seed);
}

}  // namespace ganymede::nn::kernels
