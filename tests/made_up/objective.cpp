// An objective that ships nowhere: scores of real images go to `level`, of generated ones to -`level`, by absolute
// distance.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct AbsoluteOptions {
  std::string name = "absolute";
  double level = 1;
};

template <class V>
void visit_fields(V& field, AbsoluteOptions& o) {
  field("name", o.name);
  field("level", o.level, config::in_range(0, 10));
}

class AbsoluteObjective : public ObjectiveWith<AbsoluteOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return (real.scores - options.level).abs().mean() + (fake.scores + options.level).abs().mean();
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return (fake.scores - options.level).abs().mean();
  }
  Tensor reported_output(const Tensor& scores) const override { return scores; }
};

[[maybe_unused]] const bool kAdded =
    (config::add_kind<AbsoluteObjective>(objectives(), "absolute", "a made-up objective"), true);

}  // namespace
}  // namespace ganymede::objectives
