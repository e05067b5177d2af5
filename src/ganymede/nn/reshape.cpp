// Reshape and flatten, in PyTorch's element order (channels first, whatever the layout in memory).
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

class Reshape : public Layer {
 public:
  explicit Reshape(Shape to) : to_(std::move(to)) {}
  Tensor forward(const Tensor& x, ForwardContext&) override {
    std::vector<std::int64_t> dims{x.size(0)};
    dims.insert(dims.end(), to_.dims().begin(), to_.dims().end());
    const Tensor y = x.reshape(dims);
    return to_.is_image() ? y.contiguous(at::MemoryFormat::ChannelsLast) : y;
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override { return graph.reshape(x, to_.dims()); }

 private:
  Shape to_;
};

struct ReshapeOptions {
  std::vector<std::int64_t> dims;
};
template <class V>
void visit_fields(V& field, ReshapeOptions& o) {
  field("reshape", o.dims, config::in_range(1, 1 << 24),
        "[channels, height, width], or [features], in PyTorch's order");
}

class ReshapeSpec : public SpecWith<ReshapeOptions> {
 public:
  std::string kind() const override { return "reshape"; }
  Shape output_shape(const Shape& input) const override {
    const Shape to(options.dims);
    if (!to.is_flat() && !to.is_image()) throw ShapeError("reshape takes [features] or [channels, height, width]");
    double elements = 1;  // in floating point, so that a hostile recipe cannot overflow it
    for (const auto dim : options.dims) elements *= static_cast<double>(dim);
    if (elements != static_cast<double>(input.elements())) {
      throw ShapeError(fmt::format("reshape to {} has {} elements but got {} with {}", to.text(), elements,
                                   input.text(), input.elements()));
    }
    return to;
  }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<Reshape>(Shape(options.dims)); }
};

struct FlattenOptions {
  Present present;
};
template <class V>
void visit_fields(V& field, FlattenOptions& o) {
  field("flatten", o.present, "by name alone");
}

class FlattenSpec : public SpecWith<FlattenOptions> {
 public:
  std::string kind() const override { return "flatten"; }
  Shape output_shape(const Shape& input) const override { return {input.elements()}; }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<Reshape>(Shape{input.elements()});
  }
};

}  // namespace

void register_reshape(LayerRegistry& registry) {
  config::add_kind<ReshapeSpec>(registry, "reshape", "the same numbers in another shape");
  config::add_kind<FlattenSpec>(registry, "flatten", "images to flat features, in PyTorch's order");
}

}  // namespace ganymede::nn
