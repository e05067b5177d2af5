// Optimisers' updates, one pass over memory for each parameter, with the exponential moving average of the parameters
// in the same pass. The formulas are PyTorch's. Nothing here is recorded by autograd; everything changes in place.
//
// All tensors of one parameter have the same shape, type (f32 or f64) and layout, and are dense; otherwise Error is
// thrown before anything is changed. A parameter whose gradient is undefined is left alone, but for its average.
#pragma once

#include <cstdint>
#include <span>

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// One parameter with its gradient, the optimiser's moments and, where an average is kept, the averaged copy.
struct UpdateTensors {
  Tensor param = {}, grad = {};
  Tensor first = {};    ///< Adam: mean of gradients; SGD and RMSprop: momentum buffer (undefined when momentum is 0)
  Tensor second = {};   ///< Adam and RMSprop: mean of squared gradients; SGD: undefined
  Tensor average = {};  ///< average = ema_decay * average + (1 - ema_decay) * new param; undefined for none
  /// Adam, on a GPU: AdamStep::step, f32 [] there. All parameters have one, and then change in one launch.
  Tensor count = {};
};

/// Kingma and Ba 2015. `decoupled` applies the decay as AdamW does (Loshchilov and Hutter 2019), else it joins the
/// gradient.
struct AdamStep {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  bool decoupled = false;
  std::int64_t step = 1;  ///< how many updates there are with this one; the first is 1
  double ema_decay = 0;
};
void adam_step(std::span<const UpdateTensors> params, const AdamStep& options);

/// torch.optim.RMSprop, not centred.
struct RmspropStep {
  double lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0;
  double ema_decay = 0;
};
void rmsprop_step(std::span<const UpdateTensors> params, const RmspropStep& options);

/// torch.optim.SGD. The momentum buffer must start at zero (with dampening 0 this is PyTorch's first step).
struct SgdStep {
  double lr = 1e-3, momentum = 0, weight_decay = 0;
  bool nesterov = false;
  double ema_decay = 0;
};
void sgd_step(std::span<const UpdateTensors> params, const SgdStep& options);

/// Sum of the squares of all elements, in double, in an order that does not depend on the number of threads (on CPU).
/// Undefined tensors count as nothing.
double squared_norm(std::span<const Tensor> tensors);

/// Multiplies every element by `factor`, in place. Undefined tensors are skipped.
void scale_(std::span<const Tensor> tensors, double factor);

}  // namespace ganymede::nn::kernels
