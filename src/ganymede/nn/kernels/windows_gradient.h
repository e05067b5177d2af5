// The weight gradient of a convolution as a product of matrices. Internal to nn/kernels; needs oneDNN.
#pragma once

#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/onednn.h"

namespace ganymede::nn::kernels {

/// gradient [O, kh kw C] = out^T [O, pixels] times windows [pixels, kh kw C], for results a few pixels high and wide:
/// oneDNN's own loop goes along a row of them, and is half as fast as a product where that is four long; copying the
/// windows costs a tenth. Images and `gradient`, f32, are dense and channels-last. Sums are over all images at once, so
/// they depend on the number of threads by the product's own blocks alone. False where the shape is another, or oneDNN
/// has no fast way.
bool windows_gradient(const ConvShape& shape, const Tensor& image, const Tensor& out, const Tensor& gradient);

}  // namespace ganymede::nn::kernels
