// Recipes as texts, for tests that need networks and no files.
#pragma once

#include <string>
#include <vector>

#include "ganymede/recipe/recipe.h"

namespace ganymede::test {

/// A whole recipe around two layer lists in TOML ("{ dense = 4 }, \"relu\""), changed by "section.key=value" texts.
inline config::Recipe recipe_of(const std::string& generator, const std::string& discriminator,
                                const std::vector<std::string>& overrides = {}) {
  return config::parse_recipe("[data]\nname = \"shapes\"\n[latent]\nsize = 8\n[generator]\nlayers = [" + generator +
                                  "]\n[discriminator]\nlayers = [" + discriminator +
                                  "]\n[objective]\nname = \"gan\"\n[train]\nbatch_size = 4\nsteps = 10\n",
                              "test", "test.toml", overrides);
}

/// One network of these layers.
inline config::NetworkConfig network_of(const std::string& layers, const std::vector<std::string>& overrides = {}) {
  return recipe_of(layers, "\"relu\"", overrides).generator;
}

}  // namespace ganymede::test
