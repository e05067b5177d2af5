// What evaluation makes of weights that no longer change, kept from one pass to the next: to round a weight and bring
// it into a product's order takes as long as several images.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// An order of a weight's numbers in memory that a product asks for.
class WeightOrder {
 public:
  virtual ~WeightOrder() = default;
  virtual bool same_weight(const WeightOrder& other) const = 0;
};

/// Of one network, for any number of threads at once. Takes the memory of what was made.
class FixedWeights {
 public:
  using Make = std::function<Tensor()>;

  /// What `make` gives of the weight, called by who asks first: in `order`, and without one as the only thing of that
  /// type that is made of this weight. A weight is known by its tensor, which stays.
  Tensor of(const Tensor& weight, at::ScalarType type, const std::shared_ptr<const WeightOrder>& order,
            const Make& make);

 private:
  struct Entry {
    Tensor weight;
    at::ScalarType type;
    std::shared_ptr<const WeightOrder> order;
    Tensor made;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// The same, or made anew where nothing is kept.
inline Tensor kept(FixedWeights* fixed, const Tensor& weight, at::ScalarType type, const FixedWeights::Make& make) {
  return fixed ? fixed->of(weight, type, nullptr, make) : make();
}

}  // namespace ganymede::nn::kernels
