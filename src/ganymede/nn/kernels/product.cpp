#include "ganymede/nn/kernels/product.h"

#include <algorithm>

#include "ganymede/core/parallel.h"
#include "ganymede/core/precision.h"

namespace ganymede::nn::kernels {

namespace {

// A part has at least so many multiply-adds, and so many rows or columns of the result.
constexpr double kWorthAPart = 8e6;
constexpr std::int64_t kNarrowest = 32;

/// a^T g, laid out as `b` is: a weight's gradient is added up and rounded where the weight lies, which is transposed
/// here.
Tensor second_gradient(const Tensor& a, const Tensor& b, const Tensor& gradient) {
  const bool transposed = !b.is_contiguous() && b.t().is_contiguous();
  return transposed ? product(gradient.t(), a).t() : product(a.t(), gradient);
}

struct Product : torch::autograd::Function<Product> {
  static Tensor forward(torch::autograd::AutogradContext* ctx, const Tensor& a, const Tensor& b) {
    ctx->save_for_backward({a, b});
    return product_value(a, b);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = ctx->get_saved_variables();
    torch::autograd::variable_list result(2);
    if (ctx->needs_input_grad(0)) result[0] = product(gradients[0], saved[1].t());
    if (ctx->needs_input_grad(1)) result[1] = second_gradient(saved[0], saved[1], gradients[0]);
    return result;
  }
};

}  // namespace

Tensor product(const Tensor& a, const Tensor& b) {
  return Product::apply(a, b);
}

Tensor product_value(const Tensor& a, const Tensor& b) {
  if (multiplies_in_float(a)) return product_value(a.to(at::kFloat), b.to(at::kFloat)).to(a.scalar_type());
  if (!a.is_cpu() || a.scalar_type() == at::kBFloat16) return at::mm(a, b);
  const std::int64_t rows = a.size(0), columns = b.size(1);
  const double multiply_adds = static_cast<double>(rows * columns) * static_cast<double>(a.size(1));
  const std::int64_t worth = static_cast<std::int64_t>(multiply_adds / kWorthAPart);
  const std::int64_t parts = std::min({useful_parts(), worth, std::max(rows, columns) / kNarrowest});
  if (parts <= 1) return at::mm(a, b);
  const Tensor result = at::empty({rows, columns}, a.options());
  const std::int64_t side = rows > columns ? 0 : 1, length = std::max(rows, columns);
  in_parts(parts, [&](std::int64_t i) {
    const std::int64_t first = length * i / parts, count = length * (i + 1) / parts - first;
    Tensor part = result.narrow(side, first, count);
    at::mm_out(part, side == 0 ? a.narrow(0, first, count) : a, side == 1 ? b.narrow(1, first, count) : b);
  });
  return result;
}

}  // namespace ganymede::nn::kernels
