// Fully connected layer: y = W x + b, W [units, inputs].
#include "ganymede/core/precision.h"
#include "ganymede/nn/kernels/fixed_weights.h"
#include "ganymede/nn/kernels/product.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {
namespace {

struct DenseOptions {
  int units = 0;
  bool bias = true;
  WeightOptions weight;
};

template <class V>
void visit_fields(V& field, DenseOptions& o) {
  field("dense", o.units, config::in_range(1, 1 << 20), "features that come out");
  field("bias", o.bias, "adds a bias");
  visit_fields(field, o.weight);
}

class Dense : public WeightLayer {
 public:
  Dense(const DenseOptions& options, std::int64_t inputs) {
    add_weight({{options.units, inputs}, inputs, options.units, options.bias ? options.units : 0}, options.weight);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    const Tensor bias = this->bias();
    const auto type = multiplies_in_float(x) ? at::kFloat : x.scalar_type();
    const Tensor weight = this->weight(context);
    const Tensor rounded = kernels::kept(context.fixed, weight, type, [&] { return weight.to(type); });
    Tensor y = kernels::product(x.to(type), rounded.t());
    if (bias.defined()) y = y + bias.to(type);
    return y.to(x.scalar_type());
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    const Value y = graph.node("MatMul", {x, graph.constant(evaluated_weight().t())});
    return bias().defined() ? graph.add(y, graph.constant(bias())) : y;
  }
};

class DenseSpec : public SpecWith<DenseOptions> {
 public:
  std::string kind() const override { return "dense"; }
  Shape output_shape(const Shape& input) const override {
    expect_flat(input, kind());
    return {options.units};
  }
  std::int64_t multiply_adds(const Shape& input) const override { return input.elements() * options.units; }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<Dense>(options, input.elements());
  }
};

}  // namespace

void register_dense(LayerRegistry& registry) {
  config::add_kind<DenseSpec>(registry, "dense", "fully connected; takes flat features");
}

}  // namespace ganymede::nn
