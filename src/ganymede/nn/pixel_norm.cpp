// Pixelwise feature normalisation (Karras et al. 2018): the features of each pixel, or of each flat input, to mean
// square 1.
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct PixelNormOptions {
  Present present;
  double epsilon = 1e-8;
};

template <class V>
void visit_fields(V& field, PixelNormOptions& o) {
  field("pixel_norm", o.present, "by name alone");
  field("epsilon", o.epsilon, config::in_range(1e-12, 1), "added to the mean square");
}

class PixelNorm : public Layer {
 public:
  explicit PixelNorm(double epsilon) : epsilon_(epsilon) {}
  Tensor forward(const Tensor& x, ForwardContext&) override {
    const Tensor wide = x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x;
    return (wide * at::rsqrt(wide.square().mean({1}, true) + epsilon_)).to(x.scalar_type());
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    return graph.divide_by_root(x, graph.mean(graph.multiply(x, x), {1}, true), epsilon_);
  }

 private:
  double epsilon_;
};

class PixelNormSpec : public SpecWith<PixelNormOptions> {
 public:
  std::string kind() const override { return "pixel_norm"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<PixelNorm>(options.epsilon); }
};

}  // namespace

void register_pixel_norm(LayerRegistry& registry) {
  config::add_kind<PixelNormSpec>(registry, "pixel_norm", "the features of each pixel to mean square 1");
}

}  // namespace ganymede::nn
