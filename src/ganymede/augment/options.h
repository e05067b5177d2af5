// [augment] of a recipe: how images are changed, real and generated alike, before the discriminator sees them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/config/registry.h"
#include "ganymede/config/schedule.h"

namespace ganymede::augment {

class Augment;

/// Makes a policy of the operations that a recipe lists, all of its own where it lists none. Throws UsageError for one
/// that it does not have. "none" makes none.
using MakePolicy = std::function<std::unique_ptr<Augment>(const std::vector<std::string>& operations)>;
using PolicyRegistry = config::Registry<MakePolicy>;
PolicyRegistry& policies();

struct AugmentConfig {
  config::NameIn<policies> name = "none";
  std::vector<std::string> operations;  ///< some of the policy's; empty is all of them
  config::Schedule probability = 1.0;   ///< of each operation for each image
  std::optional<double> target;         ///< moves the probability by itself, from 0, so that the mean sign of D(real)
                                        ///< is this
  config::Interval horizon{500000, config::Interval::Unit::kImages};  ///< such a probability goes from 0 to 1 in this
                                                                      ///< long
  config::Schedule instance_noise = 0.0;                              ///< standard deviation of noise on top

  /// Whether a policy is named.
  bool any() const { return name.text() != "none"; }
};

template <class V>
void visit_fields(V& field, AugmentConfig& c) {
  field("name", c.name, "the policy");
  field("operations", c.operations, "some of the policy's operations; by default all");
  field("probability", c.probability, config::in_range(0, 1), "of each operation for each image");
  field("target", c.target, config::in_range(-1, 1),
        "moves the probability by itself, from 0, so that the mean sign of D(real) is this (Karras et al. 2020)");
  field("horizon", c.horizon, "such a probability goes from 0 to 1 in this long");
  field("instance_noise", c.instance_noise, config::in_range(0, 10), "standard deviation of noise on top");
}

/// Adds those of this folder.
void add_entries(PolicyRegistry& registry);

}  // namespace ganymede::augment
