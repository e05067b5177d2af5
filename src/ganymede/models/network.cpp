#include "ganymede/models/network.h"

#include "ganymede/core/counted.h"

namespace ganymede::models {
namespace {

nn::Sequence sequence_of(const nn::LayerList& layers, const nn::Shape& input, const std::string& prefix) {
  try {
    return nn::Sequence(layers, input, prefix);
  } catch (const nn::ShapeMismatch& mismatch) {
    throw UsageError(mismatch.what(), mismatch.where, "it got " + mismatch.got);
  }
}

}  // namespace

Network Network::outline(const config::NetworkConfig& config, const nn::Shape& input) {
  Network out(sequence_of(config.layers, input, ""));
  if (config.heads.any()) {
    out.add_head("adversarial", config.heads.adversarial);
    out.add_head("classes", config.heads.classes);
    const auto size = [&](size_t head) { return out.heads_[head].layers.output_shape().elements(); };
    const auto& place = config.heads.adversarial.front().place;
    if (size(0) != 1) {
      throw UsageError("the adversarial head ends in " + counted(size(0), "number"), place.file,
                       "it must end in one score");
    }
    if (size(1) < 2)
      throw UsageError("the classes head ends in one number", place.file, "it must end in one for each class");
    out.output_ = nn::Shape{1 + size(1)};
  }
  out.agree_on_classes(config.layers.front().place.file);
  return out;
}

void Network::allocate() {
  for_each_layer([](const std::string&, nn::Layer& layer) { layer.allocate(); });
}

void Network::add_head(const std::string& name, const nn::LayerList& layers) {
  heads_.push_back({name, sequence_of(layers, layers_.output_shape(), name + ".")});
}

void Network::agree_on_classes(const std::string& where) {
  std::string first;
  for_each_layer([&](const std::string& name, nn::Layer& layer) {
    if (layer.classes() == 0) return;
    if (classes_ != 0 && classes_ != layer.classes()) {
      throw UsageError(fmt::format("the layers '{}' and '{}' have {} and {}", first, name, classes_,
                                   counted(layer.classes(), "class", "classes")),
                       where, "give all of a network the same number");
    }
    classes_ = layer.classes();
    first = name;
  });
}

Tensor Network::forward(const Tensor& x, nn::ForwardContext& context) const {
  context.fixed = context.training || at::GradMode::is_enabled() ? nullptr : fixed_.get();
  const Tensor h = layers_.forward(x, context);
  if (heads_.empty()) return h;
  std::vector<Tensor> outputs;
  for (const auto& head : heads_) outputs.push_back(head.layers.forward(h, context).flatten(1));
  return at::cat(outputs, 1);
}

nn::Value Network::to_graph(nn::Graph& graph, nn::Value x) const {
  const nn::Value h = layers_.to_graph(graph, x);
  if (heads_.empty()) return h;
  std::vector<nn::Value> outputs;
  for (const auto& head : heads_) {
    outputs.push_back(graph.reshape(head.layers.to_graph(graph, h), {head.layers.output_shape().elements()}));
  }
  return graph.node("Concat", std::move(outputs), {{"axis", std::int64_t{1}}});
}

void Network::for_each_layer(const std::function<void(const std::string&, nn::Layer&)>& visit) const {
  layers_.for_each_layer(visit);
  for (const auto& head : heads_) head.layers.for_each_layer(visit, head.name + ".");
}

bool Network::couples_images() const {
  bool out = false;
  for_each_layer([&](const std::string&, const nn::Layer& layer) { out = out || layer.couples_images(); });
  return out;
}

std::vector<NetworkTensor> Network::parameters() const {
  std::vector<NetworkTensor> out;
  for_each_layer([&](const std::string& name, nn::Layer& layer) {
    for (const auto& parameter : layer.parameters()) out.push_back({name + "." + parameter.name, parameter.tensor});
  });
  return out;
}

std::vector<NetworkTensor> Network::buffers() const {
  std::vector<NetworkTensor> out;
  for_each_layer([&](const std::string& name, nn::Layer& layer) {
    for (const auto& buffer : layer.buffers()) out.push_back({name + "." + buffer.name, buffer.tensor});
  });
  return out;
}

std::vector<NetworkTensor> Network::state() const {
  std::vector<NetworkTensor> out;
  for_each_layer([&](const std::string& name, nn::Layer& layer) {
    for (const auto& parameter : layer.parameters()) out.push_back({name + "." + parameter.name, parameter.tensor});
    for (const auto& buffer : layer.buffers()) out.push_back({name + "." + buffer.name, buffer.tensor});
  });
  return out;
}

void Network::to(const torch::Device& device) {
  fixed_.reset();
  for_each_layer([&](const std::string&, nn::Layer& layer) {
    for (auto& parameter : layer.parameters()) parameter.tensor = parameter.tensor.detach().to(device);
    for (auto& buffer : layer.buffers()) buffer.tensor = buffer.tensor.to(device);
  });
}

torch::Device Network::device() const {
  const auto tensors = state();
  return tensors.empty() ? torch::Device(torch::kCPU) : tensors.front().tensor.device();
}

void Network::require_gradients(bool required) {
  for_each_layer([&](const std::string&, nn::Layer& layer) {
    for (auto& parameter : layer.parameters()) parameter.tensor.set_requires_grad(required);
  });
}

void Network::copy_from(const Network& other) {
  torch::NoGradGuard constant;
  fixed_.reset();
  const auto from = other.state();
  const auto to = state();
  for (size_t i = 0; i < to.size(); ++i) to[i].tensor.copy_(from.at(i).tensor);
}

}  // namespace ganymede::models
