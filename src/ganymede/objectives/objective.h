// What the discriminator and the generator minimise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/option_table.h"
#include "ganymede/objectives/discriminator_output.h"

namespace ganymede::objectives {

/// A batch as a translating generator sees it: N images of the source domain and N of the target domain, each with what
/// it made of them. Images are [N, C, H, W] in [-1, 1], in f32.
struct Translation {
  Tensor codes, codes_again;    ///< f(x) and f(G(x)) of the source images
  Tensor target, target_again;  ///< x and G(x) of the target images
  Tensor generated;             ///< G(x) of the source images
};

/// Losses are scalars.
class Objective {
 public:
  virtual ~Objective() = default;
  virtual Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const = 0;
  /// `real` is only given where compares_with_real() says so; no gradient is wanted for it.
  virtual Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput& real) const = 0;
  virtual bool compares_with_real() const { return false; }
  /// Whether it needs class logits and labels.
  virtual bool classifies() const { return false; }
  /// How many numbers the discriminator must end in; more than one are logits, "real" the last of them.
  virtual std::int64_t output_size() const { return 1; }
  /// What is added to the generator's loss where it translates; such objectives get the generated images of the source
  /// domain in the first half of a batch and those of the target domain in the second.
  virtual Tensor translation_loss(const Translation&) const { return {}; }
  bool translates() const { return output_size() > 1; }
  /// What is logged as D(x): the mean of this over the batch.
  virtual Tensor reported_output(const Tensor& scores) const = 0;
  /// Forces the discriminator's parameters back to where they may be, after each of its updates.
  virtual void constrain(const std::vector<Tensor>&) const {}
  /// Every option with its value, `name` first.
  virtual void write(config::FieldWriter& writer) const = 0;
};

/// The objective a recipe names. Throws UsageError for an unknown name or option, naming the nearest.
std::unique_ptr<Objective> make_objective(const config::OptionTable& table);
std::vector<std::string> objective_names();

}  // namespace ganymede::objectives
