// Transposed convolution. Weight [channels, filters, kernel, kernel] as in PyTorch.
#include "ganymede/nn/kernels/conv_transpose.h"

#include "ganymede/nn/conv_options.h"
#include "ganymede/nn/graph_conv.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {
namespace {

struct ConvTransposeOptions {
  int filters = 0, kernel = 3, stride = 1;
  PaddingOption padding;
  int output_padding = 0;
  bool bias = true;
  WeightOptions weight;
};

template <class V>
void visit_fields(V& field, ConvTransposeOptions& o) {
  field("conv_transpose", o.filters, config::in_range(1, 65536), "channels that come out");
  field("kernel", o.kernel, config::in_range(1, 64), "side, in pixels");
  field("stride", o.stride, config::in_range(1, 64), "in pixels");
  field("padding", o.padding, "pixels taken off each side; `\"same\"` gives stride times the input");
  field("output_padding", o.output_padding, config::in_range(0, 63), "pixels added at the lower and right end");
  field("bias", o.bias, "adds a bias");
  visit_fields(field, o.weight);
}

/// The output's side. "same" gives input * stride, as Keras does.
std::int64_t output_side(const ConvTransposeOptions& o, std::int64_t input) {
  if (o.padding.same) return input * o.stride;
  return (input - 1) * o.stride - 2 * o.padding.amount + o.kernel + o.output_padding;
}

class ConvTranspose : public WeightLayer {
 public:
  ConvTranspose(const ConvTransposeOptions& options, const Shape& input)
      : size_{output_side(options, input.height()), output_side(options, input.width())} {
    geometry_.stride = options.stride;
    geometry_.padding = options.padding.same
                            ? kernels::Padding::same(size_[0], size_[1], options.kernel, options.stride)
                            : kernels::Padding::all(options.padding.amount);
    const std::int64_t area = static_cast<std::int64_t>(options.kernel) * options.kernel;
    add_weight({{input.channels(), options.filters, options.kernel, options.kernel},
                options.filters * area,
                input.channels() * area,
                options.bias ? options.filters : 0},
               options.weight);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    return kernels::conv_transpose2d(x, weight(context), bias(), geometry_, size_, context.fixed);
  }
  Value to_graph(Graph& graph, Value x, const Shape& input) const override {
    return graph_conv_transpose(graph, x, input, {evaluated_weight(), bias(), geometry_}, size_);
  }

 private:
  kernels::ConvGeometry geometry_;
  std::array<std::int64_t, 2> size_;
};

class ConvTransposeSpec : public SpecWith<ConvTransposeOptions> {
 public:
  std::string kind() const override { return "conv_transpose"; }
  Shape output_shape(const Shape& input) const override {
    expect_image(input, kind());
    if (options.output_padding >= options.stride) {
      throw ShapeError(
          fmt::format("output_padding {} must be below the stride {}", options.output_padding, options.stride));
    }
    if (options.padding.same && options.output_padding != 0) {
      throw ShapeError("output_padding has no meaning beside padding = \"same\"");
    }
    if (options.padding.same && options.kernel < options.stride) {
      throw ShapeError(fmt::format("padding = \"same\" needs a kernel of at least the stride {}", options.stride));
    }
    const Shape output{options.filters, output_side(options, input.height()), output_side(options, input.width())};
    if (output.height() < 1 || output.width() < 1) {
      throw ShapeError(
          fmt::format("conv_transpose with padding {} leaves nothing of {}", options.padding.amount, input.text()));
    }
    return output;
  }
  std::int64_t multiply_adds(const Shape& input) const override {
    return input.elements() * options.filters * options.kernel * options.kernel;
  }
  std::unique_ptr<Layer> make(const Shape& input) const override {
    return std::make_unique<ConvTranspose>(options, input);
  }
};

}  // namespace

void register_conv_transpose(LayerRegistry& registry) {
  config::add_kind<ConvTransposeSpec>(registry, "conv_transpose", "transposed convolution");
}

}  // namespace ganymede::nn
