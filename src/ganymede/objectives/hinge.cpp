// The hinge objective (Lim and Ye 2017; Miyato et al. 2018): D learns only from scores inside the margin of 1.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct HingeOptions {
  std::string name = "hinge";
};

template <class V>
void visit_fields(V& field, HingeOptions& o) {
  field("name", o.name, "the objective");
}

class HingeObjective : public ObjectiveWith<HingeOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return at::relu(1 - real.scores).mean() + at::relu(1 + fake.scores).mean();
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return -fake.scores.mean();
  }
  Tensor reported_output(const Tensor& scores) const override { return scores; }
};

}  // namespace

void register_hinge(ObjectiveRegistry& registry) {
  config::add_kind<HingeObjective>(registry, "hinge", "hinge loss (Lim and Ye 2017; Miyato et al. 2018)");
}

}  // namespace ganymede::objectives
