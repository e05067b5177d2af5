// Convolution. Weight [filters, channels / groups, kernel, kernel] as in PyTorch.
#include "ganymede/nn/conv.h"

#include "ganymede/nn/avg_pool.h"
#include "ganymede/nn/graph_conv.h"
#include "ganymede/nn/kernels/conv_transpose.h"
#include "ganymede/nn/kernels/fixed_weights.h"
#include "ganymede/nn/registry.h"
#include "ganymede/nn/resample.h"

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

namespace {

kernels::Padding padding_of(const ConvOptions& o, const Shape& input) {
  return o.padding.same ? kernels::Padding::same(input.height(), input.width(), o.kernel, o.stride)
                        : kernels::Padding::all(o.padding.amount);
}

/// What each number of a kernel x kernel weight adds to those of the kernel that, by itself, does as the convolution
/// does before the mean over factor x factor squares; or, turned round as a transposed convolution wants it, behind
/// copies of each pixel.
Tensor merging(std::int64_t kernel, std::int64_t factor, bool enlarges, const torch::Device& device) {
  const std::int64_t merged = kernel + factor - 1;
  const Tensor side = torch::zeros({kernel, merged}, at::dtype(at::kDouble).device(device));
  for (std::int64_t i = 0; i < kernel; ++i) {
    const std::int64_t first = enlarges ? kernel - 1 - i : i;
    side[i].narrow(0, first, factor).fill_(enlarges ? 1.0 : 1.0 / static_cast<double>(factor));
  }
  return at::kron(side, side);
}

}  // namespace

Conv::Conv(const ConvOptions& options, const Shape& input)
    : geometry_{options.stride, padding_of(options, input), options.groups}, kernel_(options.kernel) {
  const std::int64_t area = kernel_ * kernel_;
  const std::int64_t channels = input.channels() / options.groups;
  add_weight({{options.filters, channels, kernel_, kernel_},
              channels * area,
              options.filters * area,
              options.bias ? options.filters : 0},
             options.weight);
}

Tensor Conv::forward(const Tensor& x, ForwardContext& context) {
  const Tensor weight = this->weight(context);
  if (resizing_ == Resizing::kNone) return kernels::conv2d(x, weight, bias(), geometry_, context.fixed);
  if (kernel_ == 1) {
    // A pixel's products do not depend on its neighbours': they are made where there are fewest.
    const bool shrinks = resizing_ == Resizing::kShrinks;
    const Tensor few = shrinks ? at::avg_pool2d(x, {factor_, factor_}) : x;
    const Tensor y = kernels::conv2d(few, weight, bias(), geometry_, context.fixed);
    return shrinks ? y : upsample_nearest(y, factor_);
  }
  auto geometry = geometry_;
  geometry.stride = factor_;
  const auto merge = [&] { return merged(weight); };
  const Tensor merged = kernels::kept(context.fixed, weight, weight.scalar_type(), merge);
  if (resizing_ == Resizing::kShrinks) return kernels::conv2d(x, merged, bias(), geometry, context.fixed);
  const auto& p = geometry_.padding;
  const std::int64_t most = kernel_ - 1;
  geometry.padding = {most - p.top, most - p.bottom, most - p.left, most - p.right};
  const std::array<std::int64_t, 2> size{x.size(2) * factor_ + p.top + p.bottom - most,
                                         x.size(3) * factor_ + p.left + p.right - most};
  return kernels::conv_transpose2d(x, merged, bias(), geometry, size, context.fixed);
}

Tensor Conv::merged(const Tensor& weight) const {
  const std::int64_t side = kernel_ + factor_ - 1;
  // Elsewhere it is made there: a copy of the host's would be waited for.
  const Tensor merge =
      weight.is_cpu() ? merge_ : merging(kernel_, factor_, resizing_ == Resizing::kEnlarges, weight.device());
  const Tensor merged = weight.reshape({-1, kernel_ * kernel_})
                            .mm(merge.to(weight.scalar_type()))
                            .view({weight.size(0), weight.size(1), side, side});
  return resizing_ == Resizing::kEnlarges ? merged.transpose(0, 1).contiguous() : merged;
}

Value Conv::to_graph(Graph& graph, Value x, const Shape&) const {
  return graph_conv(graph, x, {evaluated_weight(), bias(), geometry_});
}

bool Conv::absorb(Layer& next) {
  const auto* pool = dynamic_cast<const AvgPool*>(&next);
  return pool != nullptr && pool->square() && resize(Resizing::kShrinks, *pool->square());
}

bool Conv::enlarge_first(std::int64_t factor) {
  return resize(Resizing::kEnlarges, factor);
}

bool Conv::resize(Resizing how, std::int64_t factor) {
  // Nobody trains beyond these, where the merged kernel is wide and what makes it large.
  constexpr std::int64_t kMostFactor = 4, kMostKernel = 7;
  const auto& p = geometry_.padding;
  const bool alone = kernel_ == 1 && p == kernels::Padding{};
  const bool inside = std::max({p.top, p.bottom, p.left, p.right}) < kernel_;
  const bool merges = kernel_ > 1 && kernel_ <= kMostKernel && factor <= kMostFactor &&
                      (how == Resizing::kShrinks || (geometry_.groups == 1 && inside));
  if (resizing_ != Resizing::kNone || geometry_.stride != 1 || !(alone || merges)) return false;
  resizing_ = how;
  factor_ = factor;
  if (!alone) merge_ = merging(kernel_, factor, how == Resizing::kEnlarges, torch::kCPU);
  return true;
}

double Conv::share_of_products() const {
  const auto side = static_cast<double>(kernel_), factor = static_cast<double>(factor_);
  const double left = (kernel_ == 1 ? side : side + factor - 1) / (side * factor);
  return left * left;
}

namespace {

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
