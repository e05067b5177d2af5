#include "ganymede/objectives/registry.h"

#include "ganymede/objectives/gan.h"

namespace ganymede::objectives {
namespace {

const ObjectiveRegistry& objectives() {
  static const ObjectiveRegistry registry = [] {
    ObjectiveRegistry made;
    register_objectives(made);
    return made;
  }();
  return registry;
}

}  // namespace

std::unique_ptr<Objective> ObjectiveRegistry::read(const config::OptionTable& table) const {
  const auto found = readers_.find(table.kind);
  if (found == readers_.end()) {
    throw UsageError(fmt::format("unknown objective '{}'", table.kind), table.place.at(table.values.get("name")),
                     suggest(table.kind, names()));
  }
  config::FieldReader reader(table.values, table.place);
  auto objective = found->second(reader);
  reader.reject_unknown();
  return objective;
}

std::vector<std::string> ObjectiveRegistry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, read] : readers_) out.push_back(name);
  return out;
}

void register_objectives(ObjectiveRegistry& registry) { register_gan(registry); }

std::unique_ptr<Objective> make_objective(const config::OptionTable& table) { return objectives().read(table); }
std::vector<std::string> objective_names() { return objectives().names(); }

}  // namespace ganymede::objectives
