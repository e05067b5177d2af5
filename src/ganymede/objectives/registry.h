// The objectives and penalties a recipe may name. A new one is its file, its name in CMakeLists.txt, and a
// test.
#pragma once

#include "ganymede/config/registry.h"
#include "ganymede/objectives/objective.h"
#include "ganymede/objectives/penalty.h"

namespace ganymede::objectives {

using ObjectiveRegistry = config::Registry<config::Read<Objective>>;
using PenaltyRegistry = config::Registry<config::Read<Penalty>>;

/// Those of this folder, and what a program added.
ObjectiveRegistry& objectives();
PenaltyRegistry& penalties();
/// Adds those of this folder.
void add_entries(ObjectiveRegistry& registry);
void add_entries(PenaltyRegistry& registry);

/// An objective whose options are a struct with a field list.
template <class Options>
class ObjectiveWith : public Objective {
 public:
  Options options;
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    visit_fields(writer, copy);
  }
};

}  // namespace ganymede::objectives
