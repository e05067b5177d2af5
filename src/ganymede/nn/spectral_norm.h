// Spectral normalisation (Miyato et al. 2018): a weight divided by its largest singular value.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn {

/// The weight [O, ...] seen as a matrix [O, rest], divided by u^T W v. In training one power iteration moves `u` [O]
/// and `v` [rest] in place first. The gradient flows through W and through sigma, with u and v as constants, as in the
/// paper.
Tensor spectral_normalised(const Tensor& weight, const Tensor& u, const Tensor& v, bool training);

}  // namespace ganymede::nn
