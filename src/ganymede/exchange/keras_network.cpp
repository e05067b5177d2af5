// Keras's tensors in a network of ours.
#include "ganymede/exchange/keras_network.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"

namespace ganymede::exchange {
namespace {

using nn::Shape;

std::string shape_text(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes(), ", "));
}

[[noreturn]] void refuse_layers(const std::vector<std::string>& differences, const std::string& where) {
  throw Error(fmt::format("the file's layers are not the recipe's: {}",
                          printable(fmt::format("{}", fmt::join(differences, "; ")))),
              printable(where), "name the recipe it was trained with, or have one proposed: -o NAME.toml");
}

/// The kind of a recipe's layer that such a layer of Keras is: by its class, its name or its tensors; empty where it
/// may be either convolution.
std::string kind_of(const KerasLayer& layer) {
  static const std::map<std::string, std::string> kinds{{"Dense", "dense"},
                                                        {"dense", "dense"},
                                                        {"Conv2D", "conv"},
                                                        {"conv2d", "conv"},
                                                        {"Conv2DTranspose", "conv_transpose"},
                                                        {"conv2d_transpose", "conv_transpose"},
                                                        {"BatchNormalization", "batch_norm"},
                                                        {"batch_normalization", "batch_norm"},
                                                        {"GroupNormalization", "instance_norm"},
                                                        {"group_normalization", "instance_norm"}};
  if (const auto found = kinds.find(layer.kind); found != kinds.end()) return found->second;
  if (layer.tensors.contains("moving_mean")) return "batch_norm";
  const auto kernel = layer.tensors.find("kernel");
  return kernel != layer.tensors.end() && kernel->second.dim() == 2 ? "dense" : "";
}

/// The image whose pixels, as Keras counts them (height, width, channels), the features behind each layer are; no
/// dimensions where their order is the same.
std::vector<Shape> orders_of(const std::vector<nn::Sequence::Entry>& entries, const Shape& input,
                             const std::string& where) {
  std::vector<Shape> out(entries.size());
  const auto before = [&](std::size_t i) { return i == 0 ? input : entries[i - 1].output; };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Shape from = before(i), to = entries[i].output;
    const std::string kind = entries[i].spec->kind();
    if (from.is_image() && to.is_flat()) {
      // A pooled image has one number a channel.
      if (kind != "global_pool") out[i] = from;
    } else if (from.is_flat() && to.is_flat() && kind != "dense" && i > 0) {
      out[i] = out[i - 1];
    } else if (from.is_flat() && to.is_image()) {
      const bool point = to.height() == 1 && to.width() == 1;
      bool found = point || (i > 0 && out[i - 1] == to);
      for (std::size_t j = i; !found && j-- > 0;) {
        if (!entries[j].output.is_flat() || !out[j].dims().empty()) break;
        out[j] = to;
        found = entries[j].spec->kind() == "dense";
      }
      if (!found) {
        throw Error("the recipe's reshape makes an image of features that no dense layer made", where,
                    "Keras has their pixels in another order");
      }
    }
  }
  return out;
}

/// Our order of features that are an image's: index i is Keras's place of our feature i.
Tensor places(const Shape& image) {
  return torch::arange(image.elements(), at::kLong)
      .reshape({image.height(), image.width(), image.channels()})
      .permute({2, 0, 1})
      .reshape({-1});
}
Tensor ordered(const Tensor& tensor, std::int64_t dim, const Shape& image) {
  if (image.dims().empty() || tensor.size(dim) != image.elements()) return tensor;
  return tensor.index_select(dim, places(image));
}

/// A layer's tensors by our names and in our layouts.
std::map<std::string, Tensor> turned(const KerasLayer& layer, const std::string& kind, const Shape& in,
                                     const Shape& out) {
  static const std::map<std::string, std::string> names{{"kernel", "weight"},
                                                        {"bias", "bias"},
                                                        {"gamma", "weight"},
                                                        {"beta", "bias"},
                                                        {"moving_mean", "running_mean"},
                                                        {"moving_variance", "running_var"}};
  std::map<std::string, Tensor> found;
  for (const auto& [name, tensor] : layer.tensors) {
    const auto ours = names.find(name);
    Tensor value = tensor;
    if (name == "kernel" && tensor.dim() == 4) value = tensor.permute({3, 2, 0, 1});
    if (name == "kernel" && tensor.dim() == 2) value = ordered(ordered(tensor, 0, in), 1, out).t();
    if (tensor.dim() == 1) value = ordered(tensor, 0, out);
    found[ours == names.end() ? name : ours->second] = value;
  }
  // A norm may do without either.
  const char* there = kind == "batch_norm" ? "running_var" : found.contains("bias") ? "bias" : "weight";
  if ((kind == "batch_norm" || kind == "instance_norm") && found.contains(there)) {
    found.try_emplace("weight", torch::ones_like(found[there]));
    found.try_emplace("bias", torch::zeros_like(found[there]));
  }
  return found;
}

/// Which of the file's layers each of the network's takes, as indices; those that it has too many are left.
class Queue {
 public:
  explicit Queue(const KerasModel& model) : ordered_(model.ordered) {
    for (const auto& layer : model.layers) {
      if (!layer.tensors.empty()) waiting_.push_back(&layer);
    }
  }
  const KerasLayer* next(const std::string& kind) {
    const auto fits = [&](const KerasLayer* layer) { return ordered_ || kind_of(*layer) == kind; };
    auto found = waiting_.end();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
      // Numbers are texts in the file: dense_10 stands before dense_2.
      if (fits(*at) && (found == waiting_.end() || (!ordered_ && number(**at) < number(**found)))) found = at;
      if (ordered_) break;
    }
    if (found == waiting_.end()) return nullptr;
    const auto* out = *found;
    waiting_.erase(found);
    return out;
  }
  const std::vector<const KerasLayer*>& left() const { return waiting_; }

 private:
  static std::int64_t number(const KerasLayer& layer) {
    const auto bar = layer.name.rfind('_');
    return bar == std::string::npos ? 0 : std::strtoll(layer.name.c_str() + bar + 1, nullptr, 10);
  }

  bool ordered_;
  std::vector<const KerasLayer*> waiting_;
};

std::string described(const KerasLayer& layer) {
  std::vector<std::string> parts;
  for (const auto& [name, tensor] : layer.tensors) parts.push_back(name + " " + shape_text(tensor));
  return fmt::format("{} ({})", layer.name, fmt::join(parts, ", "));
}

class Assigner {
 public:
  Assigner(const KerasModel& model, const models::Network& network) : model_(model), network_(network), queue_(model) {}

  Assignment take() {
    const auto& entries = network_.entries();
    const auto orders = orders_of(entries, network_.input_shape(), model_.where);
    if (!network_.heads().empty()) throw Error("Keras's files give no heads", model_.where, "name another recipe");
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i].layer->parts().empty()) {
        throw Error(fmt::format("Keras's files give no {}", entries[i].spec->kind()), model_.where,
                    "name another recipe");
      }
      if (entries[i].layer->parameters().empty()) continue;
      fill(i, i == 0 ? Shape() : orders[i - 1], orders[i]);
    }
    for (const auto* layer : queue_.left()) {
      differences_.push_back(described(*layer) + " is one layer more than the recipe has");
    }
    if (!differences_.empty()) refuse_layers(differences_, model_.where);
    torch::NoGradGuard constant;
    for (const auto& [to, from] : copies_) {
      if (!torch::isfinite(from).all().item<bool>()) {
        throw Error("the file's weights hold NaN or infinity", printable(model_.where),
                    "take a checkpoint from before it diverged");
      }
      Tensor(to).copy_(from);
    }
    return std::move(out_);
  }

 private:
  void fill(std::size_t index, const Shape& in, const Shape& out) {
    const auto& entry = network_.entries()[index];
    const std::string kind = entry.spec->kind();
    const KerasLayer* layer = queue_.next(kind);
    if (layer == nullptr) {
      differences_.push_back("nothing in the file is " + entry.name);
      return;
    }
    const std::string theirs = kind_of(*layer);
    if (!theirs.empty() && theirs != kind) {
      differences_.push_back(fmt::format("{} is not {}", described(*layer), entry.name));
      return;
    }
    const auto found = turned(*layer, kind, in, out);
    std::size_t used = 0;
    const auto put = [&](const std::string& name, const Tensor& to) {
      const auto value = found.find(name);
      if (value == found.end()) {
        differences_.push_back(fmt::format("{} has no {}, as {} has", layer->name, name, entry.name));
      } else if (value->second.sizes() != to.sizes()) {
        differences_.push_back(fmt::format("{}'s {} is {} in our layout, {} has {}", layer->name, name,
                                           shape_text(value->second), entry.name, shape_text(to)));
      } else {
        copies_.emplace_back(to, value->second);
        out_.pairs.emplace_back(layer->name + "/" + name, fmt::format("{}.{}", index, name));
      }
      used += value == found.end() ? 0 : 1;
    };
    for (const auto& parameter : entry.layer->parameters()) put(parameter.name, parameter.tensor);
    for (const auto& buffer : entry.layer->buffers()) put(buffer.name, buffer.tensor);
    if (used < found.size()) {
      differences_.push_back(fmt::format("{} has more tensors than {}", described(*layer), entry.name));
    }
  }

  const KerasModel& model_;
  const models::Network& network_;
  Queue queue_;
  Assignment out_{.by_order = true};
  std::vector<std::string> differences_;
  std::vector<std::pair<Tensor, Tensor>> copies_;
};

}  // namespace

Assignment assign(const KerasModel& model, const models::Network& network) {
  return Assigner(model, network).take();
}

}  // namespace ganymede::exchange
