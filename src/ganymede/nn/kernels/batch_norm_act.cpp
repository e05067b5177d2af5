#include "ganymede/nn/kernels/batch_norm_act.h"

#include <fmt/format.h>

#include <cmath>

#include "ganymede/core/batch_share.h"
#include "ganymede/core/error.h"
#include "ganymede/nn/kernels/normalisation.h"

namespace ganymede::nn::kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Calls `work(first row, rows)` over all rows, in parallel.
template <class Work>
void for_rows(const Matrix& m, const Work& work) {
  parallel_for(0, m.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
    work(begin * block_rows, std::min(end * block_rows, m.rows) - begin * block_rows);
  });
}

struct Moments {
  Tensor mean, variance;  // the biased variance
};

/// The processes whose images a normalisation's statistics are of: this one, or all that share the batch.
struct Extent {
  std::int64_t processes = 1;
  const ProcessSum* sum = nullptr;  ///< null for one process

  static Extent of_the_batch() {
    const BatchShare& share = BatchShareScope::current();
    return share.statistics == nullptr ? Extent{} : Extent{share.of, share.statistics};
  }
  explicit operator bool() const { return sum != nullptr; }
};

/// The sum over processes as an operation: every process's loss depends on what each one put in, so its gradient is the
/// sum of all their gradients.
struct SumOverProcesses : torch::autograd::Function<SumOverProcesses> {
  static Tensor forward(AutogradContext* ctx, const Tensor& values, const Extent& extent) {
    ctx->saved_data["sum"] = reinterpret_cast<std::int64_t>(extent.sum);
    const Tensor sums = values.detach().contiguous().clone();
    extent.sum->add_up(sums);
    return sums;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const Extent extent{0, reinterpret_cast<const ProcessSum*>(ctx->saved_data["sum"].toInt())};
    return {SumOverProcesses::apply(gradients[0], extent), Tensor{}};
  }
};

/// The mean over `over` of all processes' images, each with as many; differentiable.
Tensor mean_over(const Tensor& x, const std::vector<std::int64_t>& over, const Extent& extent) {
  const Tensor own = x.mean(over, /*keepdim=*/true);
  return extent ? SumOverProcesses::apply(own, extent) / static_cast<double>(extent.processes) : own;
}

/// The moments of all processes' images from those of this one. They are taken about `around`, [C], the same
/// everywhere: the running mean, which is near enough for the difference of squares to lose nothing that matters.
Moments over_processes(const Moments& own, const Tensor& around, const Extent& extent) {
  const Tensor shift = around.to(at::kDouble), offset = own.mean.to(at::kDouble) - shift;
  const Tensor sums = at::stack({offset, own.variance.to(at::kDouble) + offset.square()});
  extent.sum->add_up(sums);
  const Tensor means = sums / static_cast<double>(extent.processes);
  const auto type = own.mean.scalar_type();
  return {(means[0] + shift).to(type), (means[1] - means[0].square()).clamp_min(0).to(type)};
}

/// `totals` become their sums over the processes.
void add_up(std::vector<double>& totals, const Extent& extent) {
  if (!extent) return;
  extent.sum->add_up(torch::from_blob(totals.data(), {static_cast<std::int64_t>(totals.size())}, at::kDouble));
}

template <class T>
Moments moments(const Tensor& x) {
  Moments result{at::empty({x.size(1)}, x.options().dtype(statistics_type(x))), {}};
  result.variance = at::empty_like(result.mean);
  column_statistics<T>(data_of<const T>(x), Matrix(x), data_of<Compute<T>>(result.mean),
                       data_of<Compute<T>>(result.variance));
  return result;
}

/// The tensors are contiguous, [channels], in the statistics' type.
template <class Real>
Affine<Real> affine(const Tensor& mean, const Tensor& scale, const Tensor& bias, double slope) {
  return {data_of<const Real>(mean), data_of<const Real>(scale), data_of<const Real>(bias), static_cast<Real>(slope)};
}

template <class T>
Tensor forward_pass(const Tensor& x, const Tensor& mean, const Tensor& scale, const Tensor& bias, double slope) {
  const Matrix m(x);
  const Tensor y = at::empty_like(x);
  const auto map = affine<Compute<T>>(mean, scale, bias, slope);
  for_rows(m, [&](std::int64_t row, std::int64_t rows) {
    normalise<T>(data_of<const T>(x) + row * m.channels, rows, m.channels, map, data_of<T>(y) + row * m.channels);
  });
  return y;
}

/// How a normalisation works, beside its tensors.
struct Manner {
  double eps, slope;
  bool training;  ///< its statistics are those of x, so that a gradient flows through them
  Extent extent;  ///< in training: whose images x is with
};

struct Gradients {
  Tensor dx, dscale, dbias;  // dscale is with respect to `weight * inverse`, summed g * (x - mean)
};

/// What forward() computed with, contiguous, [channels], in the statistics' type.
struct Applied {
  const Tensor &mean, &inverse, &scale, &bias;
};

template <class T>
Gradients backward_pass(const Tensor& x, const Tensor& dy, const Applied& applied, const Manner& manner, bool need_dx) {
  using Real = Compute<T>;
  const Matrix m(x);
  const auto map = affine<Real>(applied.mean, applied.scale, applied.bias, manner.slope);
  const T *px = data_of<const T>(x), *pdy = data_of<const T>(dy);
  const std::vector<double> total = gradient_sums<T>(px, pdy, m, map);
  Gradients result{{}, at::empty_like(applied.mean), at::empty_like(applied.mean)};
  // A process's own part of the weight's gradient: the parts are added up with all other gradients.
  std::vector<double> of_batch = total;
  add_up(of_batch, manner.extent);
  std::vector<Real> mean_g(static_cast<std::size_t>(m.channels)), slope_g(mean_g.size());
  for (std::size_t c = 0; c < mean_g.size(); ++c) {
    const double n = static_cast<double>(m.rows * manner.extent.processes), products = of_batch[c + mean_g.size()];
    const double inv = static_cast<double>(data_of<const Real>(applied.inverse)[c]);
    data_of<Real>(result.dbias)[c] = static_cast<Real>(total[c]);
    data_of<Real>(result.dscale)[c] = static_cast<Real>(total[c + mean_g.size()] * inv);
    mean_g[c] = manner.training ? static_cast<Real>(of_batch[c] / n) : Real{0};
    slope_g[c] = manner.training ? static_cast<Real>(products * inv * inv / n) : Real{0};
  }
  if (!need_dx) return result;
  result.dx = at::empty_like(x);
  for_rows(m, [&](std::int64_t row, std::int64_t rows) {
    const std::int64_t at = row * m.channels;
    input_gradient<T>(px + at, pdy + at, rows, m.channels, map, {mean_g.data(), slope_g.data()},
                      data_of<T>(result.dx) + at);
  });
  return result;
}

/// The same gradients as differentiable operations, for second derivatives. `mean` and `inverse` are those of
/// evaluation; in training they are computed again, as functions of x.
variable_list differentiable_backward(const Tensor& x, const Tensor& dy, const Tensor& weight, const Tensor& bias,
                                      const Tensor& mean, const Tensor& inverse, const Manner& manner) {
  const std::vector<std::int64_t> shape = along_channels(x);
  Normalised y{x, weight, bias, mean.view(shape), inverse.view(shape), manner.slope};
  if (!manner.training) return differentiable_gradients(y, dy, {});
  const auto mean_of_batch = [&](const Tensor& t) { return mean_over(t, beside_channels(x), manner.extent); };
  const Tensor wide = x.to(statistics_type(x));
  y.mean = mean_of_batch(wide);
  y.inverse = (mean_of_batch((wide - y.mean).square()) + manner.eps).rsqrt();
  return differentiable_gradients(y, dy, mean_of_batch);
}

/// Normalisation with given statistics.
struct Normalise : torch::autograd::Function<Normalise> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const OptionalTensor& weight, const OptionalTensor& bias,
                        const Tensor& mean, const Tensor& variance, const Manner& manner) {
    const at::ScalarType type = mean.scalar_type();
    const Tensor inverse = (variance + manner.eps).rsqrt();
    const Tensor scale = weight.has_value() ? (inverse * weight->to(type)).contiguous() : inverse;
    const Tensor shift = bias.has_value() ? bias->to(type).contiguous() : at::zeros_like(mean);
    ctx->save_for_backward(
        {x, weight.has_value() ? *weight : Tensor{}, bias.has_value() ? *bias : Tensor{}, mean, inverse, scale, shift});
    ctx->saved_data["eps"] = manner.eps;
    ctx->saved_data["slope"] = manner.slope;
    ctx->saved_data["training"] = manner.training;
    ctx->saved_data["processes"] = manner.extent.processes;
    ctx->saved_data["sum"] = reinterpret_cast<std::int64_t>(manner.extent.sum);
    return for_type(x, [&]<class T>() { return forward_pass<T>(x, mean, scale, shift, manner.slope); });
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &bias = saved[2], &mean = saved[3], &inverse = saved[4];
    const Manner manner{ctx->saved_data["eps"].toDouble(), ctx->saved_data["slope"].toDouble(),
                        ctx->saved_data["training"].toBool(),
                        Extent{ctx->saved_data["processes"].toInt(),
                               reinterpret_cast<const ProcessSum*>(ctx->saved_data["sum"].toInt())}};
    variable_list result(6);  // one for each argument of forward()
    if (at::GradMode::is_enabled()) {
      variable_list g = differentiable_backward(x, gradients[0], weight, bias, mean, inverse, manner);
      std::move(g.begin(), g.end(), result.begin());
      return result;
    }
    const Tensor dy = laid_out_like(gradients[0], x);
    const Gradients g = for_type(x, [&]<class T>() {
      return backward_pass<T>(x, dy, {mean, inverse, saved[5], saved[6]}, manner, ctx->needs_input_grad(0));
    });
    result[0] = g.dx;
    if (weight.defined()) result[1] = g.dscale.to(weight.scalar_type());
    if (bias.defined()) result[2] = g.dbias.to(bias.scalar_type());
    return result;
  }
};

void check(const Tensor& x, const BatchNormTensors& state, bool batch_statistics, const Extent& extent) {
  const bool shape = (x.dim() == 4 || x.dim() == 2) && x.numel() > 0;
  for (const Tensor& t : {state.weight, state.bias, state.running_mean, state.running_var})
    if (!shape || (t.defined() && (t.dim() != 1 || t.size(0) != x.size(1))))
      throw Error(fmt::format("batch norm: an input of {} does not fit the layer", fmt::join(x.sizes(), " x ")));
  if (batch_statistics && !extent && x.numel() == x.size(1))
    throw Error("batch norm: one value per channel has no variance", {}, "train with a batch size above 1");
}

/// running += momentum * (value - running), in place.
void move_towards(const Tensor& running, const Tensor& value, double momentum) {
  const at::NoGradGuard no_grad;
  running.lerp_(value.to(running.scalar_type()), momentum);
}

/// With the whole batch's statistics, in LibTorch's operations: on other devices than the CPU.
Tensor over_processes_in_operations(const Tensor& x, const BatchNormTensors& state, double momentum,
                                    const Manner& manner) {
  const std::vector<std::int64_t> over = beside_channels(x), shape = along_channels(x);
  const Tensor wide = x.to(statistics_type(x));
  const Tensor mean = mean_over(wide, over, manner.extent);
  const Tensor variance = mean_over((wide - mean).square(), over, manner.extent);
  const double n = static_cast<double>(x.numel() / x.size(1) * manner.extent.processes);
  if (state.running_mean.defined()) move_towards(state.running_mean, mean.detach().flatten(), momentum);
  if (state.running_var.defined())
    move_towards(state.running_var, variance.detach().flatten() * (n / (n - 1)), momentum);
  Tensor y = (wide - mean) * (variance + manner.eps).rsqrt();
  if (state.weight.defined()) y = y * state.weight.view(shape);
  if (state.bias.defined()) y = y + state.bias.view(shape);
  y = y.to(x.scalar_type());
  return manner.slope == no_activation ? y : at::leaky_relu(y, manner.slope);
}

}  // namespace

Tensor batch_norm_act(const Tensor& x, const BatchNormTensors& state, bool training, double momentum, double eps,
                      double slope) {
  const bool batch_statistics = training || !state.running_mean.defined();
  const Extent extent = training ? Extent::of_the_batch() : Extent{};
  check(x, state, batch_statistics, extent);
  if (!runs_here(x)) {
    if (extent) return over_processes_in_operations(x, state, momentum, {eps, slope, batch_statistics, extent});
    const Tensor y = at::batch_norm(x, optional(state.weight), optional(state.bias), optional(state.running_mean),
                                    optional(state.running_var), batch_statistics, momentum, eps, true);
    return slope == no_activation ? y : at::leaky_relu(y, slope);
  }
  const Tensor input = x.dim() == 4 ? x.contiguous(at::MemoryFormat::ChannelsLast) : x.contiguous();
  const at::ScalarType type = statistics_type(x);
  Tensor mean, variance;
  if (batch_statistics) {
    Moments m = for_type(input, [&]<class T>() { return moments<T>(input); });
    if (extent)
      m = over_processes(m, state.running_mean.defined() ? state.running_mean : at::zeros_like(m.mean), extent);
    mean = m.mean;
    variance = m.variance;
    const double n = static_cast<double>(x.numel() / x.size(1) * extent.processes);
    if (training && state.running_mean.defined()) move_towards(state.running_mean, mean, momentum);
    if (training && state.running_var.defined()) move_towards(state.running_var, variance * (n / (n - 1)), momentum);
  } else {
    mean = state.running_mean.to(type).contiguous();
    variance = state.running_var.to(type).contiguous();
    if (mean.is_same(state.running_mean)) mean = mean.clone();  // it may move before the backward pass
  }
  return Normalise::apply(input, optional(state.weight), optional(state.bias), mean, variance,
                          Manner{eps, slope, batch_statistics, extent});
}

}  // namespace ganymede::nn::kernels
