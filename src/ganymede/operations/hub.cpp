#include "ganymede/operations/hub.h"

#include <nlohmann/json.hpp>

#include "ganymede/core/counted.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/summary.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/generate.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;
using checkpoint::SafetensorsFile;
using nlohmann::ordered_json;

constexpr int kSamples = 64;  // at most, in the card's image

/// A text as YAML takes it: JSON's quotes are YAML's.
std::string quoted(const std::string& text) {
  return ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json shape_of(const Model& model) {
  const auto& shape = model.image_shape();
  return {{"channels", shape.channels()}, {"height", shape.height()}, {"width", shape.width()}};
}

ordered_json config_of(const Model& model, const std::string& recipe) {
  ordered_json out{{"model_type", "ganymede"},    {"library_name", "ganymede"}, {"ganymede_version", GANYMEDE_VERSION},
                   {"name", model.recipe().name}, {"step", model.step()},       {"image", shape_of(model)}};
  if (model.encoder() == nullptr) {
    const bool uniform = model.recipe().latent.distribution == config::LatentDistribution::kUniform;
    out["latent"] = {{"size", model.recipe().latent.size}, {"distribution", uniform ? "uniform" : "normal"}};
  }
  if (!model.classes().empty()) out["classes"] = model.classes();
  out["ema"] = out["averaged"] = model.file().average.has_value();  // its old name: readers of then look for it
  out["generator"] = models::to_json(models::summarise(model.generator()));
  out["discriminator"] = models::to_json(models::summarise(model.discriminator()));
  if (const auto* encoder = model.encoder()) out["encoder"] = models::to_json(models::summarise(*encoder));
  out["recipe"] = recipe;
  return out;
}

/// The metric that a run's best model was chosen by, as its file says it.
struct Evaluated {
  std::string metric, value, protocol;
};
std::optional<Evaluated> evaluated(const std::map<std::string, std::string>& metadata) {
  const auto metric = metadata.find("quality_metric"), value = metadata.find("quality_value"),
             protocol = metadata.find("quality_protocol");
  if (metric == metadata.end() || value == metadata.end()) return std::nullopt;
  // A file from outside may hold any text; the head takes a number.
  if (!ordered_json::parse(value->second, nullptr, false).is_number()) return std::nullopt;
  return Evaluated{metric->second, value->second, protocol == metadata.end() ? "" : protocol->second};
}

std::string protocol_words(const Model& model, const Evaluated& found) {
  const auto& recipe = model.recipe();
  return fmt::format("{} = {}: {} of seed {} against all of {}{}; step {}", found.metric, found.value,
                     counted(recipe.quality.count, "generated image"), recipe.train.seed, recipe.data.name,
                     found.protocol.empty() ? "" : "; features of the network " + found.protocol, model.step());
}

/// The head that the Hub reads: https://huggingface.co/docs/hub/model-cards.
std::string card_head(const Model& model, const std::string& license, const std::optional<Evaluated>& metric) {
  const auto& data = model.recipe().data.name;
  const char* task = model.encoder() == nullptr ? "unconditional-image-generation" : "image-to-image";
  std::string out = fmt::format(
      "---\nlicense: {}\nlibrary_name: ganymede\npipeline_tag: {}\ntags:\n- gan\n- ganymede\ndatasets:\n- {}\n",
      quoted(license), task, quoted(data));
  if (metric) {
    out += fmt::format(
        "metrics:\n- {0}\nmodel-index:\n- name: {1}\n  results:\n  - task:\n      type: {2}\n"
        "    dataset:\n      name: {3}\n      type: {3}\n    metrics:\n    - type: {0}\n"
        "      value: {4}\n      name: {5}\n",
        quoted(metric->metric), quoted(model.recipe().name), task, quoted(data), metric->value,
        quoted(protocol_words(model, *metric)));
  }
  return out + "---\n\n";
}

std::string card_of(const Model& model, const ExportRequest& request, const std::optional<Evaluated>& metric) {
  const auto& recipe = model.recipe();
  const auto& shape = model.image_shape();
  const bool translates = model.encoder() != nullptr;
  std::string out = card_head(model, request.license, metric);
  out += fmt::format("# {}\n\n", recipe.name);
  if (!recipe.title.empty()) out += recipe.title + ".\n\n";
  out += fmt::format("A generator of {} x {} images with {}, trained on `{}` for {}", shape.width(), shape.height(),
                     counted(shape.channels(), "channel"), recipe.data.name, counted(model.step(), "step"));
  out += translates ? ".\n\n" : fmt::format(", from {}.\n\n", counted(recipe.latent.size, "random number"));
  if (!translates) out += fmt::format("![Images of seed 0]({})\n\n", kHubSamples);
  if (!recipe.about.empty()) out += recipe.about + "\n\n";
  out += fmt::format(
      "## Use\n\nWith the program `ganymede`, which trained it:\n\n```\nganymede import FOLDER -o {}.safetensors\n"
      "ganymede {}\n```\n\n",
      recipe.name, translates ? "translate --help" : fmt::format("sample {}.safetensors -o grid.png", recipe.name));
  out += fmt::format(
      "`{}` holds generator (`ema.` is its running average, where there is one) and discriminator by their layers' "
      "names; `{}` says what the layers are.\n\n## Metrics\n\n",
      kHubModel, kHubConfig);
  out += metric ? protocol_words(model, *metric) + ".\n" : "None were recorded in this model.\n";
  return out;
}

void write_samples(const Model& model, const fs::path& path, const Control& control) {
  GenerateRequest request;
  request.count = kSamples;
  const auto result = generate(model, request, control);
  std::vector<image::Image> images;
  for (const auto& one : result.images) images.push_back(one.image);
  write_file(path, image::encode_png(image::grid(images, static_cast<int>(result.columns))));
}

}  // namespace

void prepare_new_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && (!fs::is_directory(folder, error) || !fs::is_empty(folder, error))) {
    throw FieldError("output", "must be a new folder, or an empty one", "'" + folder.string() + "' is neither");
  }
  fs::create_directories(folder, error);
  if (error) throw Error("cannot make the folder: " + error.message(), folder.string());
}

std::vector<ExportedFile> export_hub(const Model& model, const ExportRequest& request, const Control& control) {
  const fs::path folder(request.output);
  prepare_new_folder(folder);
  auto file = checkpoint::read_safetensors(model.path());
  // Files of earlier versions have a format of ours, which the Hub's loaders refuse.
  file.metadata["format"] = "pt";
  file.metadata["producer"] = "ganymede";
  const auto metric = evaluated(file.metadata);
  write_file(folder / kHubConfig, config_of(model, file.metadata["recipe"]).dump(2) + "\n");
  write_file(folder / kHubCard, card_of(model, request, metric));
  std::vector<ExportedFile> files{{folder / kHubConfig, "config", {}, {}}, {folder / kHubCard, "card", {}, {}}};
  if (model.encoder() == nullptr) {
    write_samples(model, folder / kHubSamples, control);
    files.push_back({folder / kHubSamples, "samples", {}, {}});
  }
  control.check();
  checkpoint::write_safetensors(folder / kHubModel, file.tensors, file.metadata);
  files.push_back({folder / kHubModel, "model", {}, {}});
  return files;
}

std::optional<SafetensorsFile> own_model(const fs::path& given) {
  std::error_code ignored;
  const bool folder = fs::is_directory(given, ignored);
  const fs::path path = folder ? given / kHubModel : given;
  if (folder && !fs::exists(path, ignored)) {
    throw Error(fmt::format("the folder holds no {}", kHubModel), given.string(),
                "name a folder that 'ganymede export --format hub' wrote, or a file");
  }
  if (path.extension() != ".safetensors") return std::nullopt;
  auto file = checkpoint::read_safetensors(path);
  const auto has = [&](const char* key, const char* value) {
    const auto found = file.metadata.find(key);
    return found != file.metadata.end() && found->second == value;
  };
  if (!has("producer", "ganymede") && !has("format", "ganymede")) return std::nullopt;
  return file;
}

}  // namespace ganymede::operations
