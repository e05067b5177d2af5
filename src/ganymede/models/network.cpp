#include "ganymede/models/network.h"

#include <map>

#include "ganymede/nn/registry.h"

namespace ganymede::models {

Network::Network(const config::NetworkConfig& config, const nn::Shape& input) : input_(input) {
  std::map<std::string, int> counts;
  nn::Shape shape = input;
  std::int64_t parameters = 0;
  for (const auto& table : config.layers) {
    Entry entry;
    entry.spec = nn::layers().read(table);
    entry.name = fmt::format("{}_{}", table.kind, ++counts[table.kind]);
    try {
      entry.output = entry.spec->output_shape(shape);
      if (entry.output.elements() > nn::kMostElements) throw nn::ShapeError("its output " + entry.output.text() + " is too large");
      entry.layer = entry.spec->make(shape);
      for (const auto& parameter : entry.layer->parameters()) parameters += parameter.tensor.numel();
      if (parameters > nn::kMostElements) throw nn::ShapeError("the network has too many parameters");
    } catch (const nn::ShapeError& error) {
      throw UsageError(fmt::format("layer '{}' does not fit: {}", entry.name, error.what()),
                       table.place.at(table.values.get(table.kind)), fmt::format("it got {}", shape.text()));
    }
    if (!entries_.empty()) {
      auto before = entries_.end() - 1;
      while (before->absorbed) --before;
      entry.absorbed = before->layer->absorb(*entry.layer);
    }
    shape = entry.output;
    entries_.push_back(std::move(entry));
  }
}

Tensor Network::forward(const Tensor& x, nn::Pass& pass) const {
  Tensor h = x;
  for (const auto& entry : entries_) {
    if (!entry.absorbed) h = entry.layer->forward(h, pass);
  }
  return h;
}

std::vector<NetworkTensor> Network::parameters() const {
  std::vector<NetworkTensor> out;
  for (const auto& entry : entries_) {
    for (const auto& parameter : entry.layer->parameters()) out.push_back({entry.name + "." + parameter.name, parameter.tensor});
  }
  return out;
}

std::vector<NetworkTensor> Network::state() const {
  std::vector<NetworkTensor> out;
  for (const auto& entry : entries_) {
    for (const auto& parameter : entry.layer->parameters()) out.push_back({entry.name + "." + parameter.name, parameter.tensor});
    for (const auto& buffer : entry.layer->buffers()) out.push_back({entry.name + "." + buffer.name, buffer.tensor});
  }
  return out;
}

void Network::to(const torch::Device& device) {
  for (auto& entry : entries_) {
    for (auto& parameter : entry.layer->parameters()) parameter.tensor = parameter.tensor.detach().to(device);
    for (auto& buffer : entry.layer->buffers()) buffer.tensor = buffer.tensor.to(device);
  }
}

void Network::require_gradients(bool required) {
  for (auto& entry : entries_) {
    for (auto& parameter : entry.layer->parameters()) parameter.tensor.set_requires_grad(required);
  }
}

void Network::copy_from(const Network& other) {
  torch::NoGradGuard constant;
  const auto from = other.state();
  const auto to = state();
  for (size_t i = 0; i < to.size(); ++i) to[i].tensor.copy_(from.at(i).tensor);
}

config::NetworkConfig resolved(const config::NetworkConfig& config, const Network& network) {
  config::NetworkConfig out = config;
  for (size_t i = 0; i < out.layers.size(); ++i) {
    config::FieldWriter writer;
    network.entries()[i].spec->write(writer);
    out.layers[i].values = *toml::parse("layer = " + writer.as_inline_table())["layer"].as_table();
  }
  return out;
}

}  // namespace ganymede::models
