#include "ganymede/checkpoint/model_file.h"

#include <fmt/ranges.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "ganymede/models/initialise.h"

namespace ganymede::checkpoint {
namespace {

namespace fs = std::filesystem;

std::string meta(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

std::uint64_t number(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

fs::path model_at(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    throw Error("no such model", path.string(), "name a .safetensors file or a run folder");
  if (!fs::is_directory(path, ignored)) return path;
  if (const auto file = model_file_in(path)) return *file;
  throw Error("the folder holds no model", path.string(),
              "name a run folder, or train one with 'ganymede train RECIPE'");
}

/// The names in a file's metadata, where they are as many as the networks' classes; else "class 0", "class 1", ...
std::vector<std::string> class_names(const SafetensorsFile& file, std::int64_t classes) {
  const auto list = nlohmann::json::parse(meta(file, "classes"), nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  if (list.is_array()) {
    for (const auto& name : list) names.push_back(name.is_string() ? name.get<std::string>() : std::string());
  }
  if (names.size() == static_cast<size_t>(classes)) return names;
  names.clear();
  for (std::int64_t i = 0; i < classes; ++i) names.push_back(fmt::format("class {}", i));
  return names;
}

/// What a model is conditioned on that has no classes; empty where there is nothing. Throws Error where the file's
/// numbers do not fit its networks.
std::vector<data::Condition> conditions_of(const SafetensorsFile& file, std::int64_t width, const std::string& where) {
  const auto list = nlohmann::json::parse(meta(file, kExamples), nullptr, /*allow_exceptions=*/false);
  std::vector<data::Condition> out;
  if (!list.is_array()) return out;
  try {
    for (const auto& one : list) out.push_back({one.at("name"), one.at("low"), one.at("high")});
  } catch (const nlohmann::json::exception&) {
    throw Error("what the file says of its conditions is damaged", where, "use a file that 'ganymede train' wrote");
  }
  const Tensor* rows = file.find(kExamples);
  if (static_cast<std::int64_t>(out.size()) != width || rows == nullptr || rows->dim() != 2 || rows->size(0) == 0 ||
      rows->size(1) != width) {
    throw Error("the file's conditions do not fit its networks", where, "use a file that 'ganymede train' wrote");
  }
  return out;
}

}  // namespace

std::optional<fs::path> model_file_in(const fs::path& folder) {
  std::error_code ignored;
  for (const char* name : {"best.safetensors", "model.safetensors"}) {
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return std::nullopt;
}

models::Network Model::untrained_generator() const {
  models::Network network(recipe.generator, gan.generator.input_shape());
  models::initialise(network, recipe.generator, recipe.train.seed, "generator");
  network.to(gan.generator.device());
  return network;
}

void append_tensors(std::vector<NamedTensor>& out, const std::string& prefix, const models::Network& network) {
  for (const auto& [name, tensor] : network.state()) out.push_back({prefix + "." + name, tensor.detach()});
}

void load_tensors(const SafetensorsFile& file, const std::string& prefix, const models::Network& network,
                  const std::string& where) {
  std::map<std::string, const at::Tensor*> by_name;
  for (const auto& named : file.tensors) by_name.emplace(named.name, &named.tensor);
  torch::NoGradGuard constant;
  for (const auto& [name, tensor] : network.state()) {
    const std::string full = prefix + "." + name;
    const auto found = by_name.find(full);
    if (found == by_name.end())
      throw Error("the tensor '" + full + "' is missing", where, "use a file made from the same networks");
    const at::Tensor& value = *found->second;
    if (value.sizes() != tensor.sizes()) {
      throw Error(fmt::format("the tensor '{}' has shape [{}] but the recipe's layer needs [{}]", full,
                              fmt::join(value.sizes(), ", "), fmt::join(tensor.sizes(), ", ")),
                  where, "use a file made from the same networks");
    }
    if (!value.is_floating_point())
      throw Error("the tensor '" + full + "' does not hold floating-point numbers", where);
    tensor.copy_(value);
  }
}

std::map<std::string, std::string> metadata(const config::Recipe& resolved, std::uint64_t step,
                                            const std::vector<std::string>& classes,
                                            const std::vector<data::Condition>& conditions) {
  config::Recipe recipe = resolved;
  // Where this machine keeps its data is nobody else's business.
  for (auto* data : {&recipe.data, &recipe.source}) {
    for (auto* path : {&data->path, &data->photos, &data->exclude}) path->clear();
  }
  recipe.quality.features.clear();
  std::map<std::string, std::string> out{{"format", "pt"},  // what loaders of the Hub ask for
                                         {"producer", "ganymede"},
                                         {"format_version", std::to_string(kFormatVersion)},
                                         {"name", resolved.name},
                                         {"recipe", config::to_toml(recipe)},
                                         {"step", std::to_string(step)}};
  if (!classes.empty()) out["classes"] = nlohmann::json(classes).dump();
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : conditions) list.push_back({{"name", one.name}, {"low", one.low}, {"high", one.high}});
  if (!list.empty()) out[kExamples] = list.dump();
  return out;
}

config::Recipe recipe_of(const SafetensorsFile& file, const std::string& where) {
  // Files had "ganymede" as their format once.
  const bool ours = meta(file, "producer") == "ganymede" || meta(file, "format") == "ganymede";
  if (!ours || meta(file, "recipe").empty()) {
    throw Error("the file holds tensors but no Ganymede recipe", where,
                "use a model.safetensors that 'ganymede train' wrote");
  }
  if (number(meta(file, "format_version")) > kFormatVersion) {
    throw Error(fmt::format("the file has format version {}, this program knows up to {}", meta(file, "format_version"),
                            kFormatVersion),
                where, "use a newer program");
  }
  try {
    return config::parse_recipe(meta(file, "recipe"), meta(file, "name"), "the recipe in " + where);
  } catch (const UsageError& error) {  // the user did not write it: it is the file that is wrong
    throw Error(error.what_happened(), error.where(), error.hint());
  }
}

std::uint64_t step_of(const SafetensorsFile& file) {
  return number(meta(file, "step"));
}

std::optional<std::uint64_t> images_of(const SafetensorsFile& file) {
  const std::string text = meta(file, kImages);
  return text.empty() ? std::nullopt : std::optional(number(text));
}

Model load_model(const fs::path& given, const torch::Device& device) {
  const fs::path path = model_at(given);
  const std::string where = path.string();
  const auto file = read_safetensors(path);
  config::Recipe recipe = recipe_of(file, where);
  try {
    models::Gan gan = models::build_gan(recipe);
    load_tensors(file, "generator", gan.generator, where);
    load_tensors(file, "discriminator", gan.discriminator, where);
    if (gan.encoder) load_tensors(file, "encoder", *gan.encoder, where);
    std::optional<models::Network> average;
    bool has_ema = false;
    for (const auto& named : file.tensors) has_ema = has_ema || named.name.rfind("ema.", 0) == 0;
    if (has_ema) {
      average.emplace(recipe.generator, gan.generator.input_shape());
      load_tensors(file, "ema", *average, where);
      average->to(device);
    }
    gan.generator.to(device);
    gan.discriminator.to(device);
    if (gan.encoder) gan.encoder->to(device);
    auto conditions = conditions_of(file, gan.classes(), where);
    auto classes = conditions.empty() ? class_names(file, gan.classes()) : std::vector<std::string>{};
    const Tensor* examples = conditions.empty() ? nullptr : file.find(kExamples);
    return Model{std::move(recipe),
                 std::move(gan),
                 std::move(average),
                 step_of(file),
                 path,
                 std::move(classes),
                 std::move(conditions),
                 examples == nullptr ? Tensor() : examples->to(at::kFloat)};
  } catch (const UsageError& error) {
    throw Error(error.what_happened(), error.where(), error.hint());
  }
}

Model load_generating_model(const fs::path& path, const torch::Device& device) {
  Model model = load_model(path, device);
  if (!model.gan.encoder) return model;
  throw UsageError("the model generates nothing from noise: it translates images", path.string(),
                   "use 'ganymede translate'");
}

}  // namespace ganymede::checkpoint
