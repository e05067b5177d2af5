// Tensors of a file, put together as layers by their names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"

namespace ganymede::exchange {

/// A layer's tensors: the names' last parts with the tensors.
struct TensorGroup {
  std::string name;  ///< with its dot: "main.0."
  std::map<std::string, Tensor> tensors;

  const Tensor* find(const std::string& last) const {
    const auto found = tensors.find(last);
    return found == tensors.end() ? nullptr : &found->second;
  }
};

/// Neighbours whose names differ in their last part alone are a layer's.
std::vector<TensorGroup> groups_of(const std::vector<checkpoint::NamedTensor>& tensors);
/// "main.0.weight [16, 3, 4, 4], main.0.bias [16]".
std::string described(const TensorGroup& group);

}  // namespace ganymede::exchange
