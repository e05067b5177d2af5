#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {

ObjectiveRegistry& objectives() {
  static ObjectiveRegistry registry = [] {
    ObjectiveRegistry made("objective");
    add_entries(made);
    return made;
  }();
  return registry;
}

PenaltyRegistry& penalties() {
  static PenaltyRegistry registry = [] {
    PenaltyRegistry made("penalty");
    add_entries(made);
    return made;
  }();
  return registry;
}

std::unique_ptr<Objective> make_objective(const config::OptionTable& table) {
  return config::read(objectives(), table);
}
std::vector<std::string> objective_names() {
  return objectives().names();
}
std::unique_ptr<Penalty> make_penalty(const config::OptionTable& table) {
  return config::read(penalties(), table);
}
std::vector<std::string> penalty_names() {
  return penalties().names();
}

}  // namespace ganymede::objectives
