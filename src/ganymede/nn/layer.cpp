#include "ganymede/nn/layer.h"

namespace ganymede::nn {

bool Layer::absorb(const Layer&) {
  return false;
}

Value Layer::to_graph(Graph&, Value, const Shape& input) const {
  throw Error("a layer of this model cannot be exported", "the layer that takes " + input.text(),
              "write to_graph() for its kind");
}

size_t Layer::add_parameter(std::string name, std::vector<std::int64_t> shape, Role role, std::int64_t fan_in,
                            std::int64_t fan_out, std::optional<config::Initialiser> init, double init_scale) {
  parameters_.push_back({std::move(name), torch::zeros(shape), role, fan_in, fan_out, init, init_scale});
  return parameters_.size() - 1;
}

size_t Layer::add_buffer(std::string name, Tensor value, bool counted) {
  buffers_.push_back({std::move(name), std::move(value), counted});
  return buffers_.size() - 1;
}

Present Present::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  if (node.value_exact<bool>() != true) fail("takes no value: write true");
  return {};
}

}  // namespace ganymede::nn
