#include "ganymede/nn/kernels/adam.h"

#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/core/parallel.h"
#include "ganymede/nn/kernels/adam_passes.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

namespace {

// Elements per run_length of parallel work; also the blocks of sums, whose order must not depend on the threads.
constexpr std::int64_t run_length = 1 << 15;

struct Needs {
  bool first, second;
};

void check(std::span<const UpdateTensors> params, const Needs& needs) {
  for (const UpdateTensors& t : params) {
    const bool updated = t.grad.defined();
    const auto alike = [&](const Tensor& other, bool strides) {
      return other.defined() && other.sizes() == t.param.sizes() &&
             (!strides || other.strides() == t.param.strides()) && other.scalar_type() == t.param.scalar_type() &&
             other.device() == t.param.device();
    };
    const bool good = t.param.defined() && t.param.is_non_overlapping_and_dense() && t.param.is_floating_point() &&
                      (!updated || alike(t.grad, false)) && (!updated || !needs.first || alike(t.first, true)) &&
                      (!updated || !needs.second || alike(t.second, true)) &&
                      (!t.average.defined() || alike(t.average, true));
    if (!good) throw Error("an optimiser's state does not fit its parameter in shape, type, layout or device");
  }
}

bool kernel_runs(const Tensor& param) {
  return runs_here(param) && param.scalar_type() != at::kBFloat16;
}

template <class T>
T* pointer(const Tensor& t, bool used, std::int64_t offset) {
  return used && t.defined() ? data_of<T>(t) + offset : nullptr;
}

template <class T, class Run>
void update_here(const UpdateTensors& t, const Needs& needs, const UpdateConstants<T>& k, const Run& run) {
  const Tensor grad = t.grad.defined() ? laid_out_like(t.grad, t.param) : Tensor{};
  parallel_for(0, t.param.numel(), run_length, [&](std::int64_t begin, std::int64_t end) {
    const UpdateRun<T> part{data_of<T>(t.param) + begin,
                            pointer<T>(grad, true, begin),
                            pointer<T>(t.first, needs.first, begin),
                            pointer<T>(t.second, needs.second, begin),
                            pointer<T>(t.average, true, begin),
                            end - begin};
    if (grad.defined()) {
      run(part, k);
    } else if (part.average != nullptr) {
      average_run<T>(part, k);
    }
  });
}

template <class T, class Options>
UpdateConstants<T> constants_of(const Options& o) {
  UpdateConstants<T> k;
  k.rate = static_cast<T>(o.lr);
  k.decay = static_cast<T>(o.weight_decay);
  k.ema_decay = static_cast<T>(o.ema_decay);
  return k;
}

template <class T>
UpdateConstants<T> constants(const AdamStep& o) {
  UpdateConstants<T> k = constants_of<T>(o);
  const auto steps = static_cast<double>(o.step);
  k.rate = static_cast<T>(o.lr / (1 - std::pow(o.beta1, steps)));
  k.root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(o.beta2, steps)));
  k.beta1 = static_cast<T>(o.beta1);
  k.beta2 = static_cast<T>(o.beta2);
  k.eps = static_cast<T>(o.eps);
  if (o.decoupled) {
    k.keep = static_cast<T>(1 - o.lr * o.weight_decay);
    k.decay = 0;
  }
  return k;
}

template <class T>
UpdateConstants<T> constants(const RmspropStep& o) {
  UpdateConstants<T> k = constants_of<T>(o);
  k.beta1 = static_cast<T>(o.momentum);
  k.beta2 = static_cast<T>(o.alpha);
  k.eps = static_cast<T>(o.eps);
  return k;
}

template <class T>
UpdateConstants<T> constants(const SgdStep& o) {
  UpdateConstants<T> k = constants_of<T>(o);
  k.beta1 = static_cast<T>(o.momentum);
  k.nesterov = o.nesterov;
  return k;
}

/// The gradient with the decay that joins it.
Tensor decayed(const UpdateTensors& t, double decay) {
  return decay != 0 ? t.grad + t.param * decay : t.grad;
}

// The same updates as LibTorch operations, for tensors that are not on the CPU.
void update_elsewhere(const UpdateTensors& t, const AdamStep& o) {
  const auto steps = static_cast<double>(o.step);
  const double rate = o.lr / (1 - std::pow(o.beta1, steps)), root = std::sqrt(1 - std::pow(o.beta2, steps));
  if (o.decoupled) t.param.mul_(1 - o.lr * o.weight_decay);
  const Tensor g = decayed(t, o.decoupled ? 0 : o.weight_decay);
  t.first.lerp_(g, 1 - o.beta1);
  t.second.mul_(o.beta2).addcmul_(g, g, 1 - o.beta2);
  t.param.addcdiv_(t.first, (t.second.sqrt() / root).add_(o.eps), -rate);
}

/// The same of all parameters at once. A parameter without a gradient is left out.
void update_together(std::span<const UpdateTensors> params, const AdamStep& o) {
  std::vector<Tensor> values, gradients, first, second, counts;
  for (const UpdateTensors& t : params) {
    if (!t.grad.defined()) continue;
    values.push_back(t.param);
    gradients.push_back(laid_out_like(t.grad, t.param));
    first.push_back(t.first);
    second.push_back(t.second);
    counts.push_back(t.count);
  }
  if (values.empty()) return;
  if (o.decoupled) at::_foreach_mul_(values, 1 - o.lr * o.weight_decay);
  at::_fused_adam_(values, gradients, first, second, {}, counts, o.lr, o.beta1, o.beta2,
                   o.decoupled ? 0 : o.weight_decay, o.eps, /*amsgrad=*/false, /*maximize=*/false);
}

void average_together(std::span<const UpdateTensors> params, double decay) {
  std::vector<Tensor> averages, values;
  for (const UpdateTensors& t : params) {
    if (!t.average.defined()) continue;
    averages.push_back(t.average);
    values.push_back(t.param);
  }
  if (averages.empty()) return;
  at::_foreach_mul_(averages, decay);
  at::_foreach_add_(averages, values, 1 - decay);
}

void update_elsewhere(const UpdateTensors& t, const RmspropStep& o) {
  const Tensor g = decayed(t, o.weight_decay);
  t.second.mul_(o.alpha).addcmul_(g, g, 1 - o.alpha);
  const Tensor update = g / (t.second.sqrt() + o.eps);
  t.param.sub_(o.momentum != 0 ? t.first.mul_(o.momentum).add_(update) : update, o.lr);
}

void update_elsewhere(const UpdateTensors& t, const SgdStep& o) {
  Tensor g = decayed(t, o.weight_decay);
  if (o.momentum != 0) {
    t.first.mul_(o.momentum).add_(g);
    g = o.nesterov ? g + t.first * o.momentum : t.first;
  }
  t.param.sub_(g, o.lr);
}

template <class Options, class F32, class F64>
void update_all(std::span<const UpdateTensors> params, const Options& o, const Needs& needs, const F32& f32,
                const F64& f64) {
  const at::NoGradGuard no_grad;
  check(params, needs);
  for (const UpdateTensors& t : params) {
    if (kernel_runs(t.param) && t.param.scalar_type() == at::kDouble) {
      update_here<double>(t, needs, constants<double>(o), f64);
    } else if (kernel_runs(t.param)) {
      update_here<float>(t, needs, constants<float>(o), f32);
    } else {
      if (t.grad.defined()) update_elsewhere(t, o);
      if (t.average.defined()) t.average.lerp_(t.param, 1 - o.ema_decay);
    }
  }
}

template <class T>
void add_squares(const Tensor& t, std::vector<double>& parts) {
  const std::int64_t count = t.numel(), pieces = (count + run_length - 1) / run_length;
  const std::size_t before = parts.size();
  parts.resize(before + static_cast<std::size_t>(pieces));
  parallel_for(0, pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      parts[before + static_cast<std::size_t>(i)] =
          squares_run<T>(data_of<const T>(t) + i * run_length, std::min(run_length, count - i * run_length));
  });
}

}  // namespace

void adam_step(std::span<const UpdateTensors> params, const AdamStep& o) {
  if (!params.empty() && params.front().count.defined()) {
    const at::NoGradGuard no_grad;
    check(params, {true, true});
    update_together(params, o);
    return average_together(params, o.ema_decay);
  }
  update_all(params, o, {true, true}, adam_run<float>, adam_run<double>);
}

void rmsprop_step(std::span<const UpdateTensors> params, const RmspropStep& o) {
  update_all(params, o, {o.momentum != 0, true}, rmsprop_run<float>, rmsprop_run<double>);
}

void sgd_step(std::span<const UpdateTensors> params, const SgdStep& o) {
  update_all(params, o, {o.momentum != 0, false}, sgd_run<float>, sgd_run<double>);
}

double squared_norm(std::span<const Tensor> tensors) {
  std::vector<double> parts;
  for (const Tensor& t : tensors) {
    if (!t.defined()) continue;
    if (!runs_here(t)) {
      parts.push_back(t.detach().to(at::kDouble).square().sum().item<double>());
      continue;
    }
    const Tensor dense = t.is_non_overlapping_and_dense() ? t : t.contiguous();
    switch (t.scalar_type()) {
      case at::kBFloat16:
        add_squares<Bits16>(dense, parts);
        break;
      case at::kDouble:
        add_squares<double>(dense, parts);
        break;
      default:
        add_squares<float>(dense, parts);
    }
  }
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

void scale_(std::span<const Tensor> tensors, double factor) {
  const at::NoGradGuard no_grad;
  for (const Tensor& t : tensors)
    if (t.defined()) t.mul_(factor);
}

}  // namespace ganymede::nn::kernels
