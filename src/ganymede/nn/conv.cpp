// Convolution. Weight [filters, channels / groups, kernel, kernel] as in PyTorch.
#include "ganymede/nn/kernels/conv.h"

#include "ganymede/nn/conv_options.h"
#include "ganymede/nn/graph_conv.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {

PaddingOption PaddingOption::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  PaddingOption padding;
  if (const auto amount = node.value_exact<std::int64_t>(); amount && *amount >= 0 && *amount <= 64)
    padding.amount = *amount;
  else if (node.value_exact<std::string>() == "same")
    padding.same = true;
  else
    fail("must be \"same\" or a number of pixels from 0 to 64");
  return padding;
}

namespace {

struct ConvOptions {
  int filters = 0, kernel = 3, stride = 1;
  PaddingOption padding;
  int groups = 1;
  bool bias = true;
  WeightOptions weight;
};

template <class V>
void visit_fields(V& field, ConvOptions& o) {
  field("conv", o.filters, config::in_range(1, 65536), "channels that come out");
  field("kernel", o.kernel, config::in_range(1, 64), "side, in pixels");
  field("stride", o.stride, config::in_range(1, 64), "in pixels");
  field("padding", o.padding, "zeros on each side; `\"same\"` is TensorFlow's");
  field("groups", o.groups, config::in_range(1, 65536),
        "groups of channels that do not mix; as many as channels is depthwise");
  field("bias", o.bias, "adds a bias");
  visit_fields(field, o.weight);
}

kernels::Padding padding_of(const ConvOptions& o, const Shape& input) {
  return o.padding.same ? kernels::Padding::same(input.height(), input.width(), o.kernel, o.stride)
                        : kernels::Padding::all(o.padding.amount);
}

class Conv : public WeightLayer {
 public:
  Conv(const ConvOptions& options, const Shape& input)
      : geometry_{options.stride, padding_of(options, input), options.groups} {
    const std::int64_t area = static_cast<std::int64_t>(options.kernel) * options.kernel;
    const std::int64_t channels = input.channels() / options.groups;
    add_weight({{options.filters, channels, options.kernel, options.kernel},
                channels * area,
                options.filters * area,
                options.bias ? options.filters : 0},
               options.weight);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    return kernels::conv2d(x, weight(context), bias(), geometry_, context.fixed);
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    return graph_conv(graph, x, {evaluated_weight(), bias(), geometry_});
  }

 private:
  kernels::ConvGeometry geometry_;
};

class ConvSpec : public SpecWith<ConvOptions> {
 public:
  std::string kind() const override { return "conv"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (options.filters % options.groups != 0 || input.channels() % options.groups != 0) {
      throw ShapeError(fmt::format("conv with groups = {} must divide both its {} filters and the channels of {}",
                                   options.groups, options.filters, input.text()));
    }
    const auto p = padding_of(options, input);
    if (input.height() + p.top + p.bottom < options.kernel || input.width() + p.left + p.right < options.kernel) {
      throw ShapeError(fmt::format("conv with kernel {} does not fit into {}", options.kernel, input.text()));
    }
    return {options.filters, kernels::conv_output_size(input.height(), options.kernel, options.stride, p.top, p.bottom),
            kernels::conv_output_size(input.width(), options.kernel, options.stride, p.left, p.right)};
  }
  std::int64_t multiply_adds(const Shape& input) const override {
    return output_shape(input).elements() * (input.channels() / options.groups) * options.kernel * options.kernel;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override { return std::make_unique<Conv>(options, input); }
};

}  // namespace

void register_conv(LayerRegistry& registry) {
  config::add_kind<ConvSpec>(registry, "conv", "convolution");
}

}  // namespace ganymede::nn
