// Residual block (He et al. 2016): the sum of two lists of layers over one input, y = branch(x) + shortcut(x). An empty
// shortcut is the identity.
#include "ganymede/nn/registry.h"
#include "ganymede/nn/sequence.h"

namespace ganymede::nn {
namespace {

struct ResidualOptions {
  LayerList branch, shortcut;
};

template <class V>
void visit_fields(V& field, ResidualOptions& o) {
  field("residual", o.branch, "the branch");
  field("shortcut", o.shortcut, "what stands beside it; empty is the identity");
}

class Residual : public Layer {
 public:
  Residual(const ResidualOptions& options, const Shape& input)
      : branch_(options.branch, input, "branch."), shortcut_(options.shortcut, input, "shortcut.") {}

  Tensor forward(const Tensor& x, ForwardContext& context) override {
    // Both read x, so no layer may write into its input.
    const Tensor y = branch_.forward(x, context);
    return y + shortcut_.forward(x, context);
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    const Value y = branch_.to_graph(graph, x);
    return graph.add(y, shortcut_.to_graph(graph, x));
  }
  std::vector<Part> parts() const override { return {{"branch", &branch_}, {"shortcut", &shortcut_}}; }

 private:
  Sequence branch_, shortcut_;
};

class ResidualSpec : public SpecWith<ResidualOptions> {
 public:
  std::string kind() const override { return "residual"; }
  Shape output_shape(const Shape& input) const override {
    if (options.branch.layers.empty()) throw ShapeError("residual has no layers");
    const Shape branch = walk(options.branch, input, "branch.", {});
    const Shape shortcut = walk(options.shortcut, input, "shortcut.", {});
    if (branch == shortcut) return branch;
    throw ShapeError(fmt::format("residual cannot add its branch, {}, to its shortcut, {}; {}", branch.text(),
                                 shortcut.text(),
                                 options.shortcut.layers.empty() ? "give it a shortcut that changes the shape alike"
                                                                 : "both must end in the same shape"));
  }
  std::int64_t multiply_adds(const Shape& input) const override {
    std::int64_t sum = 0;
    const auto add = [&](const std::string&, const ListedLayer& layer, const Shape& shape, const Shape&) {
      sum += layer.spec->multiply_adds(shape);
    };
    walk(options.branch, input, "branch.", add);
    walk(options.shortcut, input, "shortcut.", add);
    return sum;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override { return std::make_unique<Residual>(options, input); }
};

}  // namespace

void register_residual(LayerRegistry& registry) {
  config::add_kind<ResidualSpec>(registry, "residual", "a branch's output plus its shortcut's");
}

}  // namespace ganymede::nn
