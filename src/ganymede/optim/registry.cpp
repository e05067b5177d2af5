#include "ganymede/optim/registry.h"

namespace ganymede::optim {

RuleRegistry& rules() {
  static RuleRegistry registry = [] {
    RuleRegistry made("optimizer");
    register_adam(made);
    register_rmsprop(made);
    register_sgd(made);
    return made;
  }();
  return registry;
}

}  // namespace ganymede::optim
