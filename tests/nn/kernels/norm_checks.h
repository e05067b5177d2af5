// What the tests of the normalisations with a rectifier share.
#pragma once

#include <vector>

#include "checks.h"

namespace ganymede::test {

struct NormCase {
  std::vector<std::int64_t> sizes;
  double slope;
};

inline std::ostream& operator<<(std::ostream& s, const NormCase& c) {
  return s << at::IntArrayRef(c.sizes) << " slope " << c.slope;
}

/// x, weight and bias.
inline Tensors norm_inputs(const NormCase& c, at::ScalarType x_type = at::kDouble, at::ScalarType type = at::kDouble) {
  return {(normal(c.sizes, 1) * 2 + 3).to(x_type), normal({c.sizes[1]}, 2, type), normal({c.sizes[1]}, 3, type)};
}

/// `kernel` and `plain` make a formula of a slope.
template <class Kernel, class Plain>
void expect_norms_agree_in_small_types(const NormCase& c, const Kernel& kernel, const Plain& plain) {
  const Tensors exact = norm_inputs(c);
  // A rectifier's kink may be on the other side after rounding, so gradients are compared without one.
  expect_agreement(kernel(1), plain(1), {exact[0].to(at::kFloat), exact[1].to(at::kFloat), exact[2].to(at::kFloat)},
                   exact, 2e-5);
  const Tensors rounded = {exact[0].to(at::kBFloat16).to(at::kDouble), exact[1], exact[2]};
  expect_agreement(kernel(1), plain(1),
                   {rounded[0].to(at::kBFloat16), exact[1].to(at::kFloat), exact[2].to(at::kFloat)}, rounded, 0.02);
  const Tensor y = kernel(c.slope)(norm_inputs(c, at::kBFloat16, at::kFloat));
  EXPECT_EQ(y.scalar_type(), at::kBFloat16);
  EXPECT_LE(distance(y, plain(c.slope)(rounded)), 0.01);
}

inline void expect_same_bytes_for_any_number_of_threads(const Formula& kernel, const Tensors& inputs) {
  const int before = at::get_num_threads();
  std::vector<Tensors> results;
  for (const int threads : {1, 1, 2, 3}) {
    at::set_num_threads(threads);
    results.push_back(value_and_gradients(kernel, inputs));
  }
  at::set_num_threads(before);
  for (const Tensors& r : results)
    for (std::size_t i = 0; i < r.size(); ++i) EXPECT_TRUE(same(r[i], results[0][i])) << "tensor " << i;
}

}  // namespace ganymede::test
