// What the discriminator and the generator minimise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/recipe.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::objectives {

/// All scores are the discriminator's last layer in f32, one a sample; losses are scalars.
class Objective {
 public:
  virtual ~Objective() = default;
  virtual Tensor discriminator_loss(const Tensor& real_scores, const Tensor& fake_scores) const = 0;
  virtual Tensor generator_loss(const Tensor& fake_scores) const = 0;
  /// What is logged as D(x): the mean of this over the batch.
  virtual Tensor realness(const Tensor& scores) const = 0;
  /// Every option with its value, `name` first.
  virtual void write(config::FieldWriter& writer) const = 0;
};

/// The objective a recipe names. Throws UsageError for an unknown name or option, naming the nearest.
std::unique_ptr<Objective> make_objective(const config::OptionTable& table);
std::vector<std::string> objective_names();

}  // namespace ganymede::objectives
