#include "cli/recipe_flags.h"

#include <filesystem>

#include "ganymede/checkpoint/model_file.h"

namespace ganymede::cli {

std::shared_ptr<const data::Dataset> open_data(const config::Recipe& recipe, const models::Gan& gan) {
  const auto& c = recipe.data;
  return data::open_dataset({.name = c.name,
                             .path = c.path,
                             .splits = c.splits,
                             .classes = c.classes,
                             .size = static_cast<int>(gan.image_shape().height()),
                             .channels = static_cast<int>(gan.image_shape().channels()),
                             .count = static_cast<std::size_t>(c.count),
                             .seed = recipe.train.seed,
                             .attributes = c.attributes,
                             .where = c.where,
                             .photos = c.photos,
                             .exclude = c.exclude});
}

config::Recipe recipe_or_model(const std::string& what) {
  const std::filesystem::path path(what);
  std::error_code ignored;
  const bool shipped = [&] {
    for (const auto& recipe : config::shipped_recipes()) {
      if (what == recipe.name) return true;
    }
    return false;
  }();
  if (!shipped && (std::filesystem::is_directory(path, ignored) || path.extension() == ".safetensors")) {
    return checkpoint::load_model(path).recipe;
  }
  return config::load_recipe(what);
}

}  // namespace ganymede::cli
