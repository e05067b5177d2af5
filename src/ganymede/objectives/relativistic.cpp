// The relativistic pairing GAN, RpGAN (Jolicoeur-Martineau 2019; Huang et al. 2024, "The GAN is dead; long live the
// GAN!"): only the difference of a real image's score and a generated one's counts.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct RelativisticOptions {
  std::string name = "relativistic";
};

template <class V>
void visit_fields(V& field, RelativisticOptions& o) {
  field("name", o.name, "the objective");
}

class RelativisticObjective : public ObjectiveWith<RelativisticOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return at::softplus(fake.scores - real.scores).mean();
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput& real) const override {
    return at::softplus(real.scores - fake.scores).mean();
  }
  bool compares_with_real() const override { return true; }
  Tensor reported_output(const Tensor& scores) const override { return scores; }
};

}  // namespace

void register_relativistic(ObjectiveRegistry& registry) {
  config::add_kind<RelativisticObjective>(
      registry, "relativistic", "real against generated in pairs (Jolicoeur-Martineau 2019; Huang et al. 2024)");
}

}  // namespace ganymede::objectives
