#include "ganymede/exchange/tensor_groups.h"

#include <fmt/ranges.h>

namespace ganymede::exchange {

std::vector<TensorGroup> groups_of(const std::vector<checkpoint::NamedTensor>& tensors) {
  std::vector<TensorGroup> out;
  for (const auto& [name, tensor] : tensors) {
    const auto dot = name.rfind('.');
    const std::string group = dot == std::string::npos ? "" : name.substr(0, dot + 1);
    const std::string last = name.substr(group.size());
    if (out.empty() || out.back().name != group) out.push_back({group, {}});
    out.back().tensors[last] = tensor;
  }
  return out;
}

std::string described(const TensorGroup& group) {
  std::vector<std::string> parts;
  for (const auto& [name, tensor] : group.tensors) {
    parts.push_back(fmt::format("{}{} [{}]", group.name, name, fmt::join(tensor.sizes(), ", ")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace ganymede::exchange
