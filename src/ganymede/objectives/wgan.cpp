// Wasserstein GAN (Arjovsky, Chintala, Bottou 2017): the critic's scores differ by the distance of the distributions.
// Clipped weights keep it Lipschitz; with clip = 0 that is left to a gradient penalty or spectral norm.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct WganOptions {
  std::string name = "wgan";
  double clip = 0.01;  ///< the critic's parameters stay in [-clip, clip]; 0 leaves them alone
};

template <class V>
void visit_fields(V& field, WganOptions& o) {
  field("name", o.name, "the objective");
  field("clip", o.clip, config::in_range(0, 100),
        "the critic's parameters stay within this of 0; 0 leaves them, where a penalty does its work");
}

class WganObjective : public ObjectiveWith<WganOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return fake.scores.mean() - real.scores.mean();
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return -fake.scores.mean();
  }
  Tensor reported_output(const Tensor& scores) const override { return scores; }
  void constrain(const std::vector<Tensor>& parameters) const override {
    if (options.clip == 0) return;
    torch::NoGradGuard constant;
    for (const Tensor& parameter : parameters) Tensor(parameter).clamp_(-options.clip, options.clip);
  }
};

}  // namespace

void register_wgan(ObjectiveRegistry& registry) {
  config::add_kind<WganObjective>(registry, "wgan", "Wasserstein distance (Arjovsky et al. 2017)");
}

}  // namespace ganymede::objectives
