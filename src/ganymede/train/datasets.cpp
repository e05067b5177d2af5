#include "ganymede/train/datasets.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ganymede/core/counted.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/log.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"
#include "ganymede/recipe/class_count.h"
#include "ganymede/train/run_folder.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

/// The run folder of a model file, which may be one of its checkpoints; empty where it lies in none.
fs::path run_of(const fs::path& model) {
  if (model.empty()) return {};  // it was made in memory
  std::error_code ignored;
  const fs::path folder = fs::absolute(model).parent_path();
  for (const auto& candidate : {folder, folder.parent_path()}) {
    if (fs::is_regular_file(candidate / kRecipeFile, ignored)) return candidate;
  }
  return {};
}

/// What environment.json says; an empty object where it says nothing.
nlohmann::json recorded(const fs::path& run) {
  std::ifstream file(run / "environment.json");
  const auto said = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  return said.is_object() ? said : nlohmann::json::object();
}

/// A relative path means what it meant when the run began, even if another file has that name seen from here.
fs::path seen_from_there(const fs::path& file, const nlohmann::json& record) {
  const fs::path there = text_at(record, "working_directory");
  std::error_code ignored;
  if (file.empty() || there.empty() || there == fs::current_path(ignored)) return file;
  return (there / file).lexically_normal();
}

/// So does the data's own, which the record has as an absolute one; and one that is gone is looked up there.
void look_up(config::DataConfig& data, const nlohmann::json& record, const char* section) {
  data.photos = seen_from_there(data.photos, record);
  data.exclude = seen_from_there(data.exclude, record);
  const fs::path path = data.path;
  const std::string recorded = record.contains(section) ? text_at(record[section], "path") : "";
  if (path.empty() || recorded.empty() || fs::absolute(path).lexically_normal() == recorded) return;
  if ((path.is_relative() || !data::is_there(path)) && data::is_there(recorded)) data.path = recorded;
}

/// `own` without paths gets those of `run`'s recipe.
void take_paths(config::DataConfig& own, const config::DataConfig& of_run, const nlohmann::json& record,
                const char* section) {
  if (own.name != of_run.name || !own.path.empty()) return;
  own.path = of_run.path;
  own.photos = of_run.photos;
  own.exclude = of_run.exclude;
  look_up(own, record, section);
}

}  // namespace

config::Recipe with_recorded_paths(config::Recipe of_run, const fs::path& run) {
  const auto record = recorded(run);
  of_run.quality.features = seen_from_there(of_run.quality.features, record).string();
  look_up(of_run.data, record, "data");
  look_up(of_run.source, record, "source");
  return of_run;
}

config::Recipe recipe_with_data(const checkpoint::Model& model) {
  config::Recipe recipe = model.recipe;
  const fs::path run = run_of(model.path);
  if (run.empty()) return recipe;
  try {
    const auto of_run = config::load_recipe((run / kRecipeFile).string());
    if (of_run.name != recipe.name) return recipe;
    const auto record = recorded(run);
    take_paths(recipe.data, of_run.data, record, "data");
    take_paths(recipe.source, of_run.source, record, "source");
  } catch (const Error& unreadable) {
    spdlog::debug("the run's recipe says nothing of its data: {}", unreadable.what());
  }
  return recipe;
}

std::string change_of_data(const fs::path& run, const data::Dataset& now, const char* section) {
  const auto record = recorded(run);
  if (!record.contains(section) || !record[section].is_object()) return {};
  const auto& then = record[section];
  const std::string checksum = text_at(then, "checksum");
  if (checksum.empty() || checksum == now.info().checksum) return {};
  const auto images = then.value("images", nlohmann::json());
  if (images.is_number_unsigned() && images != now.size()) {
    return fmt::format("{} then, {} now", counted(images.get<std::uint64_t>(), "image"), grouped(now.size()));
  }
  return fmt::format("as many, with checksum {:.12} then, {:.12} now", checksum, now.info().checksum);
}

std::string change_of_data(const checkpoint::Model& model, const data::Dataset& now) {
  const fs::path run = run_of(model.path);
  return run.empty() ? "" : change_of_data(run, now);
}

config::Recipe with_classes_of(const data::DatasetInfo& data, const config::Recipe& recipe) {
  if (!config::follows_data(recipe)) return recipe;
  const auto classes = data.conditions.empty() ? data.classes.size() : data.conditions.size();
  if (classes < 2) {
    throw UsageError(fmt::format("the recipe's number of classes follows the data, which {}",
                                 classes == 0 ? "has no classes" : "has only one class"),
                     data.where(),
                     "put each class into a folder of its own or a table of labels beside the images; or take the "
                     "layers with classes = \"data\" away");
  }
  return config::with_classes(recipe, static_cast<std::int64_t>(classes));
}

std::shared_ptr<const data::Dataset> open_data(const config::DataConfig& config, const nn::Shape& image,
                                               std::uint64_t seed) {
  return data::open_dataset(config.sized(models::size_of(image), static_cast<int>(image.channels()), seed));
}

std::shared_ptr<const data::Dataset> open_data(const config::Recipe& recipe, const models::Gan& gan) {
  return open_data(recipe.data, gan.image_shape(), recipe.train.seed);
}

std::shared_ptr<const data::Dataset> open_source(const config::Recipe& recipe, const models::Gan& gan) {
  if (!gan.encoder) return nullptr;
  return open_data(recipe.source, gan.encoder->input_shape(), recipe.train.seed);
}

std::shared_ptr<const data::Dataset> open_held_out(const config::DataConfig& config, const nn::Shape& image,
                                                   std::uint64_t seed, std::size_t count) {
  const auto known = data::source_named(config.name).splits;
  const auto has = [](const std::vector<std::string>& splits) {
    return std::find(splits.begin(), splits.end(), "test") != splits.end();
  };
  if (!has(known) || has(config.splits)) return nullptr;
  config::DataConfig test = config;
  test.splits = {"test"};
  test.count = count;
  test.exclude.clear();
  try {
    return open_data(test, image, seed);
  } catch (const Error&) {  // the files of that split are not at hand
    return nullptr;
  }
}

}  // namespace ganymede::train
