#include "ganymede/train/translator.h"

#include "ganymede/core/random.h"

namespace ganymede::train {
namespace {

/// A stream of its own: where source and target are one data set, their images must not come in pairs.
data::LoaderOptions source_order(const config::Recipe& recipe, const data::LoaderShare& share) {
  return {.batch_size = static_cast<std::size_t>(recipe.train.batch_size),
          .seed = stream_seed(recipe.train.seed, "source"),
          .flip = recipe.source.flip,
          .share = share};
}

}  // namespace

Translator::Translator(const models::Network& encoder, std::shared_ptr<const data::Dataset> source,
                       const config::Recipe& recipe, const data::LoaderShare& share, std::uint64_t first_batch,
                       bool resident)
    : encoder_(encoder),
      batches_(open_batches(std::move(source), source_order(recipe, share), first_batch, encoder.device(), resident)) {}

void Translator::next(const Tensor& target) {
  torch::NoGradGuard constant;
  target_ = target;
  source_codes_ = encode(pixels_of(batches_->next(), target.scalar_type()));
  target_codes_ = encode(target);
}

Tensor Translator::codes(int part, int parts) const {
  return at::cat({part_of(source_codes_, part, parts), part_of(target_codes_, part, parts)});
}

objectives::Translation Translator::translation(const Tensor& generated, int part, int parts) const {
  const auto half = generated.size(0) / 2;
  const Tensor of_source = generated.slice(0, 0, half), of_target = generated.slice(0, half);
  return {.codes = part_of(source_codes_, part, parts).to(at::kFloat),
          .codes_again = encode(of_source).to(at::kFloat),
          .target = part_of(target_, part, parts).to(at::kFloat),
          .target_again = of_target.to(at::kFloat),
          .generated = of_source.to(at::kFloat)};
}

Tensor Translator::encode(const Tensor& images) const {
  nn::ForwardContext context;  // evaluation mode: f does not learn any more
  const Tensor x = models::with_channels(images, encoder_.input_shape().channels());
  return encoder_.forward(x.contiguous(at::MemoryFormat::ChannelsLast), context);
}

}  // namespace ganymede::train
