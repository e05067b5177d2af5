#include "ganymede/exchange/keras_description.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/text.h"

namespace ganymede::exchange {
namespace {

using nlohmann::json;
using Layers = std::vector<KerasLayer>;

constexpr int kMaxNested = 8;  ///< models in models, blocks in blocks
constexpr std::size_t kMaxLayers = 10'000;

/// The shape behind the batch of [null, 4, 4, 6]; empty for anything else.
std::vector<std::int64_t> shape_of(const json& shape) {
  std::vector<std::int64_t> out;
  if (!shape.is_array()) return {};
  for (std::size_t i = 1; i < shape.size(); ++i) {
    if (!shape[i].is_number_integer()) return {};
    out.push_back(shape[i].get<std::int64_t>());
  }
  return out;
}

/// Names of the layers that a layer takes, in either generation's form.
void sources_of(const json& node, std::vector<std::string>& out, int depth = 0) {
  constexpr int kMaxDepth = 32;
  if (depth > kMaxDepth) return;
  if (node.is_object()) {
    const auto history = node.find("keras_history");
    if (history != node.end() && history->is_array() && !history->empty() && (*history)[0].is_string()) {
      out.push_back((*history)[0].get<std::string>());
      return;
    }
    for (const auto& inner : node) sources_of(inner, out, depth + 1);
  } else if (node.is_array()) {
    // Keras 2: ["dense", 0, 0, {}].
    if (node.size() >= 3 && node[0].is_string() && node[1].is_number() && node[2].is_number()) {
      out.push_back(node[0].get<std::string>());
      return;
    }
    for (const auto& inner : node) sources_of(inner, out, depth + 1);
  }
}

/// What Keras 3 calls a class in its files: "Conv2DTranspose" -> "conv2d_transpose".
std::string snake_case(const std::string& kind) {
  std::string out;
  for (std::size_t i = 0; i < kind.size(); ++i) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool begins =
        is_upper(kind[i]) && i > 0 && (is_lower(kind[i - 1]) || (i + 1 < kind.size() && is_lower(kind[i + 1])));
    if (begins) out += '_';
    out += kind[i];
  }
  return in_small_letters(out);
}

/// A functional model's layers, the input first, each behind those that it takes.
class LayerGraph {
 public:
  explicit LayerGraph(std::string where) : where_(std::move(where)) {}

  void add(const std::string& name, const std::string& kind, Layers layers, const std::vector<std::string>& sources) {
    Node node{name, std::move(layers)};
    node.sum = kind == "Add";
    const std::size_t wanted = nodes_.empty() ? 0 : node.sum ? 2 : 1;
    if (sources.size() != wanted) refuse(name);
    for (const auto& source : sources) {
      const auto found = places_.find(source);
      if (found == places_.end()) refuse(name);
      node.sources.push_back(found->second);
    }
    if (wanted > 0) node.fork = node.sources[0];
    if (node.sum) node.fork = meeting(node.sources[0], node.sources[1]);
    if (!places_.emplace(name, nodes_.size()).second || nodes_.size() > kMaxLayers) refuse(name);
    nodes_.push_back(std::move(node));
  }

  /// The chain from the input to the layer of this name; the last one where there is none.
  Layers take(const std::string& last) {
    if (nodes_.empty()) return {};
    const auto found = places_.find(last);
    Layers out = path(found == places_.end() ? nodes_.size() - 1 : found->second, 0, 0);
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
      if (!nodes_[i].used) refuse(nodes_[i].name);
    }
    return out;
  }

 private:
  struct Node {
    std::string name;
    Layers layers;
    std::vector<std::size_t> sources = {};
    std::size_t fork = 0;  ///< the nearest place that every way from the input to this one passes
    bool sum = false, used = false;
  };

  [[noreturn]] void refuse(const std::string& layer) const {
    throw Error("the layer '" + printable(layer) + "' does not follow the one before it", printable(where_),
                "only chains of layers and residual blocks can be imported");
  }

  std::size_t meeting(std::size_t a, std::size_t b) const {
    while (a != b) (a > b ? a : b) = nodes_[std::max(a, b)].fork;
    return a;
  }

  /// The layers behind `from`, up to `at`. One that two paths pass is no chain's.
  Layers path(std::size_t at, std::size_t from, int depth) {
    Layers out;
    while (at != from) {
      Node& node = nodes_[at];
      if (node.used || at < from || depth > kMaxNested) refuse(node.name);
      node.used = true;
      if (node.sum) {
        out.push_back(block(node, depth));
      } else {
        std::move(node.layers.rbegin(), node.layers.rend(), std::back_inserter(out));
      }
      at = node.fork;
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  KerasLayer block(const Node& node, int depth) {
    KerasLayer out{kResidual, node.name};
    out.branch = path(node.sources[0], node.fork, depth + 1);
    out.shortcut = path(node.sources[1], node.fork, depth + 1);
    // A sum does not say which of its two is the shortcut; the shorter one usually is.
    if (out.branch.size() < out.shortcut.size()) std::swap(out.branch, out.shortcut);
    if (out.branch.empty()) refuse(node.name);
    return out;
  }

  std::string where_;
  std::map<std::string, std::size_t> places_;
  std::vector<Node> nodes_;
};

bool is_graph(const std::string& kind) {
  return kind == "Functional" || kind == "Model";
}
bool is_model(const std::string& kind) {
  return kind == "Sequential" || is_graph(kind);
}

class Description {
 public:
  explicit Description(KerasModel& model) : model_(model) {}

  /// Where a model's own layers lie.
  struct Place {
    std::string group = {}, top = {}, path = {};  ///< as KerasLayer has them, with '/' behind them
    int depth = 0;
  };

  Layers layers_of(const json& document, const Place& place) {
    const std::string kind = text_at(document, "class_name");
    if (!is_model(kind) || place.depth > kMaxNested) {
      throw Error(fmt::format("the model is a '{}', whose layers the file does not describe", printable(kind)),
                  printable(model_.where), "save a Sequential or functional model of these layers");
    }
    const json& config = document.at("config");
    const json& list = config.is_array() ? config : config.at("layers");
    if (place.depth == 0 && config.is_object() && config.contains("build_input_shape")) {
      model_.input = shape_of(config["build_input_shape"]);
    }
    Layers chain;
    LayerGraph graph(model_.where);
    std::map<std::string, int> counts;
    for (const auto& layer : list) {
      const std::string its_kind = text_at(layer, "class_name"), its_name = name_of(layer);
      const std::string snake = snake_case(its_kind);
      const int number = counts[snake]++;
      Layers found = taken_apart(layer, {place.group + (number == 0 ? snake : fmt::format("{}_{}", snake, number)),
                                         place.depth == 0 ? its_name : place.top, place.path + its_name, place.depth});
      if (is_graph(kind)) {
        std::vector<std::string> sources;
        if (layer.contains("inbound_nodes")) sources_of(layer["inbound_nodes"], sources);
        graph.add(its_name, its_kind, std::move(found), sources);
      } else {
        std::move(found.begin(), found.end(), std::back_inserter(chain));
      }
    }
    return is_graph(kind) ? graph.take(output_of(config)) : chain;
  }

 private:
  static std::string name_of(const json& layer) {
    const auto out = text_at(layer.at("config"), "name");
    return out.empty() ? text_at(layer, "name") : out;
  }

  std::string output_of(const json& config) const {
    std::vector<std::string> names;
    if (config.contains("output_layers")) sources_of(config["output_layers"], names);
    if (names.size() > 1) {
      throw Error("the model has more than one output", printable(model_.where), "save a model of one");
    }
    return names.empty() ? "" : names[0];
  }

  /// `place` is the layer's own.
  Layers taken_apart(const json& layer, const Place& place) {
    const std::string kind = text_at(layer, "class_name");
    if (is_model(kind)) {
      return layers_of(layer, {place.group + "/layers/", place.top, place.path + "/", place.depth + 1});
    }
    const json& config = layer.at("config");
    take_input(config);
    if (kind == "InputLayer") return {};
    seen_ = true;
    KerasLayer out{kind, name_of(layer), config};
    out.group = place.group;
    out.top = place.top;
    out.path = place.path;
    if (kind == "SpectralNormalization") unwrap(out);
    return {std::move(out)};
  }

  /// The first layer's is the model's.
  void take_input(const json& config) {
    for (const char* key : {"batch_shape", "batch_input_shape"}) {
      const auto found = config.find(key);
      if (found != config.end() && (model_.input.empty() || !seen_)) {
        if (auto shape = shape_of(*found); !shape.empty()) model_.input = std::move(shape);
      }
    }
  }

  void unwrap(KerasLayer& out) {
    const json inner = out.config.at("layer");
    out.kind = text_at(inner, "class_name");
    out.config = inner.at("config");
    out.spectral = true;
    if (out.kind == "Dense" || out.kind == "Conv2D" || out.kind == "Conv2DTranspose") return;
    throw Error("no layer of a recipe is a SpectralNormalization of a '" + printable(out.kind) + "'",
                printable(model_.where + ", layer '" + out.name + "'"), "docs/exchange.md lists what can be imported");
  }

  KerasModel& model_;
  bool seen_ = false;
};

}  // namespace

void describe_keras(KerasModel& model, const std::string& text) {
  try {
    const json document = json::parse(text);
    model.layers = Description(model).layers_of(document, {});
    model.described = true;
  } catch (const json::exception&) {
    throw Error("what the file says of its layers is damaged", printable(model.where),
                "save it anew: model.save('NAME.keras')");
  }
}

std::vector<KerasLayer*> leaves_of(std::vector<KerasLayer>& layers) {
  std::vector<KerasLayer*> out;
  for (auto& layer : layers) {
    if (layer.kind != kResidual) {
      out.push_back(&layer);
      continue;
    }
    for (auto* path : {&layer.branch, &layer.shortcut}) {
      const auto inner = leaves_of(*path);
      out.insert(out.end(), inner.begin(), inner.end());
    }
  }
  return out;
}

}  // namespace ganymede::exchange
