// WGAN-GP (Gulrajani et al. 2017): gradient norms approach `target` on the lines between real and generated images.
#include "ganymede/objectives/norm_penalty.h"
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct GradientPenaltyOptions {
  PenaltyOptions common{.kind = "gradient_penalty", .weight = 10.0};
  NormTarget norm;
};

template <class V>
void visit_fields(V& field, GradientPenaltyOptions& o) {
  visit_fields(field, o.common);
  visit_fields(field, o.norm);
}

class GradientPenalty : public PenaltyWith<GradientPenaltyOptions> {
 public:
  Where where() const override { return Where::kElsewhere; }
  Tensor points(const Tensor& real, const Tensor& fake, std::uint64_t seed, const RandomSource& random) const override {
    const Tensor mix = random.uniform({real.size(0), 1, 1, 1}, 0, 1, seed).to(real.scalar_type());
    return real + mix * (fake - real);
  }
  Tensor of_squared_norms(const Tensor& squared_norms) const override { return options.norm.deviation(squared_norms); }
};

}  // namespace

void register_gradient_penalty(PenaltyRegistry& registry) {
  config::add_kind<GradientPenalty>(registry, "gradient_penalty",
                                    "gradients between real and generated images (Gulrajani et al. 2017)");
}

}  // namespace ganymede::objectives
