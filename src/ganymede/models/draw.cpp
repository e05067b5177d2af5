#include "ganymede/models/draw.h"

namespace ganymede::models {
namespace {

constexpr std::int64_t kBatch = 64;

template <class Function>
Tensor in_batches(const Tensor& inputs, Function&& function) {
  torch::NoGradGuard constant;
  std::vector<Tensor> parts;
  for (std::int64_t begin = 0; begin < inputs.size(0); begin += kBatch) {
    const std::int64_t count = std::min(kBatch, inputs.size(0) - begin);
    Tensor part = inputs.slice(0, begin, begin + count);
    // Matrix products choose their blocking by the batch: a full batch always gives a sample the same bits.
    if (count < kBatch) {
      auto shape = part.sizes().vec();
      shape[0] = kBatch - count;
      part = at::cat({part, at::zeros(shape, part.options())});
    }
    parts.push_back(function(part).slice(0, 0, count));
  }
  return at::cat(parts);
}

}  // namespace

Tensor generate(const Network& generator, const Tensor& latents) {
  return in_batches(latents, [&](const Tensor& z) {
    nn::Pass pass;
    return generator.forward(z, pass);
  });
}

Tensor score(const Network& discriminator, const Tensor& images) {
  return in_batches(images, [&](const Tensor& x) {
    nn::Pass pass;
    return discriminator.forward(x.contiguous(at::MemoryFormat::ChannelsLast), pass).flatten();
  });
}

std::vector<std::int64_t> rank(const Network& discriminator, const Tensor& images, std::int64_t count) {
  const Tensor order = at::argsort(score(discriminator, images), /*dim=*/0, /*descending=*/true);
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < std::min(count, order.size(0)); ++i) out.push_back(order[i].item<std::int64_t>());
  return out;
}

}  // namespace ganymede::models
