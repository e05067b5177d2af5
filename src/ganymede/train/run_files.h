// What the files of a run folder are called.
#pragma once

namespace ganymede::train {

/// The run folder's own recipe.
inline constexpr const char* kRecipeFile = "recipe.toml";
inline constexpr const char* kModelFile = "model.safetensors";
inline constexpr const char* kBestFile = "best.safetensors";
inline constexpr const char* kEnvironmentFile = "environment.json";

}  // namespace ganymede::train
