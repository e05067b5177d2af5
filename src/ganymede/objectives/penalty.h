// Terms of the discriminator's loss made of the gradient of its scores with respect to images.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/option_table.h"
#include "ganymede/config/schedule.h"
#include "ganymede/core/device_random.h"

namespace ganymede::objectives {

class Penalty {
 public:
  virtual ~Penalty() = default;

  /// At which images the gradient is taken: the batch's real or generated ones (whose scores are there already), or
  /// others, made by points().
  enum class Where { kReal, kGenerated, kElsewhere };
  virtual Where where() const = 0;
  /// kElsewhere: images [N, C, H, W] made of a batch's real and generated ones; random numbers are those that `random`
  /// makes of `seed`, on the images' device.
  virtual Tensor points(const Tensor& real, const Tensor& fake, std::uint64_t seed, const RandomSource& random) const;
  /// The term, a scalar, of the squared L2 norm of each image's gradient, f32 [N].
  virtual Tensor of_squared_norms(const Tensor& squared_norms) const = 0;
  /// Factor of the term in the loss, and every how many discriminator updates it is computed. A lazy one (Karras et al.
  /// 2020) weighs `every` times as much when it is.
  virtual const config::Schedule& weight() const = 0;
  virtual int every() const = 0;
  virtual void write(config::FieldWriter& writer) const = 0;
};

/// ||d scores / d points||^2 for each image, f32 [N], itself differentiable. `scores` [N] were computed from `points`,
/// which ask for gradients.
Tensor squared_gradient_norms(const Tensor& scores, const Tensor& points);

/// One entry of [objective] penalties. Throws UsageError for an unknown name or option, naming the nearest.
std::unique_ptr<Penalty> make_penalty(const config::OptionTable& table);
std::vector<std::string> penalty_names();

/// What every penalty's options have; the kind's own key is the weight.
struct PenaltyOptions {
  std::string kind;
  config::Schedule weight;
  int every = 1;
};

template <class V>
void visit_fields(V& field, PenaltyOptions& o) {
  field(o.kind.c_str(), o.weight, "its weight in the discriminator's loss");
  field("every", o.every, config::in_range(1, 1000),
        "computed at every so many discriminator updates, and so many times as heavy then (Karras et al. 2020)");
}

/// A penalty whose options are a struct with a field list and a member `common`.
template <class Options>
class PenaltyWith : public Penalty {
 public:
  Options options;
  const config::Schedule& weight() const override { return options.common.weight; }
  int every() const override { return options.common.every; }
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    visit_fields(writer, copy);
  }
};

}  // namespace ganymede::objectives
