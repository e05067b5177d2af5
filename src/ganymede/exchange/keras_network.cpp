// Keras's tensors in a network of ours.
#include "ganymede/exchange/keras_network.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"

namespace ganymede::exchange {
namespace {

using nn::Shape;

std::string shape_text(at::IntArrayRef sides) {
  return fmt::format("[{}]", fmt::join(sides, ", "));
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
  if (layer.kind == kResidual) return kResidual;
  if (const auto found = kinds.find(layer.kind); found != kinds.end()) return found->second;
  if (layer.tensors.contains("moving_mean")) return "batch_norm";
  const auto kernel = layer.tensors.find("kernel");
  return kernel != layer.tensors.end() && kernel->second.sides.size() == 2 ? "dense" : "";
}

[[noreturn]] void refuse_order(const std::string& where) {
  throw Error("a residual block of flat features stands between an image's pixels", printable(where),
              "Keras has their pixels in another order");
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
    if (kind == kResidual) {
      // Its paths keep no order of features from before it to behind it.
      if (i > 0 && !out[i - 1].dims().empty()) refuse_order(where);
      continue;
    }
    if (from.is_image() && to.is_flat()) {
      // A pooled image has one number a channel.
      if (kind != "global_pool") out[i] = from;
    } else if (from.is_flat() && to.is_flat() && kind != "dense" && i > 0) {
      out[i] = out[i - 1];
    } else if (from.is_flat() && to.is_image()) {
      const bool point = to.height() == 1 && to.width() == 1;
      bool found = point || (i > 0 && out[i - 1] == to);
      for (std::size_t j = i; !found && j-- > 0;) {
        if (!entries[j].output.is_flat() || !out[j].dims().empty() || entries[j].spec->kind() == kResidual) break;
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

/// Keras's SpectralNormalization divides the kernel in training and stores what comes of it, which an optimiser then
/// changes; outside training the kernel counts as it is. Ours divides by u^T W v at all times. So u is Keras's, v what
/// a power iteration makes of it, but of the length at which u^T W v is 1. A training step makes v anew first: it
/// divides by the same sigma as Keras's next one.
void take_sigma(std::map<std::string, Tensor>& found, const std::string& layer) {
  const auto vector = found.extract("vector_u");
  const auto weight = found.find("weight");
  if (vector.empty() || weight == found.end()) return;
  const Tensor matrix = weight->second.reshape({weight->second.size(0), -1}).to(at::kDouble);
  if (matrix.size(0) != vector.mapped().numel()) return;  // the caller misses u
  const Tensor u = vector.mapped().to(at::kDouble) / vector.mapped().to(at::kDouble).norm();
  const Tensor v = at::mv(matrix.t(), u);
  const Tensor square = v.dot(v);
  if (square.item<double>() == 0) {
    throw Error("a kernel that is zero has no spectral norm", "layer '" + printable(layer) + "'",
                "import the model once it was trained");
  }
  found["u"] = u.to(at::kFloat);
  found["v"] = (v / square).to(at::kFloat);
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
  for (const auto& [name, numbers] : layer.tensors) {
    const auto ours = names.find(name);
    const Tensor tensor = at::tensor(numbers.values, at::kFloat).reshape(numbers.sides);
    Tensor value = tensor;
    if (name == "kernel" && tensor.dim() == 4) value = tensor.permute({3, 2, 0, 1});
    if (name == "kernel" && tensor.dim() == 2) value = ordered(ordered(tensor, 0, in), 1, out).t();
    if (name == "vector_u") value = tensor.reshape({-1});
    if (value.dim() == 1) value = ordered(value, 0, out);
    found[ours == names.end() ? name : ours->second] = value;
  }
  if (layer.spectral) take_sigma(found, layer.name);
  // A norm may do without either.
  const char* there = kind == "batch_norm" ? "running_var" : found.contains("bias") ? "bias" : "weight";
  if ((kind == "batch_norm" || kind == "instance_norm") && found.contains(there)) {
    found.try_emplace("weight", torch::ones_like(found[there]));
    found.try_emplace("bias", torch::zeros_like(found[there]));
  }
  return found;
}

/// Which of the file's layers each of a list takes; those that it has too many are left.
class Queue {
 public:
  Queue(const std::vector<KerasLayer>& layers, const KerasModel& model) : model_(model) {
    for (const auto& layer : layers) {
      if (!layer.tensors.empty() || layer.kind == kResidual) waiting_.push_back(&layer);
    }
  }
  const KerasLayer* next(const std::string& kind, bool spectral) {
    const auto fits = [&](const KerasLayer* layer) {
      // What a SpectralNormalization wraps has its name alone: the shapes say what it is.
      return model_.ordered || (spectral ? layer->spectral : !layer->spectral && kind_of(*layer) == kind);
    };
    auto found = waiting_.end();
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
      if (fits(*at) && (found == waiting_.end() || (!model_.ordered && before(**at, **found)))) found = at;
      if (model_.ordered) break;
    }
    if (found == waiting_.end()) return nullptr;
    const auto* out = *found;
    waiting_.erase(found);
    return out;
  }
  const std::vector<const KerasLayer*>& left() const { return waiting_; }

 private:
  /// "sequential_1/layers/dense_2" -> {"sequential", "layers", "dense"} and {1, 0, 2}. Numbers are texts in the file:
  /// dense_10 stands before dense_2.
  static std::pair<std::vector<std::string>, std::vector<std::int64_t>> numbers(const std::string& name) {
    std::pair<std::vector<std::string>, std::vector<std::int64_t>> out;
    for (std::size_t begin = 0; begin <= name.size();) {
      const auto end = std::min(name.find('/', begin), name.size());
      const std::string part = name.substr(begin, end - begin);
      const auto bar = part.find_last_not_of("0123456789");
      const bool numbered = bar != std::string::npos && part[bar] == '_';
      out.first.push_back(numbered ? part.substr(0, bar) : part);
      out.second.push_back(numbered ? std::strtoll(part.c_str() + bar + 1, nullptr, 10) : 0);
      begin = end + 1;
    }
    return out;
  }

  bool before(const KerasLayer& a, const KerasLayer& b) const {
    const auto one = numbers(a.name), other = numbers(b.name);
    if (one.first != other.first) {
      throw Error(
          fmt::format("which of '{}' and '{}' comes first the file does not say", printable(a.name), printable(b.name)),
          printable(model_.where), "import the .keras file");
    }
    return one.second < other.second;
  }

  const KerasModel& model_;
  std::vector<const KerasLayer*> waiting_;
};

std::string described(const KerasLayer& layer) {
  std::vector<std::string> parts;
  for (const auto& [name, numbers] : layer.tensors) parts.push_back(name + " " + shape_text(numbers.sides));
  return fmt::format("{} ({})", layer.name, fmt::join(parts, ", "));
}

class Assigner {
 public:
  Assigner(const KerasModel& model, const models::Network& network) : model_(model), network_(network) {}

  Assignment take() {
    if (!network_.heads().empty()) throw Error("Keras's files give no heads", model_.where, "name another recipe");
    fill(network_.layers(), model_.layers, "");
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
  void fill(const nn::Sequence& sequence, const std::vector<KerasLayer>& layers, const std::string& prefix) {
    const auto& entries = sequence.entries();
    const auto orders = orders_of(entries, sequence.input_shape(), model_.where);
    if (!prefix.empty() && !entries.empty() && !orders.back().dims().empty()) refuse_order(model_.where);
    Queue queue(layers, model_);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto& entry = entries[i];
      const std::string place = fmt::format("{}{}.", prefix, i);
      if (entry.spec->kind() == kResidual) {
        block(entry, queue, place);
      } else if (!entry.layer->parameters().empty()) {
        put(entry, queue, place, i == 0 ? Shape() : orders[i - 1], orders[i]);
      }
    }
    for (const auto* layer : queue.left()) {
      differences_.push_back(described(*layer) + " is one layer more than the recipe has");
    }
  }

  void block(const nn::Sequence::Entry& entry, Queue& queue, const std::string& place) {
    if (!model_.described) {
      throw Error("weights alone do not say on which path of a residual block a layer is", printable(model_.where),
                  "import the .keras file, or the .h5 of model.save");
    }
    const KerasLayer* layer = queue.next(kResidual, false);
    if (layer == nullptr || layer->kind != kResidual) {
      differences_.push_back(layer == nullptr ? "nothing in the file is " + entry.name
                                              : fmt::format("{} is not {}", described(*layer), entry.name));
      return;
    }
    for (const auto& part : entry.layer->parts()) {
      fill(*part.sequence, part.name == "branch" ? layer->branch : layer->shortcut, place + part.name + ".");
    }
  }

  void put(const nn::Sequence::Entry& entry, Queue& queue, const std::string& place, const Shape& in,
           const Shape& out) {
    const std::string kind = entry.spec->kind();
    const auto& buffers = entry.layer->buffers();
    const bool spectral = std::any_of(buffers.begin(), buffers.end(), [](const auto& one) { return one.name == "u"; });
    const KerasLayer* layer = queue.next(kind, spectral);
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
    const auto copy = [&](const std::string& name, const Tensor& to) {
      const auto value = found.find(name);
      if (value == found.end()) {
        differences_.push_back(fmt::format("{} has no {}, as {} has", layer->name, name, entry.name));
      } else if (value->second.sizes() != to.sizes()) {
        differences_.push_back(fmt::format("{}'s {} is {} in our layout, {} has {}", layer->name, name,
                                           shape_text(value->second.sizes()), entry.name, shape_text(to.sizes())));
      } else {
        copies_.emplace_back(to, value->second);
        out_.pairs.emplace_back(layer->name + "/" + name, place + name);
      }
      used += value == found.end() ? 0 : 1;
    };
    for (const auto& parameter : entry.layer->parameters()) copy(parameter.name, parameter.tensor);
    for (const auto& buffer : buffers) copy(buffer.name, buffer.tensor);
    if (used < found.size()) {
      differences_.push_back(fmt::format("{} has more tensors than {}", described(*layer), entry.name));
    }
  }

  const KerasModel& model_;
  const models::Network& network_;
  Assignment out_{.by_order = true};
  std::vector<std::string> differences_;
  std::vector<std::pair<Tensor, Tensor>> copies_;
};

}  // namespace

Assignment assign(const KerasModel& model, const models::Network& network) {
  return Assigner(model, network).take();
}

}  // namespace ganymede::exchange
