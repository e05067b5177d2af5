// Convolution. Weight [filters, channels, kernel, kernel] as in PyTorch.
#include "ganymede/nn/conv_options.h"
#include "ganymede/nn/kernels/conv_transpose.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {

PaddingOption PaddingOption::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  PaddingOption padding;
  if (const auto amount = node.value_exact<std::int64_t>(); amount && *amount >= 0 && *amount <= 64) padding.amount = *amount;
  else if (node.value_exact<std::string>() == "same") padding.same = true;
  else fail("must be \"same\" or a number of pixels from 0 to 64");
  return padding;
}

namespace {

struct ConvOptions {
  int filters = 0, kernel = 3, stride = 1;
  PaddingOption padding;
  bool bias = true;
  bool spectral_norm = false;
  std::optional<config::Initialiser> init;
};

template <class V>
void visit_fields(V& field, ConvOptions& o) {
  field("conv", o.filters, config::in_range(1, 65536));
  field("kernel", o.kernel, config::in_range(1, 64));
  field("stride", o.stride, config::in_range(1, 64));
  field("padding", o.padding);
  field("bias", o.bias);
  field("spectral_norm", o.spectral_norm);
  field("init", o.init);
}

kernels::Padding padding_of(const ConvOptions& o, const Shape& input) {
  return o.padding.same ? kernels::Padding::same(input.height(), input.width(), o.kernel, o.stride)
                        : kernels::Padding::all(o.padding.amount);
}

class Conv : public WeightLayer {
 public:
  Conv(const ConvOptions& options, const Shape& input) : stride_(options.stride), padding_(padding_of(options, input)) {
    const std::int64_t area = static_cast<std::int64_t>(options.kernel) * options.kernel;
    add_weight({options.filters, input.channels(), options.kernel, options.kernel}, input.channels() * area,
               options.filters * area, options.bias ? options.filters : 0, options.spectral_norm, options.init);
  }
  Tensor forward(const Tensor& x, Pass& pass) override { return kernels::conv2d(x, weight(pass), bias(), stride_, padding_); }

 private:
  std::int64_t stride_;
  kernels::Padding padding_;
};

class ConvSpec : public SpecWith<ConvOptions> {
 public:
  std::string kind() const override { return "conv"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    const auto p = padding_of(options, input);
    if (input.height() + p.top + p.bottom < options.kernel || input.width() + p.left + p.right < options.kernel) {
      throw ShapeError(fmt::format("conv with kernel {} does not fit into {}", options.kernel, input.text()));
    }
    return {options.filters, kernels::conv_output_size(input.height(), options.kernel, options.stride, p.top, p.bottom),
            kernels::conv_output_size(input.width(), options.kernel, options.stride, p.left, p.right)};
  }
  std::int64_t multiply_adds(const Shape& input) const override {
    return output_shape(input).elements() * input.channels() * options.kernel * options.kernel;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override { return std::make_unique<Conv>(options, input); }
};

}  // namespace

void register_conv(LayerRegistry& registry) { add_layer<ConvSpec>(registry, "conv"); }

}  // namespace ganymede::nn
