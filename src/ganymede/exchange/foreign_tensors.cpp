#include "ganymede/exchange/foreign_tensors.h"

#include <fmt/ranges.h>

#include <fstream>
#include <sstream>

#include "ganymede/core/error.h"
#include "ganymede/core/file_kind.h"
#include "ganymede/core/text.h"
#include "ganymede/exchange/state_dict.h"
#include "ganymede/exchange/tensor_groups.h"
#include "ganymede/exchange/torch_file.h"

namespace ganymede::exchange {
namespace {

namespace fs = std::filesystem;
using checkpoint::NamedTensor;
using Tensors = std::vector<NamedTensor>;

constexpr std::array kGeneratorPrefixes{
    "g_ema.",           "G_ema.",       "netG.", "generator.", "G.", "gen.", "generator_state_dict.",
    "netG_state_dict.", "G_state_dict."};
constexpr std::array kDiscriminatorPrefixes{
    "netD.",        "discriminator.", "D.", "disc.", "critic.", "discriminator_state_dict.", "netD_state_dict.",
    "D_state_dict."};

/// A name without what a checkpoint puts before all of them.
std::string_view unwrapped(std::string_view name) {
  for (const std::string_view wrapper : {"state_dict.", "model_state_dict.", "model."}) {
    if (name.starts_with(wrapper)) return unwrapped(name.substr(wrapper.size()));
  }
  return name;
}

/// The names behind the first of the prefixes that any has, without it; nothing where none has one.
template <std::size_t N>
Tensors behind(const Tensors& given, const std::array<const char*, N>& prefixes) {
  for (const std::string prefix : prefixes) {
    Tensors out;
    for (const auto& named : given) {
      const auto name = unwrapped(named.name);
      if (name.starts_with(prefix)) out.push_back({std::string(name.substr(prefix.size())), named.tensor});
    }
    if (!out.empty()) return out;
  }
  return {};
}

void replace_end(std::string& text, const std::string& end, const std::string& by) {
  if (text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0) {
    text.replace(text.size() - end.size(), end.size(), by);
  }
}

std::string plain_name(std::string name) {
  const std::string wrapper = "module.";
  while (name.rfind(wrapper, 0) == 0) name.erase(0, wrapper.size());
  replace_end(name, "parametrizations.weight.original", "weight_orig");
  replace_end(name, "parametrizations.weight.0._u", "weight_u");
  replace_end(name, "parametrizations.weight.0._v", "weight_v");
  return name;
}

std::string mapped(const std::string& name, const std::map<std::string, std::string>& map) {
  if (const auto found = map.find(name); found != map.end()) return found->second;
  for (const auto& [from, to] : map) {
    if (from.ends_with('.') && name.rfind(from, 0) == 0) return to + name.substr(from.size());
  }
  return name;
}

std::string dims(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes(), ", "));
}

bool same_shapes(const TensorGroup& a, const TensorGroup& b) {
  if (a.tensors.size() != b.tensors.size()) return false;
  for (const auto& [name, tensor] : a.tensors) {
    const auto found = b.tensors.find(name);
    if (found == b.tensors.end() || found->second.sizes() != tensor.sizes()) return false;
  }
  return true;
}

[[noreturn]] void refuse(const std::vector<std::string>& differences, const std::string& where) {
  throw Error(fmt::format("the file's tensors are not those of the recipe's layers: {}", fmt::join(differences, "; ")),
              where, "name the recipe it was trained with, or give the names with --map");
}

/// Pairs by name where all names are there; what differs is added to `differences`.
Assignment by_name(const std::map<std::string, Tensor>& given, const Tensors& wanted,
                   std::vector<std::string>& differences) {
  Assignment out;
  std::size_t used = 0;
  for (const auto& [name, tensor] : wanted) {
    const auto found = given.find(name);
    if (found == given.end()) {
      differences.push_back(fmt::format("{} {} is missing", name, dims(tensor)));
    } else if (found->second.sizes() != tensor.sizes()) {
      ++used;
      differences.push_back(
          fmt::format("{} is {}, the recipe's layer has {}", name, dims(found->second), dims(tensor)));
    } else {
      ++used;
      out.pairs.emplace_back(name, name);
    }
  }
  if (used < given.size()) {
    const auto is_wanted = [&](const std::string& name) {
      return std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return one.name == name; });
    };
    for (const auto& [name, tensor] : given) {
      if (!is_wanted(name)) differences.push_back(fmt::format("{} {} is in no layer", name, dims(tensor)));
    }
  }
  return out;
}

Assignment by_order(const Tensors& given, const Tensors& wanted, std::vector<std::string>& differences) {
  const auto theirs = groups_of(given), ours = groups_of(wanted);
  Assignment out;
  out.by_order = true;
  for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i) {
    if (i >= ours.size()) {
      differences.push_back(described(theirs[i]) + " is one layer more than the recipe has");
    } else if (i >= theirs.size()) {
      differences.push_back("nothing in the file is " + described(ours[i]));
    } else if (!same_shapes(theirs[i], ours[i])) {
      differences.push_back(fmt::format("{} is not {}", described(theirs[i]), described(ours[i])));
    } else {
      for (const auto& [name, tensor] : ours[i].tensors)
        out.pairs.emplace_back(theirs[i].name + name, ours[i].name + name);
    }
  }
  return out;
}

}  // namespace

Tensors read_foreign(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code ignored;
  if (!file || fs::is_directory(path, ignored)) {
    throw Error("cannot read the file", path.string(), "name a .pth, .pt, .safetensors, .keras or .h5 file");
  }
  std::string head(kLfsPointer.size(), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (head == kLfsPointer) throw Error(kIsLfsPointer, path.string(), kLfsPointerHint);
  if (head.rfind("PK", 0) == 0) return read_torch_file(path);
  constexpr std::size_t kHeaderBegins = 8;
  if (head.size() > kHeaderBegins && head[kHeaderBegins] == '{') return checkpoint::read_safetensors(path).tensors;
  if (head.rfind("\x80\x02", 0) == 0) {
    throw Error("this is a file of PyTorch before 1.6", path.string(),
                "load it there and save it anew: torch.save(torch.load(FILE), NEW)");
  }
  const FileKind other = file_kind(file);
  throw Error(other.is.empty() ? "the file is neither of torch.save nor safetensors" : other.is, path.string(),
              "name a .pth, .pt, .safetensors, .keras or .h5 file");
}

Tensors tensors_of(const Tensors& given, bool generator) {
  Tensors plain;
  for (const auto& [name, tensor] : given) plain.push_back({plain_name(name), tensor});
  Tensors own = generator ? behind(plain, kGeneratorPrefixes) : behind(plain, kDiscriminatorPrefixes);
  return own.empty() ? plain : own;
}

bool holds_both(const Tensors& given) {
  Tensors plain;
  for (const auto& [name, tensor] : given) plain.push_back({plain_name(name), tensor});
  return !behind(plain, kGeneratorPrefixes).empty() && !behind(plain, kDiscriminatorPrefixes).empty();
}

Assignment assign(const Tensors& given, const models::Network& network, const std::map<std::string, std::string>& map,
                  const std::string& where) {
  Tensors theirs;
  std::map<std::string, Tensor> table;
  for (const auto& [name, tensor] : given) {
    const std::string plain = mapped(plain_name(name), map);
    const std::string counter = "num_batches_tracked";
    if (plain.size() >= counter.size() && plain.ends_with(counter)) continue;
    theirs.push_back({plain, tensor});
    table[plain] = tensor;
  }
  const Tensors ours = tensors_by_pytorch_names(network);
  std::vector<std::string> by_name_differences, by_order_differences;
  Assignment found = by_name(table, ours, by_name_differences);
  if (!by_name_differences.empty()) {
    found = by_order(theirs, ours, by_order_differences);
    // With a map the user's names are what counts.
    if (!by_order_differences.empty()) refuse(map.empty() ? by_order_differences : by_name_differences, where);
  }
  std::map<std::string, Tensor> own;
  for (const auto& [name, tensor] : ours) own[name] = tensor;
  torch::NoGradGuard constant;
  for (const auto& [from, to] : found.pairs) {
    const Tensor& value = table.at(from);
    if (!value.is_floating_point()) {
      throw Error("the tensor '" + from + "' holds no floating-point numbers", where,
                  "save the model's weights as f32");
    }
    if (!torch::isfinite(value).all().item<bool>()) {
      throw Error("the tensor '" + from + "' holds NaN or infinity", where,
                  "take a checkpoint from before it diverged");
    }
    own.at(to).copy_(value);
  }
  return found;
}

std::map<std::string, std::string> read_map(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw Error("cannot read the file", path.string(), "name a text of lines 'theirs = ours'");
  std::map<std::string, std::string> out;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    line = line.substr(0, line.find('#'));
    std::istringstream words(line);
    std::string from, equals, to, more;
    words >> from;
    if (from.empty()) continue;
    words >> equals >> to >> more;
    if (equals != "=" || to.empty() || !more.empty()) {
      throw UsageError("a line of a map is 'theirs = ours'", fmt::format("{}:{}", path.string(), number), "write one");
    }
    out[from] = to;
  }
  return out;
}

}  // namespace ganymede::exchange
