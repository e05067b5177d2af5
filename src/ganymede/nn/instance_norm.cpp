// Instance normalisation (Ulyanov et al. 2016): each channel of each image to mean 0 and variance 1.
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct InstanceNormOptions {
  Present present;
  bool affine = true;
  double epsilon = 1e-5;
};

template <class V>
void visit_fields(V& field, InstanceNormOptions& o) {
  field("instance_norm", o.present, "by name alone");
  field("affine", o.affine, "learns a scale and a shift of each channel");
  field("epsilon", o.epsilon, config::in_range(1e-12, 1), "added to the variance");
}

class InstanceNorm : public Layer {
 public:
  InstanceNorm(const InstanceNormOptions& options, std::int64_t channels)
      : affine_(options.affine), epsilon_(options.epsilon) {
    if (!affine_) return;
    add_parameter("weight", {channels}, Role::kScale, channels, channels);
    add_parameter("bias", {channels}, Role::kShift, channels, channels);
  }
  Tensor forward(const Tensor& x, ForwardContext&) override {
    // Written out rather than at::instance_norm, which copies channels-last input into channels-first.
    const Tensor wide = x.to(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
    const Tensor mean = wide.mean({2, 3}, true);
    const Tensor centred = wide - mean;
    Tensor y = centred * at::rsqrt(centred.square().mean({2, 3}, true) + epsilon_);
    if (affine_) y = at::addcmul(parameter(1).view({1, -1, 1, 1}), y, parameter(0).view({1, -1, 1, 1}));
    return y.to(x.scalar_type());
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    const Value centred = graph.subtract(x, graph.mean(x, {2, 3}, true));
    const Value variance = graph.mean(graph.multiply(centred, centred), {2, 3}, true);
    const Value y = graph.divide_by_root(centred, variance, epsilon_);
    if (!affine_) return y;
    const auto of_channels = [&](const Tensor& values) { return graph.constant(values.view({1, -1, 1, 1})); };
    return graph.add(graph.multiply(y, of_channels(parameter(0))), of_channels(parameter(1)));
  }

 private:
  bool affine_;
  double epsilon_;
};

class InstanceNormSpec : public SpecWith<InstanceNormOptions> {
 public:
  std::string kind() const override { return "instance_norm"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (input.height() * input.width() < 2)
      throw ShapeError("instance_norm needs more than one pixel but got " + input.text());
    return input;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<InstanceNorm>(options, input.channels());
  }
};

}  // namespace

void register_instance_norm(LayerRegistry& registry) {
  config::add_kind<InstanceNormSpec>(registry, "instance_norm", "each channel of each image to mean 0 and variance 1");
}

}  // namespace ganymede::nn
