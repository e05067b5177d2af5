// DRAGAN (Kodali et al. 2017): gradient norms approach `target` in a noisy neighbourhood of the real images.
#include "ganymede/core/batch_share.h"
#include "ganymede/objectives/norm_penalty.h"
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct DraganOptions {
  PenaltyOptions common{.kind = "dragan", .weight = 10.0};
  NormTarget norm;
  double spread =
      0.5;  ///< the noise is uniform on [0, spread * the batch's standard deviation], as in the authors' code
};

template <class V>
void visit_fields(V& field, DraganOptions& o) {
  visit_fields(field, o.common);
  visit_fields(field, o.norm);
  field("spread", o.spread, config::in_range(0, 100),
        "noise is uniform on 0 to this times the standard deviation of the batch");
}

/// The standard deviation of all values of a batch: the whole one where processes share it.
Tensor deviation(const Tensor& images) {
  const BatchShare& share = BatchShareScope::current();
  if (share.statistics == nullptr) return images.to(at::kFloat).std();
  const Tensor values = images.detach().to(at::kDouble);
  const Tensor sums = at::stack({values.sum(), values.square().sum()});
  share.statistics->add_up(sums);
  const double count = static_cast<double>(values.numel() * share.of);
  return ((sums[1] - sums[0].square() / count) / (count - 1)).sqrt().to(at::kFloat);
}

class Dragan : public PenaltyWith<DraganOptions> {
 public:
  Where where() const override { return Where::kElsewhere; }
  Tensor points(const Tensor& real, const Tensor&, std::uint64_t seed, const RandomSource& random) const override {
    const Tensor noise =
        random.uniform(real.sizes(), 0, 1, seed).to(real.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    return real + noise * (options.spread * deviation(real)).to(real.scalar_type());
  }
  Tensor of_squared_norms(const Tensor& squared_norms) const override { return options.norm.deviation(squared_norms); }
};

}  // namespace

void register_dragan(PenaltyRegistry& registry) {
  config::add_kind<Dragan>(registry, "dragan", "gradients around real images (Kodali et al. 2017)");
}

}  // namespace ganymede::objectives
