// ACGAN (Odena, Olah, Shlens 2017): the discriminator also names the class, and both networks want it named right.
#include "ganymede/objectives/cross_entropy.h"
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct AcganOptions {
  std::string name = "acgan";
  CrossEntropyOptions entropy;
  double class_weight_discriminator = 1, class_weight_generator = 1;  ///< factors of the class cross-entropies
  bool classify_generated = true;  ///< whether D also learns the classes of generated images, as in the paper
};

template <class V>
void visit_fields(V& field, AcganOptions& o) {
  field("name", o.name, "the objective");
  visit_fields(field, o.entropy);
  field("class_weight_discriminator", o.class_weight_discriminator, config::in_range(0, 1e6),
        "factor of the classes' cross-entropy in the discriminator's loss");
  field("class_weight_generator", o.class_weight_generator, config::in_range(0, 1e6),
        "factor of it in the generator's");
  field("classify_generated", o.classify_generated,
        "the discriminator also learns the classes of generated images, as in the paper");
}

Tensor class_loss(const DiscriminatorOutput& output) {
  return at::cross_entropy_loss(output.class_logits, output.labels);
}

class AcganObjective : public ObjectiveWith<AcganOptions> {
 public:
  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    Tensor classes = class_loss(real);
    if (options.classify_generated) classes = classes + class_loss(fake);
    return discriminator_cross_entropy(options.entropy, real.scores, fake.scores) +
           classes * (options.class_weight_discriminator * options.entropy.discriminator_weight);
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    return generator_cross_entropy(options.entropy, fake.scores) + class_loss(fake) * options.class_weight_generator;
  }
  Tensor reported_output(const Tensor& scores) const override { return at::sigmoid(scores); }
  bool classifies() const override { return true; }
};

}  // namespace

void register_acgan(ObjectiveRegistry& registry) {
  config::add_kind<AcganObjective>(registry, "acgan", "`gan` with an auxiliary classifier (Odena et al. 2017)");
}

}  // namespace ganymede::objectives
