#include "ganymede/exchange/keras_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/text.h"
#include "ganymede/data/archive.h"
#include "ganymede/exchange/keras_description.h"

namespace ganymede::exchange {
namespace {

namespace fs = std::filesystem;
/// Where a wrapper's inner layer lies below it.
constexpr const char* kWrapped = "/layer";
constexpr const char *kWeightsMember = "model.weights.h5", *kConfigMember = "config.json";
constexpr const char* kSaveAsKeras = "save it anew: model.save('NAME.keras')";
constexpr std::uint64_t kMaxFile = std::uint64_t{16} << 30;

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

/// The layers of Keras 3's weights by their groups: "conv2d_1" of "layers/conv2d_1/vars/0", of a nested model's
/// "sequential/layers/conv2d_1"; with the layer's own name beside.
struct Stored {
  std::string group, name;
  std::vector<std::string> datasets;
};
std::vector<Stored> stored_layers(const Hdf5File& file) {
  std::vector<Stored> out;
  const std::string middle = "/vars/", old = "_layer_checkpoint_dependencies";
  for (const auto& path : file.datasets()) {
    const auto at = path.find(middle);
    const auto begin = path.find('/');
    if (at == std::string::npos || begin == std::string::npos || begin >= at) continue;
    const std::string top = path.substr(0, begin);
    std::string group = path.substr(begin + 1, at - begin - 1);
    if (top != "layers" && top != old) continue;
    for (auto found = group.find(old); found != std::string::npos; found = group.find(old)) {
      group.replace(found, old.size(), "layers");
    }
    if (out.empty() || out.back().group != group) {
      const auto names = file.texts(path.substr(0, at) + "/vars", "name");
      out.push_back({group, names.empty() ? "" : names[0], {}});
    }
    out.back().datasets.push_back(path);
  }
  return out;
}

/// "sequential/layers/dense_1" -> "sequential/layers/", "dense_1".
std::string container_of(const std::string& group) {
  return group.substr(0, group.rfind('/') + 1);
}
std::string last_of(const std::string& group) {
  return group.substr(group.rfind('/') + 1);
}

void take_numbered(KerasModel& model, KerasLayer& layer, const Stored& stored, const Hdf5File& file) {
  const auto names = variables_of(layer, stored.datasets.size(), model.where);
  if (stored.datasets.size() > names.size()) {
    throw Error(fmt::format("it has {}, which no layer of a recipe has", counted(stored.datasets.size(), "tensor")),
                printable(model.where + ", layer " + layer.name),
                "import chains of the layers that docs/exchange.md lists");
  }
  for (std::size_t i = 0; i < stored.datasets.size(); ++i) layer.tensors[names[i]] = file.numbers(stored.datasets[i]);
}

/// A SpectralNormalization's own tensors: the kernel again in newer versions, and behind it the vector.
void take_vector(KerasLayer& layer, const Stored& wrapper, const Hdf5File& file) {
  layer.spectral = true;
  layer.tensors["vector_u"] = file.numbers(wrapper.datasets.back());
}

using Groups = std::vector<Stored>;
const Stored* group_named(const Groups& stored, const std::string& group) {
  const auto found = std::find_if(stored.begin(), stored.end(), [&](const auto& one) { return one.group == group; });
  return found == stored.end() ? nullptr : &*found;
}

void read_undescribed(KerasModel& model, const Groups& stored, const Hdf5File& file) {
  model.ordered = false;
  for (const auto& one : stored) {
    if (group_named(stored, one.group + kWrapped) != nullptr) continue;
    std::string group = one.group;
    const Stored* wrapper = nullptr;
    if (group.ends_with(kWrapped)) {
      group.resize(group.size() - std::string(kWrapped).size());
      wrapper = group_named(stored, group);
    }
    model.layers.push_back({without_number(last_of(group)), group});
    take_numbered(model, model.layers.back(), one, file);
    if (wrapper != nullptr) take_vector(model.layers.back(), *wrapper, file);
  }
}

void read_numbered(KerasModel& model, const Hdf5File& file) {
  const auto stored = stored_layers(file);
  if (!model.described) return read_undescribed(model, stored, file);
  for (auto* layer : leaves_of(model.layers)) {
    const std::string container = container_of(layer->group);
    // The layer's own name is beside its tensors but in the first versions of Keras 3.
    const auto own = std::find_if(stored.begin(), stored.end(), [&](const auto& one) {
      return one.name == layer->name && container_of(one.group) == container;
    });
    const Stored* found = own == stored.end() ? group_named(stored, layer->group) : &*own;
    if (!layer->spectral) {
      if (found != nullptr) take_numbered(model, *layer, *found, file);
      continue;
    }
    const Stored* inner = found == nullptr ? nullptr : group_named(stored, found->group + kWrapped);
    if (inner == nullptr) continue;
    take_numbered(model, *layer, *inner, file);
    take_vector(*layer, *found, file);
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

/// "sequential/dense/kernel:0" -> "sequential/dense".
std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// How many names at their ends two paths have in common.
std::size_t common_end(std::string a, std::string b) {
  std::size_t out = 0;
  for (; !a.empty() && !b.empty() && last_of(a) == last_of(b); ++out) a = parent_of(a), b = parent_of(b);
  return out;
}

/// Which layer of the group `top` has a variable of this parent: the group's own, or of a nested model the one whose
/// name, behind those of the models around it, is the parent's; for what a SpectralNormalization wraps that is one
/// more.
KerasLayer& layer_of(const std::vector<KerasLayer*>& leaves, const std::string& top, const std::string& parent,
                     const std::string& where) {
  std::vector<KerasLayer*> found;
  std::size_t best = 0;
  for (auto* leaf : leaves) {
    if (leaf->top != top) continue;
    if (leaf->group.find('/') == std::string::npos) return *leaf;
    std::size_t common = common_end(parent, leaf->path);
    if (leaf->spectral) common = std::max(common, common_end(parent_of(parent), leaf->path));
    if (common < std::max(best, std::size_t{1})) continue;
    if (common > best) found.clear();
    best = common;
    found.push_back(leaf);
  }
  if (found.empty()) {
    throw Error("the layer '" + printable(top) + "' has tensors but no description", printable(where), kSaveAsKeras);
  }
  if (found.size() > 1) {
    throw Error("two layers in '" + printable(top) + "' are named '" + printable(found[0]->name) + "'",
                printable(where), kSaveAsKeras);
  }
  return *found[0];
}

/// The same where nothing says what the layers are: a layer for each parent in the group `top`, which stand from
/// `begin` on.
KerasLayer& layer_for(std::vector<KerasLayer>& layers, std::size_t begin, const std::string& top,
                      const std::string& path) {
  const std::string parent = parent_of(path);
  const bool vector = variable_of(path) == "vector_u";
  for (std::size_t i = begin; i < layers.size(); ++i) {
    if (layers[i].group == parent || (vector && parent_of(layers[i].group) == parent)) return layers[i];
  }
  const std::string name = last_of(parent).empty() ? top : last_of(parent);
  layers.push_back({without_number(name), name});
  layers.back().group = parent;
  return layers.back();
}

/// Keras 2's weights, and those of Keras 3's .h5: groups by layers' names, in order.
void read_named(KerasModel& model, const Hdf5File& file, const std::string& base) {
  const auto leaves = leaves_of(model.layers);
  for (const auto& name : names_at(file, base, "layer_names")) {
    const std::string group = base.empty() ? name : base + "/" + name;
    const std::size_t begin = model.layers.size();
    for (const auto& path : names_at(file, group, "weight_names")) {
      KerasLayer& layer = model.described ? layer_of(leaves, name, parent_of(path), model.where)
                                          : layer_for(model.layers, begin, name, path);
      const std::string variable = variable_of(path);
      layer.spectral = layer.spectral || variable == "vector_u";
      if (!layer.tensors.emplace(variable, file.numbers(group + "/" + path)).second) {
        throw Error("the layer '" + printable(layer.name) + "' has its " + printable(variable) + " twice",
                    printable(model.where), kSaveAsKeras);
      }
    }
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
  if (!has_config) throw Error("the archive holds no config.json", path.string(), kSaveAsKeras);
  if (!is_hdf5(weights)) throw Error("the archive's model.weights.h5 is no HDF5 file", path.string(), kSaveAsKeras);
  describe_keras(model, config);
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
  if (!config.empty()) describe_keras(model, config[0]);
  if (!names_at(file, "model_weights", "layer_names").empty()) {
    read_named(model, file, "model_weights");
  } else if (!names_at(file, "", "layer_names").empty()) {
    read_named(model, file, "");
  } else {
    read_numbered(model, file);
  }
  const auto leaves = leaves_of(model.layers);
  const bool any = std::any_of(leaves.begin(), leaves.end(), [](const auto* one) { return !one->tensors.empty(); });
  if (!any) throw Error("the HDF5 file holds no weights of Keras", printable(path.string()), kSaveAsKeras);
  return model;
}

}  // namespace ganymede::exchange
