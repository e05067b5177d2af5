// What the discriminator and the generator minimise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/recipe.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::objectives {

/// What the discriminator says of a batch of images, in f32.
struct Verdict {
  Tensor scores = {};        ///< [N], higher is more real
  Tensor class_logits = {};  ///< [N, classes]; undefined where the discriminator has no class head
  Tensor labels = {};        ///< int64 [N], what the images show or were asked to show; undefined without classes
};

/// Losses are scalars.
class Objective {
 public:
  virtual ~Objective() = default;
  virtual Tensor discriminator_loss(const Verdict& real, const Verdict& fake) const = 0;
  /// `real` is only given where compares_with_real() says so; no gradient is wanted for it.
  virtual Tensor generator_loss(const Verdict& fake, const Verdict& real) const = 0;
  virtual bool compares_with_real() const { return false; }
  /// Whether it needs class logits and labels.
  virtual bool classifies() const { return false; }
  /// What is logged as D(x): the mean of this over the batch.
  virtual Tensor realness(const Tensor& scores) const = 0;
  /// Forces the discriminator's parameters back to where they may be, after each of its updates.
  virtual void constrain(const std::vector<Tensor>&) const {}
  /// Every option with its value, `name` first.
  virtual void write(config::FieldWriter& writer) const = 0;
};

/// The objective a recipe names. Throws UsageError for an unknown name or option, naming the nearest.
std::unique_ptr<Objective> make_objective(const config::OptionTable& table);
std::vector<std::string> objective_names();

}  // namespace ganymede::objectives
