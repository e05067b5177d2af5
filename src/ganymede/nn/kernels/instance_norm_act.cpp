#include "ganymede/nn/kernels/instance_norm_act.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

#include "ganymede/core/error.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/kernels/norm_second_passes.h"
#include "ganymede/nn/kernels/normalisation.h"

namespace ganymede::nn::kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The mean over the pixels of each image.
Tensor mean_of_image(const Tensor& x) {
  return x.mean({2, 3}, /*keepdim=*/true);
}

Tensor inverse_deviation(const Tensor& x, const Tensor& mean, double eps) {
  return (mean_of_image((x - mean).square()) + eps).rsqrt();
}

/// Image `index` of a tensor with as many numbers for each.
template <class T>
T* at_image(const Tensor& t, std::int64_t index) {
  return data_of<T>(t) + index * (t.numel() / t.size(0));
}

/// What a pass over an image needs of the forward one: [N, C] in the statistics' type, but for `bias`, [C].
struct Statistics {
  Tensor mean, inverse, scale, bias;

  template <class Real>
  Affine<Real> map(std::int64_t image, double slope) const {
    return {at_image<const Real>(mean, image), at_image<const Real>(scale, image), data_of<const Real>(bias),
            static_cast<Real>(slope)};
  }
};

template <class T>
Tensor forward_pass(const Tensor& x, const Tensor& weight, double eps, double slope, const Statistics& s) {
  using Real = Compute<T>;
  const Matrix m(x.size(2) * x.size(3), x.size(1));
  const Tensor y = at::empty_like(x);
  parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const T* image = at_image<const T>(x, i);
      Real *inverse = at_image<Real>(s.inverse, i), *scale = at_image<Real>(s.scale, i);
      column_statistics<T>(image, m, at_image<Real>(s.mean, i), inverse);
      for (std::int64_t c = 0; c < m.channels; ++c) {
        inverse[c] = 1 / std::sqrt(inverse[c] + static_cast<Real>(eps));
        scale[c] = inverse[c] * (weight.defined() ? data_of<const Real>(weight)[c] : Real{1});
      }
      normalise<T>(image, m.rows, m.channels, s.map<Real>(i, slope), at_image<T>(y, i));
    }
  });
  return y;
}

struct Gradients {
  Tensor dx, sums;  // `sums`: double [N, 2, C], of g * hat and of g
};

template <class T>
Gradients backward_pass(const Tensor& x, const Tensor& dy, const Statistics& s, double slope) {
  using Real = Compute<T>;
  const Matrix m(x.size(2) * x.size(3), x.size(1));
  const Gradients result{at::empty_like(x), at::empty({x.size(0), 2, m.channels}, at::kDouble)};
  parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const auto channels = static_cast<std::size_t>(m.channels);
    std::vector<Real> mean_g(channels), slope_g(channels);
    for (std::int64_t i = begin; i < end; ++i) {
      const T *px = at_image<const T>(x, i), *pdy = at_image<const T>(dy, i);
      const Affine<Real> map = s.map<Real>(i, slope);
      const std::vector<double> total = gradient_sums<T>(px, pdy, m, map);
      double* sums = at_image<double>(result.sums, i);
      for (std::size_t c = 0; c < channels; ++c) {
        const double n = static_cast<double>(m.rows);
        const double inverse = static_cast<double>(at_image<const Real>(s.inverse, i)[c]);
        sums[c] = total[c + channels] * inverse;
        sums[c + channels] = total[c];
        mean_g[c] = static_cast<Real>(total[c] / n);
        slope_g[c] = static_cast<Real>(sums[c] * inverse / n);
      }
      input_gradient<T>(px, pdy, m.rows, m.channels, map, {mean_g.data(), slope_g.data()}, at_image<T>(result.dx, i));
    }
  });
  return result;
}

/// The derivatives of sum(u * dx), dx being backward_pass's, by x, dy and the weight. With hat = (x - mean) * inverse
/// and means over an image's pixels, dx = weight * inverse * (g - mean(g) - hat * mean(g * hat)).
struct SecondGradients {
  Tensor dx, ddy, dweight;  // `dweight`: double [N, C]
};

/// Factors of one image's channels, from means over its pixels.
template <class Real>
class ImageFactors {
 public:
  explicit ImageFactors(std::size_t channels) : channels_(channels), factors_(6 * channels) {}
  SecondMap<Real> map() const {
    const Real* f = factors_.data();
    const auto n = static_cast<std::ptrdiff_t>(channels_);
    return {f, f + n, f + 2 * n, f + 3 * n, f + 4 * n, f + 5 * n};
  }
  /// Of channel c: means of u, u * hat, u * g, g and g * hat. Returns the derivative by the weight.
  double set(std::size_t c, double inverse, double scale, const std::array<double, 5>& means, double pixels) {
    const auto [u, u_hat, u_g, g, g_hat] = means;
    const double by_u = -scale * inverse * g_hat, by_g = -scale * inverse * u_hat;
    const double by_x = -scale * inverse * inverse * (u_g - u * g - 3 * g_hat * u_hat);
    const std::array<double, 6> values{by_u, by_g, by_x, -by_u * u - by_g * g, -scale * inverse * u_hat, -scale * u};
    for (std::size_t i = 0; i < values.size(); ++i) factors_[i * channels_ + c] = static_cast<Real>(values[i]);
    return pixels * inverse * (u_g - u * g - u_hat * g_hat);
  }

 private:
  std::size_t channels_;
  std::vector<Real> factors_;
};

template <class T>
SecondGradients second_pass(const Tensor& x, const Tensor& dy, const Tensor& u, const Statistics& s, const Tensor& sums,
                            double slope) {
  using Real = Compute<T>;
  const Matrix m(x.size(2) * x.size(3), x.size(1));
  const SecondGradients result{at::empty_like(x), at::empty_like(x), at::empty({x.size(0), m.channels}, at::kDouble)};
  parallel_for(0, x.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const auto channels = static_cast<std::size_t>(m.channels);
    const double n = static_cast<double>(m.rows);
    ImageFactors<Real> factors(channels);
    for (std::int64_t i = begin; i < end; ++i) {
      const SecondInputs<T> in{at_image<const T>(x, i), at_image<const T>(dy, i), at_image<const T>(u, i)};
      const Affine<Real> map = s.map<Real>(i, slope);
      const auto total = sum_blocks<3, Real>(m, [&](std::int64_t row, std::int64_t rows, Real* part) {
        second_sums<T>(in.from(row * m.channels), rows, m.channels, map, part);
      });
      const double* first = at_image<const double>(sums, i);
      for (std::size_t c = 0; c < channels; ++c) {
        const double inverse = static_cast<double>(at_image<const Real>(s.inverse, i)[c]);
        at_image<double>(result.dweight, i)[c] =
            factors.set(c, inverse, static_cast<double>(map.scale[c]),
                        {total[c] / n, total[c + channels] * inverse / n, total[c + 2 * channels] / n,
                         first[c + channels] / n, first[c] / n},
                        n);
      }
      second_gradient<T>(in, m.rows, m.channels, map, factors.map(), at_image<T>(result.dx, i),
                         at_image<T>(result.ddy, i));
    }
  });
  return result;
}

Tensor given(const OptionalTensor& t) {
  return t.has_value() ? *t : Tensor{};
}

/// x, weight and bias as autograd knows them, and the numbers that go with them.
struct Norm {
  Tensor x, weight, bias;
  double eps, slope;

  /// The gradients as differentiable operations.
  variable_list gradients(const Tensor& dy) const {
    const Tensor wide = x.to(statistics_type(x)), mean = mean_of_image(wide);
    return differentiable_gradients({x, weight, bias, mean, inverse_deviation(wide, mean, eps), slope}, dy,
                                    mean_of_image);
  }
  void save(AutogradContext* ctx, variable_list more) const {
    more.insert(more.begin(), {x, weight, bias});
    ctx->save_for_backward(std::move(more));
    ctx->saved_data["eps"] = eps;
    ctx->saved_data["slope"] = slope;
  }
  static Norm restore(AutogradContext* ctx, const variable_list& saved) {
    return {saved[0], saved[1], saved[2], ctx->saved_data["eps"].toDouble(), ctx->saved_data["slope"].toDouble()};
  }
};

/// The gradient by x alone, to be differentiated once more: what a gradient penalty asks for.
struct InputGradient : torch::autograd::Function<InputGradient> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& gradient, const OptionalTensor& weight,
                        const Norm& norm, const Statistics& s) {
    const Tensor dy = laid_out_like(gradient, x);
    const Gradients g = for_type(x, [&]<class T>() { return backward_pass<T>(x, dy, s, norm.slope); });
    Norm{x, given(weight), norm.bias, norm.eps, norm.slope}.save(
        ctx, {gradient, s.mean, s.inverse, s.scale, s.bias, g.sums});
    return g.dx;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const Norm norm = Norm::restore(ctx, saved);
    if (at::GradMode::is_enabled()) return differentiable(norm, saved[3], gradients[0]);
    const Tensor dy = laid_out_like(saved[3], norm.x), u = laid_out_like(gradients[0], norm.x);
    const Statistics s{saved[4], saved[5], saved[6], saved[7]};
    const SecondGradients g =
        for_type(norm.x, [&]<class T>() { return second_pass<T>(norm.x, dy, u, s, saved[8], norm.slope); });
    variable_list result(5);  // one for each argument of forward()
    result[0] = g.dx;
    result[1] = g.ddy.to(saved[3].scalar_type());
    if (norm.weight.defined()) result[2] = g.dweight.sum(0).to(norm.weight.scalar_type());
    return result;
  }

 private:
  /// As differentiable operations, for third derivatives.
  static variable_list differentiable(const Norm& norm, const Tensor& dy, const Tensor& u) {
    const Tensor dx = norm.gradients(dy)[0];
    variable_list result(5), asked;
    const variable_list inputs{norm.x, dy, norm.weight};
    const auto wanted = [](const Tensor& t) { return t.defined() && t.requires_grad(); };
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(asked), wanted);
    const variable_list found = torch::autograd::grad({dx}, asked, {u}, true, true, true);
    auto next = found.begin();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (wanted(inputs[i])) result[i] = *next++;
    return result;
  }
};

struct InstanceNorm : torch::autograd::Function<InstanceNorm> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const OptionalTensor& weight, const OptionalTensor& bias,
                        double eps, double slope) {
    const auto options = x.options().dtype(statistics_type(x)).memory_format(at::MemoryFormat::Contiguous);
    const Tensor w = weight.has_value() ? weight->to(statistics_type(x)).contiguous() : Tensor{};
    Statistics s{at::empty({x.size(0), x.size(1)}, options), {}, {}, {}};
    s.inverse = at::empty_like(s.mean), s.scale = at::empty_like(s.mean);
    s.bias = bias.has_value() ? bias->to(statistics_type(x)).contiguous() : at::zeros({x.size(1)}, options);
    const Tensor y = for_type(x, [&]<class T>() { return forward_pass<T>(x, w, eps, slope, s); });
    Norm{x, given(weight), given(bias), eps, slope}.save(ctx, {s.mean, s.inverse, s.scale, s.bias});
    return y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const variable_list saved = ctx->get_saved_variables();
    const Norm norm = Norm::restore(ctx, saved);
    const Statistics s{saved[3], saved[4], saved[5], saved[6]};
    const bool by_weights = norm.weight.defined() && (ctx->needs_input_grad(1) || ctx->needs_input_grad(2));
    variable_list result(5);  // one for each argument of forward()
    if (at::GradMode::is_enabled()) {
      if (by_weights) {
        variable_list g = norm.gradients(gradients[0]);
        std::move(g.begin(), g.end(), result.begin());
      } else {
        result[0] = InputGradient::apply(norm.x, gradients[0], optional(norm.weight), norm, s);
      }
      return result;
    }
    const Tensor dy = laid_out_like(gradients[0], norm.x);
    const Gradients g = for_type(norm.x, [&]<class T>() { return backward_pass<T>(norm.x, dy, s, norm.slope); });
    const Tensor sums = g.sums.sum(0);
    result[0] = g.dx;
    if (norm.weight.defined()) result[1] = sums[0].to(norm.weight.scalar_type());
    if (norm.bias.defined()) result[2] = sums[1].to(norm.bias.scalar_type());
    return result;
  }
};

/// In LibTorch's operations: on other devices than the CPU.
Tensor in_operations(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps, double slope) {
  const Tensor wide = x.to(statistics_type(x)), mean = mean_of_image(wide);
  Tensor y = (wide - mean) * inverse_deviation(wide, mean, eps);
  if (weight.defined()) y = y * weight.view({1, -1, 1, 1});
  if (bias.defined()) y = y + bias.view({1, -1, 1, 1});
  y = y.to(x.scalar_type());
  return slope == no_activation ? y : at::leaky_relu(y, slope);
}

}  // namespace

Tensor instance_norm_act(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps, double slope) {
  for (const Tensor& t : {weight, bias})
    if (x.dim() != 4 || (t.defined() && (t.dim() != 1 || t.size(0) != x.size(1))))
      throw Error(fmt::format("instance norm: an input of {} does not fit the layer", fmt::join(x.sizes(), " x ")));
  if (!runs_here(x) || x.numel() == 0) return in_operations(x, weight, bias, eps, slope);
  return InstanceNorm::apply(x.contiguous(at::MemoryFormat::ChannelsLast), optional(weight), optional(bias), eps,
                             slope);
}

}  // namespace ganymede::nn::kernels
