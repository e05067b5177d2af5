// A layer that ships nowhere: y = factor * x + shift, one shift a channel.
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct ScaledShiftOptions {
  double factor = 1;
  bool shift = true;
};

template <class V>
void visit_fields(V& field, ScaledShiftOptions& o) {
  field("scaled_shift", o.factor, config::in_range(-10, 10));
  field("shift", o.shift);
}

class ScaledShift : public Layer {
 public:
  ScaledShift(const ScaledShiftOptions& options, std::int64_t channels) : options_(options) {
    if (options.shift) add_parameter("shift", {channels}, Role::kShift, channels, channels);
  }
  Tensor forward(const Tensor& x, ForwardContext&) override {
    const Tensor y = x * options_.factor;
    if (!options_.shift) return y;
    const Tensor shift = parameter(0).to(x.scalar_type());
    return y + (x.dim() == 4 ? shift.view({1, -1, 1, 1}) : shift);
  }

 private:
  ScaledShiftOptions options_;
};

class ScaledShiftSpec : public SpecWith<ScaledShiftOptions> {
 public:
  std::string kind() const override { return "scaled_shift"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<ScaledShift>(options, input.channels());
  }
};

[[maybe_unused]] const bool kAdded =
    (config::add_kind<ScaledShiftSpec>(layers(), "scaled_shift", "a made-up layer"), true);

}  // namespace
}  // namespace ganymede::nn
