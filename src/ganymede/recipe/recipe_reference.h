// The reference pages of recipes, made of the lists that recipes are read with.
#pragma once

#include <string>

namespace ganymede::config {

/// Every section with its keys, in Markdown; objectives, penalties, augmentations and update rules by name.
std::string recipe_reference();

/// Every kind of layer with its options, and the initialisers, in Markdown.
std::string layer_reference();

}  // namespace ganymede::config
