#include "ganymede/nn/dropout.h"

#include "ganymede/nn/kernels/activation_dropout.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {

Tensor Dropout::forward(const Tensor& x, ForwardContext& context) {
  const auto seeds = context.next_dropout_seeds();
  return context.training && probability_ > 0 ? kernels::dropout(x, probability_, seeds) : x;
}

namespace {

struct DropoutOptions {
  double probability = 0.5;
};
template <class V>
void visit_fields(V& field, DropoutOptions& o) {
  field("dropout", o.probability, config::in_range(0, 0.99), "share of the values that become 0, in training alone");
}

class DropoutSpec : public SpecWith<DropoutOptions> {
 public:
  std::string kind() const override { return "dropout"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<Dropout>(options.probability); }
};

}  // namespace

void register_dropout(LayerRegistry& registry) {
  config::add_kind<DropoutSpec>(registry, "dropout", "values that become 0 at random, in training alone");
}

}  // namespace ganymede::nn
