#include "ganymede/optim/registry.h"

namespace ganymede::optim {

RuleRegistry& rules() {
  static RuleRegistry registry = [] {
    RuleRegistry made("optimizer");
    add_entries(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::optim
