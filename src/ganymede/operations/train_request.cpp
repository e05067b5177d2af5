#include "ganymede/operations/train_request.h"

#include <fmt/format.h>

#include "ganymede/operations/field.h"

namespace ganymede::operations {

void check(const TrainRequest& r) {
  const auto exclude = [](bool both, const char* field, const char* other) {
    if (both) throw FieldError(field, fmt::format("excludes '{}'", other), "give one of them");
  };
  exclude(r.epochs && r.steps, "epochs", "steps");
  exclude(!r.name.empty() && !r.output.empty(), "name", "output");
  exclude(r.resume && !r.from.empty(), "resume", "from");
  if (r.resume && r.output.empty())
    throw FieldError("resume", "does not say which run", "name its folder with 'output'");
  if (r.keep_optimizer && (r.from.empty() || r.from_networks != FromNetworks::kBoth)) {
    throw FieldError("keep_optimizer", "goes with 'from' and both networks");
  }
  if (r.recipe.empty() && !r.resume) throw FieldError("recipe", "is missing", "name one of 'ganymede recipes'");
}

}  // namespace ganymede::operations
