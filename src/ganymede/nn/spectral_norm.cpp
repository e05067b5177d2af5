#include "ganymede/nn/spectral_norm.h"

namespace ganymede::nn {
namespace {

constexpr double kTiny = 1e-12;

void normalise_into(const Tensor& target, const Tensor& value) {
  target.copy_(value / value.norm().clamp_min(kTiny));
}

}  // namespace

Tensor spectral_normalised(const Tensor& weight, const Tensor& u, const Tensor& v, bool training) {
  const Tensor matrix = weight.reshape({weight.size(0), -1});
  Tensor u_now, v_now;
  {
    torch::NoGradGuard constant;
    if (training) {
      normalise_into(v, at::mv(matrix.t(), u));
      normalise_into(u, at::mv(matrix, v));
    }
    // Copies, because a second pass moves u and v before the first one's gradient is taken.
    u_now = u.clone();
    v_now = v.clone();
  }
  const Tensor sigma = at::dot(u_now, at::mv(matrix, v_now));
  return weight / sigma;
}

}  // namespace ganymede::nn
