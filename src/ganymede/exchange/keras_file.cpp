#include "ganymede/exchange/keras_file.h"

#include <algorithm>
#include <fstream>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/text.h"
#include "ganymede/data/archive.h"
#include "ganymede/exchange/hdf5_file.h"

namespace ganymede::exchange {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char *kWeightsMember = "model.weights.h5", *kConfigMember = "config.json";
constexpr const char* kSaveAnew = "save it anew: model.save('NAME.keras')";
constexpr std::uint64_t kMaxFile = std::uint64_t{16} << 30;

Tensor tensor_of(const Hdf5File& file, const std::string& dataset) {
  auto numbers = file.numbers(dataset);
  return torch::from_blob(numbers.values.data(), numbers.sides, at::kFloat).clone();
}

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

[[noreturn]] void refuse_graph(const std::string& layer, const std::string& where) {
  throw Error("the layer '" + printable(layer) + "' does not follow the one before it", printable(where),
              "only chains of layers can be imported");
}

class Description {
 public:
  Description(KerasModel& model, const json& document) : model_(model) {
    const std::string kind = text_at(document, "class_name");
    const bool chain = kind == "Sequential", graph = kind == "Functional" || kind == "Model";
    if (!chain && !graph) {
      throw Error(fmt::format("the model is a '{}', whose layers the file does not describe", printable(kind)),
                  printable(model.where), "save a Sequential or functional model of these layers");
    }
    const json& config = document.at("config");
    const json& layers = config.is_array() ? config : config.at("layers");
    if (config.is_object() && config.contains("build_input_shape")) model.input = shape_of(config["build_input_shape"]);
    for (const auto& layer : layers) add(layer, graph);
    model.described = true;
  }

 private:
  void add(const json& layer, bool graph) {
    const json& config = layer.at("config");
    KerasLayer out{text_at(layer, "class_name"), text_at(config, "name"), config};
    if (out.name.empty()) out.name = text_at(layer, "name");
    for (const char* key : {"batch_shape", "batch_input_shape"}) {
      const auto found = config.find(key);
      if (found != config.end() && (model_.input.empty() || model_.layers.empty())) {
        if (auto shape = shape_of(*found); !shape.empty()) model_.input = std::move(shape);
      }
    }
    if (graph) follow(layer, out.name);
    if (out.kind != "InputLayer") model_.layers.push_back(std::move(out));
  }

  void follow(const json& layer, const std::string& name) {
    std::vector<std::string> sources;
    if (layer.contains("inbound_nodes")) sources_of(layer["inbound_nodes"], sources);
    if (first_ ? !sources.empty() : (sources.size() != 1 || sources[0] != before_)) refuse_graph(name, model_.where);
    first_ = false;
    before_ = name;
  }

  KerasModel& model_;
  bool first_ = true;
  std::string before_;
};

void describe(KerasModel& model, const std::string& text) {
  try {
    const json document = json::parse(text);
    Description(model, document);
  } catch (const json::exception&) {
    throw Error("what the file says of its layers is damaged", printable(model.where), kSaveAnew);
  }
}

/// "dense_12" -> "dense".
std::string without_number(const std::string& name) {
  const auto bar = name.rfind('_');
  if (bar == std::string::npos || bar + 1 == name.size()) return name;
  const bool number = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(bar) + 1, name.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return number ? name.substr(0, bar) : name;
}

/// Names of a layer's variables, which a .weights.h5 only numbers.
std::vector<std::string> variables_of(const KerasLayer& layer, std::size_t count, const std::string& where) {
  std::string kind = in_small_letters(layer.kind);
  std::erase(kind, '_');
  const bool group = kind == "groupnormalization";
  if (kind != "batchnormalization" && !group)
    return kind == "embedding" ? std::vector<std::string>{"embeddings"} : std::vector<std::string>{"kernel", "bias"};
  const bool told = layer.config.is_object();
  const std::size_t statistics = group ? 0 : 2;
  const bool scale = told ? layer.config.value("scale", true) : count == statistics + 2;
  const bool center = told ? layer.config.value("center", true) : count == statistics + 2;
  if (!told && count == statistics + 1) {
    throw Error("whether one of its tensors is gamma or beta the file does not say",
                printable(where + ", layer " + layer.name), "import the .keras file");
  }
  std::vector<std::string> names;
  if (scale) names.emplace_back("gamma");
  if (center) names.emplace_back("beta");
  if (group) return names;
  names.emplace_back("moving_mean");
  names.emplace_back("moving_variance");
  return names;
}

/// The layers of Keras 3's weights: "layers/conv2d_1/vars/0", with the layer's own name beside.
struct Stored {
  std::string group, name;
  std::vector<std::string> datasets;
};
std::vector<Stored> stored_layers(const Hdf5File& file) {
  std::vector<Stored> out;
  const std::string middle = "/vars/";
  for (const auto& path : file.datasets()) {
    const auto at = path.find(middle);
    const auto begin = path.find('/');
    if (at == std::string::npos || begin == std::string::npos || begin >= at) continue;
    const std::string top = path.substr(0, begin), group = path.substr(begin + 1, at - begin - 1);
    if (top != "layers" && top != "_layer_checkpoint_dependencies") continue;
    if (out.empty() || out.back().group != group) {
      const auto names = file.texts(path.substr(0, at) + "/vars", "name");
      out.push_back({group, names.empty() ? "" : names[0], {}});
    }
    out.back().datasets.push_back(path);
  }
  return out;
}

void take_numbered(KerasModel& model, KerasLayer& layer, const Stored& stored, const Hdf5File& file) {
  const auto names = variables_of(layer, stored.datasets.size(), model.where);
  if (stored.datasets.size() > names.size()) {
    throw Error(fmt::format("it has {}, which no layer of a recipe has", counted(stored.datasets.size(), "tensor")),
                printable(model.where + ", layer " + layer.name),
                "import chains of the layers that docs/exchange.md lists");
  }
  for (std::size_t i = 0; i < stored.datasets.size(); ++i)
    layer.tensors[names[i]] = tensor_of(file, stored.datasets[i]);
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

void read_numbered(KerasModel& model, const Hdf5File& file) {
  const auto stored = stored_layers(file);
  if (!model.described) {
    model.ordered = false;
    for (const auto& one : stored) {
      model.layers.push_back({without_number(one.group), one.group});
      take_numbered(model, model.layers.back(), one, file);
    }
    return;
  }
  std::map<std::string, int> counts;
  for (auto& layer : model.layers) {
    const std::string kind = snake_case(layer.kind);
    const int number = counts[kind]++;
    const std::string group = number == 0 ? kind : fmt::format("{}_{}", kind, number);
    // The layer's own name is beside its tensors but in the first versions of Keras 3.
    auto found = std::find_if(stored.begin(), stored.end(), [&](const auto& one) { return one.name == layer.name; });
    if (found == stored.end()) {
      found = std::find_if(stored.begin(), stored.end(), [&](const auto& one) { return one.group == group; });
    }
    if (found != stored.end()) take_numbered(model, layer, *found, file);
  }
}

/// A list of names, which Keras cuts into several attributes where it is long.
std::vector<std::string> names_at(const Hdf5File& file, const std::string& group, const std::string& attribute) {
  auto out = file.texts(group, attribute);
  constexpr int kMaxParts = 10'000;
  for (int i = 0; out.empty() && i < kMaxParts; ++i) {
    const auto part = file.texts(group, attribute + std::to_string(i));
    if (part.empty()) break;
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

/// "sequential/dense/kernel:0" -> "kernel".
std::string variable_of(const std::string& path) {
  const std::string last = path.substr(path.rfind('/') + 1);
  return last.substr(0, last.find(':'));
}

/// Keras 2's weights, and those of Keras 3's .h5: groups by layers' names, in order.
void read_named(KerasModel& model, const Hdf5File& file, const std::string& base) {
  for (const auto& name : names_at(file, base, "layer_names")) {
    const std::string group = base.empty() ? name : base + "/" + name;
    const auto variables = names_at(file, group, "weight_names");
    if (variables.empty()) continue;
    auto layer =
        std::find_if(model.layers.begin(), model.layers.end(), [&](const auto& one) { return one.name == name; });
    if (layer == model.layers.end()) {
      if (model.described) {
        throw Error("the layer '" + printable(name) + "' has tensors but no description", printable(model.where),
                    kSaveAnew);
      }
      layer = model.layers.insert(layer, {without_number(name), name});
    }
    for (const auto& variable : variables)
      layer->tensors[variable_of(variable)] = tensor_of(file, group + "/" + variable);
  }
}

bool is_hdf5(const Bytes& head) {
  const std::string magic = "\x89HDF";
  return head.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), head.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

void read_archive(KerasModel& model, const fs::path& path, Bytes& weights) {
  std::string config;
  bool has_config = false;
  data::walk_archive(
      path, data::Wanted([](const std::string& name) { return name == kWeightsMember || name == kConfigMember; }),
      [&](const std::string& name, Bytes bytes) {
        if (name == kConfigMember) {
          config.assign(bytes.begin(), bytes.end());
          has_config = true;
        } else {
          weights = std::move(bytes);
        }
        return true;
      });
  if (!has_config) throw Error("the archive holds no config.json", path.string(), kSaveAnew);
  if (!is_hdf5(weights)) throw Error("the archive's model.weights.h5 is no HDF5 file", path.string(), kSaveAnew);
  describe(model, config);
}

}  // namespace

bool is_keras_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes head(4);
  file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  if (!file) return false;
  if (is_hdf5(head)) return true;
  if (head[0] != 'P' || head[1] != 'K') return false;
  if (path.extension() == ".keras") return true;
  bool found = false;
  data::walk_archive(path, data::Wanted([&](const std::string& name) {
                       found = found || name == kWeightsMember;
                       return false;
                     }),
                     [](const std::string&, const Bytes&) { return true; });
  return found;
}

KerasModel read_keras(const fs::path& path) {
  KerasModel model{path.string()};
  Bytes bytes = read_file(path, kMaxFile);
  if (!is_hdf5(bytes)) {
    read_archive(model, path, bytes);
    read_numbered(model, Hdf5File(bytes, path.string() + ", " + kWeightsMember));
    return model;
  }
  const Hdf5File file(bytes, path.string());
  const auto config = file.texts("", "model_config");
  if (!config.empty()) describe(model, config[0]);
  if (!names_at(file, "model_weights", "layer_names").empty()) {
    read_named(model, file, "model_weights");
  } else if (!names_at(file, "", "layer_names").empty()) {
    read_named(model, file, "");
  } else {
    read_numbered(model, file);
  }
  const bool any =
      std::any_of(model.layers.begin(), model.layers.end(), [](const auto& one) { return !one.tensors.empty(); });
  if (!any) throw Error("the HDF5 file holds no weights of Keras", printable(path.string()), kSaveAnew);
  return model;
}

}  // namespace ganymede::exchange
