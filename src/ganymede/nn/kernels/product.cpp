#include "ganymede/nn/kernels/product.h"

#include <algorithm>

#include "ganymede/core/parallel.h"
#include "ganymede/core/precision.h"
#include "ganymede/nn/kernels/few_rows.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

namespace {

// A part has at least so many multiply-adds, and so many rows or columns of the result. How many there are at most does
// not depend on the threads: a BLAS adds in another order for another shape, and so would the values.
constexpr double kWorthAPart = 8e6;
constexpr std::int64_t kNarrowest = 32, kMost = 64;
constexpr std::int64_t kFewRows = 16;  // those of a batch when images are generated

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

/// f32, on the CPU, few_rows.h's way.
Tensor few_rows_product(const Tensor& a, const Tensor& b) {
  constexpr std::int64_t worth_a_part = 1 << 20, wide = kFewRowsColumns;  // multiply-adds, columns
  const FewRowsShape s{a.size(0), a.size(1), b.size(1)};
  const bool along = !b.is_contiguous() && b.t().is_contiguous();
  const Tensor left = a.contiguous(), right = along ? b : b.contiguous();
  const Tensor result = at::empty({s.rows, s.columns}, a.options());
  const auto *from = data_of<const float>(left), *weights = data_of<const float>(right);
  auto* const out = data_of<float>(result);
  const std::int64_t whole = s.columns / wide, rest = s.columns % wide;
  const std::int64_t grain = worth_a_part / std::max<std::int64_t>(s.rows * s.depth * wide, 1) + 1;
  parallel_for(0, whole, grain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * wide, count = (end - begin) * wide;
    if (along) return few_rows_along(from, weights + first * s.depth, s, count, out + first);
    for (std::int64_t c = first; c < first + count; c += wide)
      few_rows_across(from, weights + c, s.columns, s, wide, out + c);
  });
  const std::int64_t last = whole * wide;
  if (along) {
    few_rows_along(from, weights + last * s.depth, s, rest, out + last);
  } else if (rest > 0) {
    const Tensor filled = at::constant_pad_nd(right.narrow(1, last, rest), {0, wide - rest}, 0);
    few_rows_across(from, data_of<const float>(filled), wide, s, rest, out + last);
  }
  return result;
}

}  // namespace

Tensor product(const Tensor& a, const Tensor& b) {
  return Product::apply(a, b);
}

Tensor product_value(const Tensor& a, const Tensor& b) {
  if (multiplies_in_float(a)) return product_value(a.to(at::kFloat), b.to(at::kFloat)).to(a.scalar_type());
  if (!a.is_cpu() || a.scalar_type() == at::kBFloat16) return at::mm(a, b);
  if (a.scalar_type() == at::kFloat && a.size(0) <= kFewRows) return few_rows_product(a, b);
  const std::int64_t rows = a.size(0), columns = b.size(1);
  const double multiply_adds = static_cast<double>(rows * columns) * static_cast<double>(a.size(1));
  const std::int64_t worth = static_cast<std::int64_t>(multiply_adds / kWorthAPart);
  const std::int64_t parts = std::min({kMost, worth, std::max(rows, columns) / kNarrowest});
  if (parts <= 1) {
    const OneThread for_the_same_reason;
    return at::mm(a, b);
  }
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
