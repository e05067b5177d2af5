#include "ganymede/nn/layer.h"

namespace ganymede::nn {

bool Layer::absorb(Layer&) {
  return false;
}

Value Layer::to_graph(Graph&, Value, const Shape& input) const {
  throw Error("a layer of this model cannot be exported", "the layer that takes " + input.text(),
              "write to_graph() for its kind");
}

size_t Layer::add_parameter(std::string name, std::vector<std::int64_t> shape, Role role, std::int64_t fan_in,
                            std::int64_t fan_out, std::optional<Initialiser> init, double init_scale) {
  parameters_.push_back({std::move(name), std::move(shape), {}, role, fan_in, fan_out, std::move(init), init_scale});
  return parameters_.size() - 1;
}

size_t Layer::add_buffer(std::string name, std::vector<std::int64_t> shape, std::function<Tensor()> start,
                         bool counted) {
  buffers_.push_back({std::move(name), std::move(shape), {}, std::move(start), counted});
  return buffers_.size() - 1;
}

void Layer::add_running_statistics(std::int64_t channels) {
  add_buffer("running_mean", {channels}, [=] { return torch::zeros({channels}); });
  add_buffer("running_var", {channels}, [=] { return torch::ones({channels}); });
}

void Layer::allocate() {
  for (auto& parameter : parameters_) parameter.tensor = torch::zeros(parameter.shape);
  for (auto& buffer : buffers_) buffer.tensor = buffer.start();
}

Present Present::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  if (node.value_exact<bool>() != true) fail("takes no value: write true");
  return {};
}

}  // namespace ganymede::nn
