// Instance normalisation (Ulyanov et al. 2016): each channel of each image to mean 0 and variance 1.
#include "ganymede/nn/activation.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/kernels/instance_norm_act.h"
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
    const Tensor weight = affine_ ? parameter(0) : Tensor{}, bias = affine_ ? parameter(1) : Tensor{};
    return kernels::instance_norm_act(x, weight, bias, epsilon_, slope_);
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    const Value centred = graph.subtract(x, graph.mean(x, {2, 3}, true));
    const Value variance = graph.mean(graph.multiply(centred, centred), {2, 3}, true);
    const Value y = graph.divide_by_root(centred, variance, epsilon_);
    if (!affine_) return y;
    const auto of_channels = [&](const Tensor& values) { return graph.constant(values.view({1, -1, 1, 1})); };
    return graph.add(graph.multiply(y, of_channels(parameter(0))), of_channels(parameter(1)));
  }

  bool absorb(Layer& next) override { return absorb_rectifier(next, slope_); }

 private:
  bool affine_;
  double epsilon_, slope_ = kernels::no_activation;
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
