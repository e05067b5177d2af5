#include "ganymede/nn/registry.h"

namespace ganymede::nn {

LayerRegistry& layers() {
  static LayerRegistry registry = [] {
    LayerRegistry made("layer");
    add_entries(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::nn
