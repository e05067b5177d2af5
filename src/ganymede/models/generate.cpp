#include "ganymede/models/generate.h"

#include "ganymede/core/parallel.h"
#include "ganymede/models/images.h"

namespace ganymede::models {
namespace {

/// Rows [begin, begin + count) of `values`, and zeros up to a full batch: matrix products choose their blocking by the
/// batch, and a full one always gives an image the same bits.
Tensor full_batch(const Tensor& values, std::int64_t begin, std::int64_t count) {
  const Tensor part = values.slice(0, begin, begin + count);
  if (count == kGenerationBatch) return part;
  auto shape = part.sizes().vec();
  shape[0] = kGenerationBatch - count;
  return at::cat({part, at::zeros(shape, part.options())});
}

/// How many of so many batches are computed each by one thread, which then waits for no other; the rest are too few for
/// that, and threads share each.
std::int64_t batches_of_threads(const Network& network, std::int64_t batches) {
  const std::int64_t threads = network.device().is_cpu() ? at::get_num_threads() : batches + 1;
  return batches / threads * threads;
}

/// What `function` makes of the inputs on the network's device, on the CPU. Labels stay where they are: a layer that
/// looks at them moves them.
template <class Function>
Tensor in_batches(const Network& network, const Tensor& inputs, const Tensor& labels, Function&& function) {
  torch::NoGradGuard constant;
  const std::int64_t batches = (inputs.size(0) + kGenerationBatch - 1) / kGenerationBatch;
  std::vector<Tensor> parts(static_cast<std::size_t>(batches));
  const auto run = [&](std::int64_t i) {
    const std::int64_t begin = i * kGenerationBatch, count = std::min(kGenerationBatch, inputs.size(0) - begin);
    nn::ForwardContext context;
    if (labels.defined()) context.labels = full_batch(labels, begin, count);
    const Tensor part = full_batch(inputs, begin, count).to(network.device());
    parts[static_cast<std::size_t>(i)] = function(part, context).slice(0, 0, count);
  };
  const std::int64_t single = batches_of_threads(network, batches);
  in_parts(single, run);
  for (std::int64_t i = single; i < batches; ++i) run(i);
  return at::cat(parts).cpu();
}

}  // namespace

Tensor generate(const Network& generator, const Tensor& latents, const Tensor& labels, at::ScalarType type) {
  return in_batches(generator, latents, labels, [&](const Tensor& z, nn::ForwardContext& context) {
    return generator.forward(z.to(type), context).to(at::kFloat);
  });
}

Tensor encode(const Network& encoder, const Tensor& images) {
  const Tensor x = with_channels(images, encoder.input_shape().channels()).contiguous(at::MemoryFormat::ChannelsLast);
  return in_batches(encoder, x, {},
                    [&](const Tensor& part, nn::ForwardContext& context) { return encoder.forward(part, context); });
}

Tensor score(const Discriminator& discriminator, const Tensor& images, const Tensor& labels) {
  return in_batches(discriminator, images, labels, [&](const Tensor& x, nn::ForwardContext& context) {
    const Tensor y = discriminator.forward(x.contiguous(at::MemoryFormat::ChannelsLast), context);
    return discriminator.read(y, {}).image_scores();
  });
}

std::vector<std::int64_t> rank(const Discriminator& discriminator, const Tensor& images, std::int64_t count,
                               const Tensor& labels) {
  const Tensor order = at::argsort(score(discriminator, images, labels), /*dim=*/0, /*descending=*/true);
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < std::min(count, order.size(0)); ++i) out.push_back(order[i].item<std::int64_t>());
  return out;
}

}  // namespace ganymede::models
