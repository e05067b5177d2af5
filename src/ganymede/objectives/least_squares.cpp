// Least squares (Mao et al. 2017): scores of real images go to 1, of generated ones to 0.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct LeastSquaresOptions {
  std::string name = "least-squares";
};

template <class V>
void visit_fields(V& field, LeastSquaresOptions& o) {
  field("name", o.name, "the objective");
}

class LeastSquaresObjective : public ObjectiveWith<LeastSquaresOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return 0.5 * ((real.scores - 1).square().mean() + fake.scores.square().mean());
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return 0.5 * (fake.scores - 1).square().mean();
  }
  Tensor reported_output(const Tensor& scores) const override { return scores; }
};

}  // namespace

void register_least_squares(ObjectiveRegistry& registry) {
  config::add_kind<LeastSquaresObjective>(registry, "least-squares",
                                          "squared distance of the scores from 1 and 0 (Mao et al. 2017)");
}

}  // namespace ganymede::objectives
