// The objectives and penalties a recipe may name. A new one is its file, a line here and in registry.cpp, and a test.
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

void register_acgan(ObjectiveRegistry& registry);
void register_domain_transfer(ObjectiveRegistry& registry);
void register_gan(ObjectiveRegistry& registry);
void register_hinge(ObjectiveRegistry& registry);
void register_least_squares(ObjectiveRegistry& registry);
void register_relativistic(ObjectiveRegistry& registry);
void register_wgan(ObjectiveRegistry& registry);

void register_dragan(PenaltyRegistry& registry);
void register_gradient_penalty(PenaltyRegistry& registry);
void register_zero_centred(PenaltyRegistry& registry);

}  // namespace ganymede::objectives
