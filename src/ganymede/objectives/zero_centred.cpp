// R1 and R2 (Mescheder, Geiger, Nowozin 2018): half the mean squared gradient norm at real, or at generated, images.
#include "ganymede/objectives/registry.h"

namespace ganymede::objectives {
namespace {

struct ZeroCentredOptions {
  PenaltyOptions common;
};

template <class V>
void visit_fields(V& field, ZeroCentredOptions& o) {
  visit_fields(field, o.common);
}

class ZeroCentred : public PenaltyWith<ZeroCentredOptions> {
 public:
  ZeroCentred(std::string kind, Where where) : where_(where) { options.common.kind = std::move(kind); }
  Where where() const override { return where_; }
  Tensor of_squared_norms(const Tensor& squared_norms) const override { return 0.5 * squared_norms.mean(); }

 private:
  Where where_;
};

}  // namespace

void register_zero_centred(PenaltyRegistry& registry) {
  config::add_kind<ZeroCentred>(registry, "r1", "gradients at real images (Mescheder et al. 2018)", "r1",
                                Penalty::Where::kReal);
  config::add_kind<ZeroCentred>(registry, "r2", "gradients at generated images (Mescheder et al. 2018)", "r2",
                                Penalty::Where::kGenerated);
}

}  // namespace ganymede::objectives
