#include "ganymede/serve/new_run.h"

#include <algorithm>

#include "ganymede/config/overrides.h"
#include "ganymede/models/gan.h"
#include "ganymede/models/summary.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/training_recipe.h"
#include "ganymede/recipe/recipe_keys.h"
#include "ganymede/train/datasets.h"

namespace ganymede::serve {
namespace {

using Changes = std::vector<std::string>;

/// A name is looked up among those that are listed; it never becomes a path.
AskedRecipe named_recipe(const Services& services, const std::string& name) {
  Changes known;
  for (const auto& shipped : config::shipped_recipes()) {
    if (name == shipped.name) return {.text = shipped.text, .name = name, .origin = "recipe " + name, .shipped = true};
    known.emplace_back(shipped.name);
  }
  if (const auto own = services.own_recipes.text_of(name)) {
    AskedRecipe out{.text = *own, .name = std::filesystem::path(name).stem().string(), .origin = name};
    try {
      out.files = config::files_named(config::parse_recipe(out.text, out.name, out.origin));
    } catch (const UsageError&) {
      // The check of it says what is wrong.
    }
    return out;
  }
  for (const auto& own : services.own_recipes.list()) known.push_back(own.name);
  throw operations::FieldError("recipe", "is none of the recipes here; " + suggest(name, known));
}

/// That of a run, which may use the same files again.
AskedRecipe recipe_of_run(const Services& services, const std::string& id) {
  const auto run = services.catalogue.run(id);
  const auto text = run->snapshot()->recipe;
  if (text.empty()) throw Problem(409, "the run has no recipe that can be read", "like");
  AskedRecipe out{.name = id, .origin = "run " + id};
  const auto recipe = train::with_recorded_paths(config::parse_recipe(text, id, out.origin), run->folder());
  out.text = config::to_toml(recipe);
  out.files = config::files_named(recipe);
  return out;
}

/// Throws UsageError.
config::Recipe changed_recipe(const AskedRecipe& asked, const Changes& changes) {
  auto recipe = config::parse_recipe(asked.text, asked.name, asked.origin, changes);
  for (const auto& [key, file] : config::files_named(recipe)) {
    const auto may = asked.files.find(key);
    if (may != asked.files.end() && may->second == file) continue;
    throw UsageError("names a file of the server's machine", key,
                     "leave it out, or put the recipe where the server has its own (serve --recipes)");
  }
  operations::check_recipe(recipe);
  return recipe;
}

/// Which change an error is of: the one that it names, or else the one without which there is none.
std::optional<std::size_t> culprit(const AskedRecipe& asked, const Changes& changes, const UsageError& error) {
  std::optional<std::size_t> named;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool longer = !named || changes[i].size() > changes[*named].size();
    if (longer && error.where().find("--set " + changes[i]) != std::string::npos) named = i;
  }
  if (named) return named;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Changes others = changes;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    try {
      changed_recipe(asked, others);
      return i;
    } catch (const UsageError&) {
    }
  }
  return std::nullopt;
}

/// "set[2]", or of a change that has a field of its own that: "steps" of "train.steps=5".
std::string field_of(const operations::TrainRequest& request, std::size_t change, const std::string& text) {
  if (change < request.set.size()) return fmt::format("set[{}]", change);
  const auto dot = text.find('.') + 1;
  return text.substr(dot, text.find('=') - dot);
}

/// Where this machine keeps its data is nobody else's business.
config::Recipe without_files(config::Recipe recipe) {
  for (auto* data : {&recipe.data, &recipe.source}) data->path.clear(), data->photos.clear(), data->exclude.clear();
  recipe.quality.features.clear();
  return recipe;
}

OutlinedRecipe outline_of(const AskedRecipe& asked, const config::Recipe& recipe) {
  const auto gan = models::outline_gan(recipe);
  OutlinedRecipe out{.name = recipe.name, .title = recipe.title, .data = recipe.data.name};
  const auto& shape = gan.image_shape();
  out.image = {shape.width(), shape.height(), shape.channels()};
  const auto add = [&](const char* name, const models::Network& network) {
    const auto summary = models::summarise(network);
    out.networks.push_back({name, summary.total, summary.layers.size()});
  };
  if (gan.encoder) add("encoder", *gan.encoder);
  add("generator", gan.generator);
  add("discriminator", gan.discriminator);
  out.batch_size = recipe.train.batch_size;
  if (recipe.train.steps) out.steps = *recipe.train.steps;
  if (recipe.train.epochs) out.epochs = *recipe.train.epochs;
  const auto before = without_files(config::parse_recipe(asked.text, asked.name, asked.origin));
  const auto now = without_files(recipe);
  for (const auto& change : config::changes(before, now))
    out.changes.push_back({change.key, change.before, change.now});
  out.settings = config::keys_of(now);
  out.toml = config::to_toml(now);
  return out;
}

}  // namespace

operations::FieldList fields_of_new_run(NewRunRequest& request) {
  auto fields = operations::fields_of(request);
  for (auto& field : fields) {
    if (field.name == "recipe") field.info.unless = {"like", "toml"};
  }
  return fields;
}

void check(const NewRunRequest& request) {
  const auto exclude = [](bool both, const char* field, const char* other) {
    if (both) throw operations::FieldError(field, fmt::format("excludes '{}'", other), "give one of them");
  };
  exclude(!request.like.empty() && !request.train.recipe.empty(), "like", "recipe");
  exclude(!request.toml.empty() && !request.train.recipe.empty(), "toml", "recipe");
  exclude(!request.toml.empty() && !request.like.empty(), "toml", "like");
  operations::TrainRequest train = request.train;
  if (train.recipe.empty()) train.recipe = request.like.empty() ? "toml" : request.like;  // there is one
  operations::check(train);
}

AskedRecipe asked_recipe(const Services& services, const NewRunRequest& request) {
  AskedRecipe out{.text = request.toml, .name = "own", .origin = "the text"};
  if (!request.like.empty())
    out = recipe_of_run(services, request.like);
  else if (request.toml.empty())
    out = named_recipe(services, request.train.recipe);
  if (request.images.empty()) return out;
  const auto path = services.data_folder.path_of(request.images);
  if (!path)
    throw operations::FieldError("images",
                                 "are none of this server's; " + suggest(request.images, services.data_folder.names()));
  out.files["data.path"] = path->string();
  out.changes = {config::override_text("data.name", std::string("folder")),
                 config::override_text("data.path", path->string())};
  return out;
}

RecipeCheckAnswer checked(const AskedRecipe& asked, const operations::TrainRequest& request, config::Recipe* sound) {
  RecipeCheckAnswer out;
  Changes changes = asked.changes;
  std::vector<std::string> fields(changes.size(), "images");
  const auto own = operations::recipe_changes(request);
  for (std::size_t i = 0; i < own.size(); ++i) fields.push_back(field_of(request, i, own[i]));
  changes.insert(changes.end(), own.begin(), own.end());
  while (true) {
    try {
      const auto recipe = changed_recipe(asked, changes);
      out.recipe = outline_of(asked, recipe);
      if (sound != nullptr) *sound = recipe;
      return out;
    } catch (const UsageError& error) {
      const auto wrong = culprit(asked, changes, error);
      out.problems.push_back({wrong ? fields[*wrong] : "recipe", error.what()});
      if (!wrong) return out;
      const auto at = static_cast<std::ptrdiff_t>(*wrong);
      changes.erase(changes.begin() + at);
      fields.erase(fields.begin() + at);
    }
  }
}

}  // namespace ganymede::serve
