// Projection (Miyato and Koyama 2018): one score from the features h of an image of class y, w h + b + <V y, h>.
#include "ganymede/nn/labels.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {
namespace {

struct ProjectionOptions {
  Present present;
  ClassCount classes;
  bool bias = true;
  WeightOptions weight;  ///< of w and V alike
};

template <class V>
void visit_fields(V& field, ProjectionOptions& o) {
  field("projection", o.present, "by name alone");
  field("classes", o.classes, config::in_range(2, kMaxClasses), "how many classes the layer knows");
  field("bias", o.bias, "adds a bias");
  visit_fields(field, o.weight);
}

class Projection : public WeightLayer {
 public:
  Projection(const ProjectionOptions& options, std::int64_t features) : classes_(options.classes.number()) {
    add_weight({{1, features}, features, 1, options.bias ? 1 : 0}, options.weight);
    add_weight({{classes_, features}, features, classes_, 0}, options.weight, "classes");
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    const Tensor bias = this->bias();
    // The sum w + V y is made in f32, then one product with h does both.
    const Tensor directions = weight(context) + rows_of_classes(context, x, "projection", weight(context, 1));
    const Tensor scores = (x * directions.to(x.scalar_type())).sum({1}, true);
    return bias.defined() ? scores + bias.to(x.scalar_type()) : scores;
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    const Value directions = graph.add(graph.rows_of_classes(evaluated_weight(1)), graph.constant(evaluated_weight()));
    const Value scores =
        graph.node("ReduceSum", {graph.multiply(x, directions), graph.integers({1})}, {{"keepdims", std::int64_t{1}}});
    return bias().defined() ? graph.add(scores, graph.constant(bias())) : scores;
  }
  std::int64_t classes() const override { return classes_; }

 private:
  std::int64_t classes_;
};

class ProjectionSpec : public SpecWith<ProjectionOptions> {
 public:
  std::string kind() const override { return "projection"; }
  Shape output_shape(const Shape& input) const override {
    expect_flat(input, kind());
    expect_classes(options.classes.number(), kind());
    return {1};
  }
  std::int64_t multiply_adds(const Shape& input) const override { return 2 * input.elements(); }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<Projection>(options, input.elements());
  }
};

}  // namespace

void register_projection(LayerRegistry& registry) {
  config::add_kind<ProjectionSpec>(
      registry, "projection",
      "flat features to the output of a projection discriminator (Miyato and Koyama 2018); its last layer");
}

}  // namespace ganymede::nn
