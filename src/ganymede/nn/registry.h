// The layers a recipe may name. A new one is its file, its name in CMakeLists.txt, and a test.
#pragma once

#include "ganymede/config/registry.h"
#include "ganymede/nn/layer.h"

namespace ganymede::nn {

using LayerRegistry = config::Registry<config::Read<LayerSpec>>;

/// The layers of this folder, and what a program added.
LayerRegistry& layers();
/// Adds those of this folder.
void add_entries(LayerRegistry& registry);

}  // namespace ganymede::nn
