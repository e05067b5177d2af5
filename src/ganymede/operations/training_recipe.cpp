#include "ganymede/operations/training_recipe.h"

#include <set>

#include "ganymede/config/overrides.h"
#include "ganymede/core/log.h"
#include "ganymede/core/shell_word.h"
#include "ganymede/core/text.h"
#include "ganymede/data/sources.h"
#include "ganymede/models/fit.h"
#include "ganymede/operations/field.h"
#include "ganymede/quality/metric.h"
#include "ganymede/train/datasets.h"
#include "ganymede/train/run_folder.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

void check_path(const std::string& path, const char* field) {
  if (is_utf8(path)) return;
  throw FieldError(field, fmt::format("names a path that is not UTF-8, which no recipe can hold: {}", path),
                   "rename it, or name a link to it");
}

/// Data that the recipe would not look at are not what the user meant.
void check_data(const TrainRequest& r, const config::Recipe& recipe) {
  const bool built_in = data::source_named(recipe.data.name).built_in;
  if (!r.data.empty() && built_in) {
    throw FieldError(
        "data",
        fmt::format("recipe '{}' makes its own images ('{}') and reads no files", recipe.name, recipe.data.name),
        fmt::format("to train it on your images: ganymede train {} --data {} --set 'data.name=\"folder\"'",
                    shell_word(r.recipe), shell_word(r.data)));
  }
  if (r.skip_bad && built_in) {
    throw FieldError("skip_bad", fmt::format("recipe '{}' makes its own images: none is bad", recipe.name),
                     "leave it out");
  }
}

/// With another batch, rate or seed a resumed run is no longer the one that it would have become.
void say_what_changes(const config::Recipe& before, const config::Recipe& now) {
  static const std::set<std::string> kNoMatter{"data.path",
                                               "source.path",
                                               "train.steps",
                                               "train.epochs",
                                               "train.log_every",
                                               "train.checkpoint_every",
                                               "train.keep_checkpoints",
                                               "train.on_collapse"};
  std::string said;
  for (const auto& change : config::changes(before, now)) {
    const bool matters =
        !kNoMatter.contains(change.key) && !change.key.starts_with("sample.") && !change.key.starts_with("quality.");
    if (matters)
      said += fmt::format("{}{} = {} (was {})", said.empty() ? "" : ", ", change.key, change.now, change.before);
  }
  if (!said.empty()) spdlog::warn("from here on with {}: no longer bit for bit what the run would have become", said);
}

config::Recipe chosen_recipe(const TrainRequest& r) {
  const fs::path own = fs::path(r.output) / train::kRecipeFile;
  if (!r.resume || !fs::exists(own)) {
    if (r.recipe.empty()) throw FieldError("recipe", "is missing", "name one of 'ganymede recipes'");
    return config::load_recipe(r.recipe, recipe_changes(r));
  }
  const auto before = train::with_recorded_paths(config::load_recipe(own.string()), r.output);
  auto recipe = config::parse_recipe(config::to_toml(before), before.name, own.string(), recipe_changes(r));
  say_what_changes(before, recipe);
  if (r.recipe.empty()) return recipe;
  const auto named = config::load_recipe(r.recipe);
  if (named.name == recipe.name) return recipe;
  throw FieldError("recipe",
                   fmt::format("is '{}', and the run in {} was made with '{}'", named.name, r.output, recipe.name),
                   "resume with its own recipe, or use 'from' to start a new run from its weights");
}

}  // namespace

std::vector<std::string> recipe_changes(const TrainRequest& r) {
  auto out = r.set;
  if (!r.data.empty()) out.push_back(config::override_text("data.path", r.data));
  if (!r.source.empty()) out.push_back(config::override_text("source.path", r.source));
  if (r.skip_bad) out.push_back(config::override_text("data.skip_bad", true));
  if (r.steps) out.push_back(config::override_text("train.steps", *r.steps));
  if (r.epochs) out.push_back(config::override_text("train.epochs", *r.epochs));
  if (r.seed) out.push_back(config::override_text("train.seed", *r.seed));
  if (r.precision) out.push_back(config::override_text("train.precision", *r.precision));
  if (r.on_collapse) out.push_back(config::override_text("train.on_collapse", *r.on_collapse));
  return out;
}

config::Recipe training_recipe(const TrainRequest& request) {
  check_path(request.data, "data");
  check_path(request.source, "source");
  check_path(request.output, "output");
  auto recipe = chosen_recipe(request);
  check_data(request, recipe);
  return recipe;
}

void check_recipe(const config::Recipe& recipe) {
  models::fitting_objective(recipe, models::outline_gan(recipe));
  if (const auto& quality = recipe.quality; !quality.metric.empty()) {
    quality::metric_named(quality.metric, quality.place.at(nullptr));
  }
}

std::string meant_to_start_from(const config::Recipe& recipe) {
  const auto flag = recipe.about.find("--from ");
  if (flag == std::string::npos) return {};
  const auto end = recipe.about.find_first_of(" \n", flag + 7);
  std::string what = recipe.about.substr(flag, end == std::string::npos ? end : end - flag);
  while (what.ends_with('.') || what.ends_with(',')) what.pop_back();
  return what;
}

}  // namespace ganymede::operations
