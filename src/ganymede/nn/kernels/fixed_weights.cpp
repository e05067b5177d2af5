#include "ganymede/nn/kernels/fixed_weights.h"

#include <algorithm>

namespace ganymede::nn::kernels {

Tensor FixedWeights::of(const Tensor& weight, at::ScalarType type, const std::shared_ptr<const WeightOrder>& order,
                        const Make& make) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    if (!entry.weight.is_same(weight) || entry.type != type || !entry.order != !order) return false;
    return !order || entry.order->same_weight(*order);
  });
  if (found != entries_.end()) return found->made;
  return entries_.emplace_back(Entry{weight, type, order, make()}).made;
}

}  // namespace ganymede::nn::kernels
