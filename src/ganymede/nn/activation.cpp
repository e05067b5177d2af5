#include "ganymede/nn/activation.h"

#include "ganymede/nn/dropout.h"
#include "ganymede/nn/kernels/activation_dropout.h"
#include "ganymede/nn/kernels/batch_norm_act.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {

Tensor Activation::forward(const Tensor& x, ForwardContext& context) {
  switch (kind_) {
    case ActivationKind::kTanh:
      return at::tanh(x);
    case ActivationKind::kSigmoid:
      return at::sigmoid(x);
    case ActivationKind::kRectifier:
      break;
  }
  if (dropout_ > 0) {
    const auto seeds = context.next_dropout_seeds();
    if (context.training) return kernels::leaky_relu_dropout(x, slope_, dropout_, seeds);
  }
  return kernels::leaky_relu_dropout(x, slope_, 0, {0});
}

Value Activation::to_graph(Graph& graph, Value x, const Shape&) const {
  switch (kind_) {
    case ActivationKind::kTanh:
      return graph.node("Tanh", {x});
    case ActivationKind::kSigmoid:
      return graph.node("Sigmoid", {x});
    case ActivationKind::kRectifier:
      break;
  }
  return slope_ == 0 ? graph.node("Relu", {x}) : graph.node("LeakyRelu", {x}, {{"alpha", slope_}});
}

bool Activation::absorb(Layer& next) {
  const auto* dropout = dynamic_cast<const Dropout*>(&next);
  if (dropout == nullptr || kind_ != ActivationKind::kRectifier || dropout_ > 0) return false;
  dropout_ = dropout->probability();
  return true;
}

std::optional<double> Activation::rectifier_slope() const {
  if (kind_ != ActivationKind::kRectifier || dropout_ > 0) return std::nullopt;
  return slope_;
}

bool absorb_rectifier(const Layer& next, double& slope) {
  const auto* activation = dynamic_cast<const Activation*>(&next);
  if (activation == nullptr || slope != kernels::no_activation) return false;
  const auto found = activation->rectifier_slope();
  slope = found.value_or(slope);
  return found.has_value();
}

namespace {

struct LeakyOptions {
  double slope = 0.2;
};
template <class V>
void visit_fields(V& field, LeakyOptions& o) {
  field("leaky_relu", o.slope, config::in_range(0, 1), "the slope");
}

class LeakySpec : public SpecWith<LeakyOptions> {
 public:
  std::string kind() const override { return "leaky_relu"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape&) const override {
    return std::make_unique<Activation>(ActivationKind::kRectifier, options.slope);
  }
};

struct PlainOptions {
  std::string kind;
  Present present;
};
template <class V>
void visit_fields(V& field, PlainOptions& o) {
  field(o.kind.c_str(), o.present, "by name alone");
}

class PlainSpec : public SpecWith<PlainOptions> {
 public:
  PlainSpec(std::string kind, ActivationKind activation) : activation_(activation) { options.kind = std::move(kind); }
  std::string kind() const override { return options.kind; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<Activation>(activation_, 0.0); }

 private:
  ActivationKind activation_;
};

}  // namespace

void register_activation(LayerRegistry& registry) {
  config::add_kind<LeakySpec>(registry, "leaky_relu", "values below 0 are multiplied by a slope");
  config::add_kind<PlainSpec>(registry, "relu", "values below 0 become 0", "relu", ActivationKind::kRectifier);
  config::add_kind<PlainSpec>(registry, "tanh", "hyperbolic tangent: -1 to 1", "tanh", ActivationKind::kTanh);
  config::add_kind<PlainSpec>(registry, "sigmoid", "logistic function: 0 to 1", "sigmoid", ActivationKind::kSigmoid);
}

}  // namespace ganymede::nn
