// Batch normalisation (Ioffe and Szegedy 2015) over the channels.
#include "ganymede/nn/activation.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct BatchNormOptions {
  Present present;
  std::optional<double> torch_momentum;  ///< running = (1 - momentum) * running + momentum * batch
  std::optional<double> keras_momentum;  ///< running = momentum * running + (1 - momentum) * batch
  double epsilon = 1e-5;

  double update() const { return keras_momentum ? 1 - *keras_momentum : torch_momentum.value_or(0.1); }
};

template <class V>
void visit_fields(V& field, BatchNormOptions& o) {
  field("batch_norm", o.present);
  field("torch_momentum", o.torch_momentum, config::in_range(0, 1));
  field("keras_momentum", o.keras_momentum, config::in_range(0, 1));
  field("epsilon", o.epsilon, config::in_range(1e-12, 1));
}

class BatchNorm : public Layer {
 public:
  BatchNorm(const BatchNormOptions& options, std::int64_t channels)
      : momentum_(options.update()), epsilon_(options.epsilon) {
    add_parameter("weight", {channels}, Role::kScale, channels, channels);
    add_parameter("bias", {channels}, Role::kShift, channels, channels);
    add_buffer("running_mean", torch::zeros({channels}));
    add_buffer("running_var", torch::ones({channels}));
  }
  Tensor forward(const Tensor& x, Pass& pass) override {
    return kernels::batch_norm_act(x, {parameter(0), parameter(1), buffer(0), buffer(1)}, pass.training, momentum_, epsilon_,
                                   slope_);
  }
  bool absorb(const Layer& next) override {
    const auto* activation = dynamic_cast<const Activation*>(&next);
    if (activation == nullptr || slope_ != kernels::no_activation) return false;
    const auto slope = activation->rectifier_slope();
    if (!slope) return false;
    slope_ = *slope;
    return true;
  }

 private:
  double momentum_, epsilon_, slope_ = kernels::no_activation;
};

class BatchNormSpec : public SpecWith<BatchNormOptions> {
 public:
  std::string kind() const override { return "batch_norm"; }
  Shape output_shape(const Shape& input) const override {
    if (options.torch_momentum && options.keras_momentum) {
      throw ShapeError("batch_norm has both torch_momentum and keras_momentum; they are 1 minus each other, keep one");
    }
    return input;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<BatchNorm>(options, input.channels());
  }
  void write(config::FieldWriter& writer) const override {
    auto copy = options;
    if (!copy.keras_momentum && !copy.torch_momentum) copy.torch_momentum = copy.update();
    visit_fields(writer, copy);
  }
};

}  // namespace

void register_batch_norm(LayerRegistry& registry) { add_layer<BatchNormSpec>(registry, "batch_norm"); }

}  // namespace ganymede::nn
