// How a recipe writes the padding of a convolution.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "ganymede/config/toml.h"

namespace ganymede::nn {

/// `padding = "same"` (TensorFlow's alignment: an odd total pads one more at the end) or a number of pixels a side.
struct PaddingOption {
  static constexpr const char* kWords = "whole number or `\"same\"`";
  bool same = false;
  std::int64_t amount = 0;

  std::string to_toml() const { return same ? "\"same\"" : std::to_string(amount); }
  static PaddingOption from_node(const toml::node& node, const std::function<void(const std::string&)>& fail);
};

}  // namespace ganymede::nn
