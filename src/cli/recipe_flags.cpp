#include "cli/recipe_flags.h"

#include <filesystem>

#include "ganymede/checkpoint/model_file.h"

namespace ganymede::cli {

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
