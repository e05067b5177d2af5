// Domain transfer (Taigman, Polyak, Wolf 2017, "Unsupervised cross-domain image generation"): G = g(f(x)) generates
// images of one domain and of the other as images of the other. The discriminator tells three things apart: G of the
// source domain, G of the target domain, and the target domain itself.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

constexpr std::int64_t kOfSource = 0, kOfTarget = 1, kReal = 2;

struct DomainTransferOptions {
  std::string name = "dtn";
  double constancy = 15;       ///< the paper's alpha: f(G(x)) should be f(x)
  double identity = 15;        ///< beta: G should leave images of the target domain as they are
  double total_variation = 0;  ///< gamma: anisotropic smoothness of what is generated
};

template <class V>
void visit_fields(V& field, DomainTransferOptions& o) {
  field("name", o.name, "the objective");
  field("constancy", o.constancy, config::in_range(0, 1e6),
        "factor of the squared distance between the encoder's codes of an image and of its translation");
  field("identity", o.identity, config::in_range(0, 1e6), "factor of how far images of the target domain are changed");
  field("total_variation", o.total_variation, config::in_range(0, 1e6),
        "factor of how much translations differ from pixel to pixel");
}

/// Mean cross-entropy of logits [N, 3] with the class that all of them should have.
Tensor entropy(const Tensor& logits, std::int64_t kind) {
  return -at::log_softmax(logits, 1).select(1, kind).mean();
}

/// Mean length of the gradient of images [N, C, H, W] from pixel to pixel, the paper's L_TV with exponent 1.
Tensor variation(const Tensor& images) {
  const Tensor here = images.slice(2, 0, -1).slice(3, 0, -1);
  const Tensor down = images.slice(2, 1).slice(3, 0, -1) - here, right = images.slice(2, 0, -1).slice(3, 1) - here;
  return (down.square() + right.square() + 1e-8).sqrt().mean();
}

class DomainTransfer : public ObjectiveWith<DomainTransferOptions> {
 public:
  std::int64_t output_size() const override { return 3; }

  Tensor discriminator_loss(const DiscriminatorOutput& real, const DiscriminatorOutput& fake) const override {
    const auto [of_source, of_target] = halves(fake);
    return entropy(of_source, kOfSource) + entropy(of_target, kOfTarget) + entropy(real.logits, kReal);
  }
  Tensor generator_loss(const DiscriminatorOutput& fake, const DiscriminatorOutput&) const override {
    const auto [of_source, of_target] = halves(fake);
    return entropy(of_source, kReal) + entropy(of_target, kReal);
  }
  Tensor translation_loss(const Translation& t) const override {
    Tensor loss = options.constancy * (t.codes_again - t.codes).square().mean() +
                  options.identity * (t.target_again - t.target).square().mean();
    if (options.total_variation > 0) loss = loss + options.total_variation * variation(t.generated);
    return loss;
  }
  Tensor reported_output(const Tensor& scores) const override { return at::sigmoid(scores); }

 private:
  /// What was generated from the source domain, and from the target domain.
  static std::pair<Tensor, Tensor> halves(const DiscriminatorOutput& fake) {
    const auto half = fake.logits.size(0) / 2;
    return {fake.logits.slice(0, 0, half), fake.logits.slice(0, half)};
  }
};

}  // namespace

void register_domain_transfer(ObjectiveRegistry& registry) {
  config::add_kind<DomainTransfer>(registry, "dtn", "translation between domains (Taigman et al. 2017)");
}

}  // namespace ganymede::objectives
