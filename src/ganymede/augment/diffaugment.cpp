// DiffAugment (Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training").
#include <algorithm>

#include "ganymede/augment/augment.h"
#include "ganymede/augment/resample.h"
#include "ganymede/core/batch_share.h"
#include "ganymede/core/device_random.h"
#include "ganymede/core/random.h"

namespace ganymede::augment {
namespace {

/// `each` numbers of the stream `name` for each image, one after another: 64 random bits in int64 [N, each].
Tensor numbers(const Tensor& images, std::uint64_t seed, const char* name, std::int64_t each) {
  return rows_of_share(images.size(0), [&](std::int64_t count) {
    return random_bits(stream_seed(seed, name), count * each, images.device()).view({count, each});
  });
}

Tensor done(const Tensor& numbers, const Tensor& probability) {
  return uniform_of(numbers.select(1, 0)) < probability;
}

/// One factor or term an image, [N, 1, 1, 1]: `from` + `scale` * a uniform number where the operation is done, else
/// `identity`.
Tensor strengths(const Tensor& images, const Tensor& probability, const Tensor& bits, double from, double scale,
                 double identity) {
  const Tensor values = uniform_of(bits.select(1, 1)).mul_(scale).add_(from);
  return values.masked_fill_(done(bits, probability).logical_not_(), identity)
      .to(at::kFloat)
      .to(images.scalar_type())
      .view({-1, 1, 1, 1});
}

Tensor color(Tensor x, const Tensor& probability, std::uint64_t seed) {
  x = x + strengths(x, probability, numbers(x, seed, "brightness", 2), -0.5, 1, 0);
  Tensor mean = x.mean(1, /*keepdim=*/true);
  x = mean + (x - mean) * strengths(x, probability, numbers(x, seed, "saturation", 2), 0, 2, 1);
  mean = x.mean({1, 2, 3}, /*keepdim=*/true);
  return mean + (x - mean) * strengths(x, probability, numbers(x, seed, "contrast", 2), 0.5, 1, 1);
}

/// By up to an eighth of the side, in either direction.
Tensor translation(const Tensor& x, const Tensor& probability, std::uint64_t seed) {
  const Tensor bits = numbers(x, seed, "translation", 3), moved = done(bits, probability);
  const auto offset = [&](std::int64_t number, std::int64_t side) {
    const std::int64_t most = (side + 4) / 8;
    return below_of(bits.select(1, number), 2 * most + 1).sub_(most).mul_(moved);
  };
  return shift(x, offset(1, x.size(2)), offset(2, x.size(3)));
}

/// A part of half the height and half the width becomes 0; its middle is anywhere in the image.
Tensor cutout(const Tensor& x, const Tensor& probability, std::uint64_t seed) {
  const Tensor bits = numbers(x, seed, "cutout", 3);
  const auto within = [&](std::int64_t number, std::int64_t side) {  // [N, side]
    const std::int64_t length = (side + 1) / 2;
    const Tensor first = below_of(bits.select(1, number), side + 1 - length % 2).sub_(length / 2).unsqueeze(1);
    const Tensor place = at::arange(side, first.options());
    return (place >= first).logical_and_(place < first + length);
  };
  const Tensor gone = within(1, x.size(2)).unsqueeze(2).logical_and(within(2, x.size(3)).unsqueeze(1));
  const Tensor left = gone.logical_and(done(bits, probability).view({-1, 1, 1})).logical_not();
  return x * left.unsqueeze(1).to(x.scalar_type());
}

class DiffAugment : public Augment {
 public:
  explicit DiffAugment(const std::vector<std::string>& operations) {
    const auto has = [&](const char* name) {
      return std::find(operations.begin(), operations.end(), name) != operations.end();
    };
    color_ = has("color"), translation_ = has("translation"), cutout_ = has("cutout");
  }
  using Augment::apply;
  Tensor apply(const Tensor& images, const Tensor& probability, std::uint64_t seed) const override {
    Tensor x = images;
    if (color_) x = color(x, probability, seed);
    if (translation_) x = translation(x, probability, seed);
    if (cutout_) x = cutout(x, probability, seed);
    return x;
  }

 private:
  bool color_ = false, translation_ = false, cutout_ = false;
};

}  // namespace

/// DiffAugment (Zhao et al. 2020): `color` (brightness, saturation, contrast), `translation`, `cutout`.
void register_diffaugment(PolicyRegistry& registry) {
  const auto make = [](const std::vector<std::string>& operations) {
    return std::make_unique<DiffAugment>(chosen_operations(operations, {"color", "translation", "cutout"}));
  };
  registry.add("diffaugment", make,
               "`color` (brightness, saturation, contrast), `translation`, `cutout` (Zhao et al. 2020)");
}

}  // namespace ganymede::augment
