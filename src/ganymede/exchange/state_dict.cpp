#include "ganymede/exchange/state_dict.h"

namespace ganymede::exchange {
namespace {

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

class Names {
 public:
  std::vector<checkpoint::NamedTensor> take() { return std::move(out_); }

  void add(const nn::Sequence& layers, const std::string& prefix) {
    std::size_t index = 0;
    for (const auto& entry : layers.entries()) {
      const std::string place = prefix + std::to_string(index++) + ".";
      add_layer(*entry.layer, entry.spec->kind(), place);
      for (const auto& part : entry.layer->parts()) add(*part.sequence, place + part.name + ".");
    }
  }

 private:
  void add_layer(const nn::Layer& layer, const std::string& kind, const std::string& place) {
    for (const auto& parameter : layer.parameters()) {
      const bool normalised = has_vectors(layer, parameter.name);
      put(place + parameter.name + (normalised ? "_orig" : ""), parameter.tensor);
    }
    for (const auto& buffer : layer.buffers()) {
      // "u" beside "weight" and "NAME.u" beside "NAME.weight" are power iteration's.
      const bool vector = ends_with(buffer.name, "u") || ends_with(buffer.name, "v");
      const bool own = vector && (buffer.name.size() == 1 || buffer.name[buffer.name.size() - 2] == '.');
      const std::string name =
          own ? buffer.name.substr(0, buffer.name.size() - 1) + "weight_" + buffer.name.back() : buffer.name;
      put(place + name, buffer.tensor);
    }
    // PyTorch's batch norm counts its batches; ours does not, and here it has no tensor.
    if (kind == "batch_norm") put(place + "num_batches_tracked", {});
  }

  static bool has_vectors(const nn::Layer& layer, const std::string& parameter) {
    if (!ends_with(parameter, "weight")) return false;
    const std::string u = parameter.substr(0, parameter.size() - std::string("weight").size()) + "u";
    for (const auto& buffer : layer.buffers()) {
      if (buffer.name == u) return true;
    }
    return false;
  }

  void put(std::string name, const Tensor& tensor) { out_.push_back({std::move(name), tensor}); }

  std::vector<checkpoint::NamedTensor> out_;
};

std::vector<checkpoint::NamedTensor> names_of(const models::Network& network) {
  Names names;
  names.add(network.layers(), "");
  for (const auto& head : network.heads()) names.add(head.layers, head.name + ".");
  return names.take();
}

}  // namespace

std::vector<checkpoint::NamedTensor> state_dict(const models::Network& network) {
  auto out = names_of(network);
  for (auto& [name, tensor] : out) {
    tensor = tensor.defined() ? tensor.detach().cpu().contiguous() : torch::zeros({}, at::kLong);
  }
  return out;
}

std::vector<checkpoint::NamedTensor> tensors_by_pytorch_names(const models::Network& network) {
  auto out = names_of(network);
  std::erase_if(out, [](const auto& named) { return !named.tensor.defined(); });
  return out;
}

}  // namespace ganymede::exchange
