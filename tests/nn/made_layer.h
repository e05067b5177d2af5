// A layer made from its text in a recipe, with random tensors.
#pragma once

#include "ganymede/nn/registry.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::test {

struct MadeLayer {
  nn::Shape input;
  std::shared_ptr<const nn::LayerSpec> spec;
  std::unique_ptr<nn::Layer> layer;

  MadeLayer(const std::string& text, nn::Shape shape) : input(std::move(shape)) {
    spec = network_of(text).layers[0].spec;
    spec->output_shape(input);
    layer = spec->make(input);
    layer->allocate();
    torch::NoGradGuard constant;
    std::uint64_t seed = 1;
    for (auto& p : layer->parameters()) p.tensor.copy_(normal(p.tensor.sizes(), seed++));
  }

  /// A batch of `count` for this layer; images are channels-last, as the networks have them.
  Tensor batch(std::int64_t count, at::ScalarType type = at::kFloat) const {
    std::vector<std::int64_t> sizes{count};
    sizes.insert(sizes.end(), input.dims().begin(), input.dims().end());
    const Tensor x = normal(sizes, 99, type);
    return input.is_image() ? x.contiguous(at::MemoryFormat::ChannelsLast) : x;
  }
  Tensor operator()(const Tensor& x, bool training = false, std::uint64_t dropout_seed = 5) const {
    nn::ForwardContext context{.training = training, .dropout_seed = dropout_seed};
    return layer->forward(x, context);
  }
  /// The output for images of these classes.
  Tensor labelled(const Tensor& x, const Tensor& labels, bool training = false) const {
    nn::ForwardContext context{.training = training, .dropout_seed = 5, .labels = labels};
    return layer->forward(x, context);
  }
  Tensor tensor(const std::string& name) const {
    for (const auto& p : layer->parameters()) {
      if (p.name == name) return p.tensor;
    }
    for (const auto& b : layer->buffers()) {
      if (b.name == name) return b.tensor;
    }
    return {};
  }
  /// The output's shape as the spec foretells it, with the batch in front.
  std::vector<std::int64_t> foretold(std::int64_t count) const {
    std::vector<std::int64_t> sizes{count};
    const auto dims = spec->output_shape(input).dims();
    sizes.insert(sizes.end(), dims.begin(), dims.end());
    return sizes;
  }
};

/// What a ShapeError or UsageError says of a layer that cannot be made.
inline std::string shape_error_of(const std::string& text, const nn::Shape& input) {
  try {
    MadeLayer made(text, input);
  } catch (const nn::ShapeError& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected a ShapeError";
  return {};
}

}  // namespace ganymede::test
