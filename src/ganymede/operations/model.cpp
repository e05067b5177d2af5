#include "ganymede/operations/model.h"

#include <algorithm>

#include "ganymede/core/shell_word.h"
#include "ganymede/data/sources.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/training_recipe.h"
#include "ganymede/train/datasets.h"

namespace ganymede::operations {

ModelPtr Model::load(const std::filesystem::path& path, const torch::Device& device, at::ScalarType type) {
  return std::make_shared<const Model>(checkpoint::load_model(path, device), type);
}

Model::Model(checkpoint::Model model, at::ScalarType type) : model_(std::move(model)), type_(type) {
  model_.gan.generator.fix_weights();
  model_.gan.discriminator.fix_weights();
  if (model_.average) model_.average->fix_weights();
  if (model_.gan.encoder) model_.gan.encoder->fix_weights();
}

const models::Network& Model::generator(bool before_training) const {
  if (!before_training) return model_.generator();
  std::call_once(once_, [this] {
    untrained_.emplace(model_.untrained_generator());
    untrained_->fix_weights();
  });
  return *untrained_;
}

void Model::require_generating() const {
  if (encoder() == nullptr) return;
  throw UsageError("the model generates nothing from noise: it translates images", path().string(),
                   "use 'ganymede translate'");
}

void Model::require_translating() const {
  if (encoder() != nullptr) return;
  throw UsageError("the model translates nothing: it generates from noise", path().string(), "use 'ganymede sample'");
}

config::Recipe recipe_with_data(const Model& model, const std::string& path) {
  auto recipe = train::recipe_with_data(model.file());
  if (path.empty()) return recipe;
  if (data::source_named(recipe.data.name).built_in) {
    throw FieldError("data",
                     fmt::format("'{}' was trained on images that the program makes itself ('{}'), not on files",
                                 recipe.name, recipe.data.name),
                     fmt::format("leave it out; to compare with other images: ganymede evaluate --real {} --fake {}",
                                 shell_word(path), shell_word(model.path().string())));
  }
  recipe.data.path = path;
  return recipe;
}

config::Recipe load_recipe(const std::string& name_or_path, const std::vector<std::string>& overrides) {
  auto recipe = config::load_recipe(name_or_path, overrides);
  check_recipe(recipe);
  return recipe;
}

config::Recipe recipe_or_model(const std::string& what) {
  const std::filesystem::path path(what);
  const auto& shipped = config::shipped_recipes();
  const auto named = [&](const auto& recipe) { return what == recipe.name; };
  std::error_code ignored;
  if (std::none_of(shipped.begin(), shipped.end(), named) &&
      (std::filesystem::is_directory(path, ignored) || path.extension() == ".safetensors")) {
    return checkpoint::load_model(path).recipe;
  }
  return load_recipe(what);
}

}  // namespace ganymede::operations
