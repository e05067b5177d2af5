// The GAN objective (Goodfellow et al. 2014): binary cross-entropy on logits.
#include "ganymede/objectives/cross_entropy.h"
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct GanOptions {
  std::string name = "gan";
  CrossEntropyOptions entropy;
};

template <class V>
void visit_fields(V& field, GanOptions& o) {
  field("name", o.name, "the objective");
  visit_fields(field, o.entropy);
}

class GanObjective : public ObjectiveWith<GanOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    return discriminator_cross_entropy(options.entropy, real.scores, fake.scores);
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return generator_cross_entropy(options.entropy, fake.scores);
  }
  Tensor reported_output(const Tensor& scores) const override { return at::sigmoid(scores); }
};

}  // namespace

void register_gan(ObjectiveRegistry& registry) {
  config::add_kind<GanObjective>(registry, "gan", "the first one, by cross-entropy (Goodfellow et al. 2014)");
}

}  // namespace ganymede::objectives
