#include "ganymede/models/gan.h"

#include <cmath>

#include "ganymede/core/counted.h"
#include "ganymede/core/precision.h"
#include "ganymede/core/random.h"
#include "ganymede/recipe/class_count.h"

namespace ganymede::models {

namespace {

constexpr int kRgb = 3;

using MakeNetwork = Network (*)(const config::NetworkConfig&, const nn::Shape&);

std::optional<Network> make_encoder(const config::Recipe& recipe, MakeNetwork make) {
  if (!recipe.translates()) return std::nullopt;
  const auto& source = recipe.source;
  return make(recipe.encoder.network,
              {source.channels == 0 ? kRgb : source.channels, source.size.height, source.size.width});
}

Gan make_gan(const config::Recipe& recipe, MakeNetwork make) {
  auto encoder = make_encoder(recipe, make);
  Network generator = make(recipe.generator, encoder ? encoder->output_shape() : nn::Shape{recipe.latent.size});
  const nn::Shape& image = generator.output_shape();
  const std::string where = recipe.generator.layers.front().place.file + " in [generator]";
  const int asked = recipe.data.channels;
  const bool usual = asked <= 1 || asked == 3;  // data of these is made grey or RGB as the generator's images are
  if (!image.is_image() || (usual ? image.channels() != 1 && image.channels() != 3 : image.channels() != asked)) {
    throw UsageError(
        "the generator ends in " + image.text(), where,
        usual ? "it must end in an image of 1 or 3 channels, or of as many as channels = N in [data] asks for"
              : fmt::format("it must end in an image of {}, as [data] asks", counted(asked, "channel")));
  }
  const data::ImageSize made = size_of(image);
  if (recipe.data.size.given() && recipe.data.size != made) {
    throw UsageError(
        fmt::format("the generator makes {} but [data] asks for size {}", image.text(), recipe.data.size.to_toml()),
        where, fmt::format("set data.size to {}, or change the layers", made.to_toml()));
  }
  if (encoder && size_of(encoder->input_shape()) != made) {
    throw UsageError(
        fmt::format("the generator makes {} but the encoder reads {}", image.text(), encoder->input_shape().text()),
        where, "its own images go through the encoder too: give [source] the generator's size");
  }
  Discriminator discriminator(make(recipe.discriminator, image), recipe.discriminator);
  return {std::move(generator), std::move(discriminator), std::move(encoder)};
}

}  // namespace

data::ImageSize size_of(const nn::Shape& image) {
  return {static_cast<int>(image.height()), static_cast<int>(image.width())};
}

Gan build_gan(const config::Recipe& recipe) {
  if (config::follows_data(recipe)) {
    throw UsageError("the number of classes follows the data, which is not at hand", "recipe " + recipe.name,
                     "write the number for classes = \"data\"");
  }
  return make_gan(recipe,
                  [](const config::NetworkConfig& config, const nn::Shape& input) { return Network(config, input); });
}

Gan outline_gan(const config::Recipe& recipe) {
  return make_gan(recipe, Network::outline);
}

config::Recipe resolved(const config::Recipe& recipe, const Gan& gan) {
  config::Recipe out = recipe;
  out.data.size = size_of(gan.image_shape());
  out.data.channels = static_cast<int>(gan.image_shape().channels());
  if (gan.encoder) {
    out.source.channels = static_cast<int>(gan.encoder->input_shape().channels());
  }
  return out;
}

at::ScalarType compute_type(config::Precision precision, const torch::Device& device) {
  if (precision == config::Precision::kAuto) return has_fast_bf16(device) ? at::kBFloat16 : at::kFloat;
  return precision == config::Precision::kBf16 ? at::kBFloat16 : at::kFloat;
}

Tensor sample_latents(const config::LatentConfig& latent, std::int64_t count, std::uint64_t seed,
                      const RandomSource& random) {
  const bool uniform = latent.distribution == config::LatentDistribution::kUniform;
  return uniform ? random.uniform({count, latent.size}, -1, 1, seed) : random.normal({count, latent.size}, seed);
}

Tensor sample_numbered_latents(const config::LatentConfig& latent, std::int64_t count, std::uint64_t seed,
                               std::int64_t first) {
  std::vector<Tensor> rows;
  for (std::int64_t i = first; i < first + count; ++i) {
    rows.push_back(sample_numbered_latent(latent, static_cast<std::uint64_t>(i), seed));
  }
  return at::cat(rows);
}

Tensor sample_numbered_latent(const config::LatentConfig& latent, std::uint64_t index, std::uint64_t seed) {
  return sample_latents(latent, 1, stream_seed(seed, "sample", index));
}

Tensor truncated(const config::LatentConfig& latent, const Tensor& latents, double threshold) {
  // A uniform distribution's quantiles move in proportion.
  if (latent.distribution == config::LatentDistribution::kUniform) return latents * std::min(1.0, threshold);
  // Phi(x) = (1 + erf(x / sqrt 2)) / 2, so the share of the mass within the threshold is erf(threshold / sqrt 2).
  const double share = std::erf(threshold / std::sqrt(2.0));
  const Tensor place = at::erf(latents.to(at::kDouble) / std::sqrt(2.0)) * share;
  return (at::erfinv(place) * std::sqrt(2.0)).clamp(-threshold, threshold).to(at::kFloat);
}

Tensor sample_labels(std::int64_t classes, std::int64_t count, std::uint64_t seed, const RandomSource& random) {
  if (classes == 0) return {};
  return random.integers({count}, classes, seed);
}

std::int64_t grid_columns(std::int64_t classes, std::int64_t count) {
  constexpr std::int64_t kMaxColumns = 20;
  if (classes > 1 && classes <= kMaxColumns) return std::min(classes, count);
  return static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
}

Tensor labels_in_turn(std::int64_t classes, const Tensor& conditions, std::int64_t first, std::int64_t count) {
  if (classes == 0) return {};
  const Tensor places = at::arange(first, first + count, at::kLong);
  if (conditions.defined()) return conditions.index_select(0, places.remainder(conditions.size(0)));
  return places.remainder(classes);
}

}  // namespace ganymede::models
