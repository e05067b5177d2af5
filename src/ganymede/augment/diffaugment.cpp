// DiffAugment (Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training").
#include <algorithm>

#include "ganymede/augment/augment.h"
#include "ganymede/augment/resample.h"
#include "ganymede/core/random.h"

namespace ganymede::augment {
namespace {

/// One number a sample, [N, 1, 1, 1]: value() of a uniform number where the operation is done, `identity` elsewhere.
template <class Value>
Tensor numbers(const Tensor& images, double probability, Random random, float identity, Value&& value) {
  Tensor out = at::empty({images.size(0), 1, 1, 1});
  float* numbers = out.data_ptr<float>();
  for (std::int64_t n = 0; n < images.size(0); ++n) {
    const bool done = random.uniform() < probability;
    const double u = random.uniform();
    numbers[n] = done ? static_cast<float>(value(u)) : identity;
  }
  return out.to(images.device(), images.scalar_type());
}

Tensor color(Tensor x, double probability, std::uint64_t seed) {
  x = x + numbers(x, probability, Random(stream_seed(seed, "brightness")), 0, [](double u) { return u - 0.5; });
  Tensor mean = x.mean(1, /*keepdim=*/true);
  x = mean +
      (x - mean) * numbers(x, probability, Random(stream_seed(seed, "saturation")), 1, [](double u) { return 2 * u; });
  mean = x.mean({1, 2, 3}, /*keepdim=*/true);
  return mean + (x - mean) *
                    numbers(x, probability, Random(stream_seed(seed, "contrast")), 1, [](double u) { return u + 0.5; });
}

/// By up to an eighth of the side, either way.
Tensor translation(const Tensor& x, double probability, std::uint64_t seed) {
  Random random(stream_seed(seed, "translation"));
  std::vector<std::int64_t> down, right;
  const auto offset = [&](std::int64_t side) {
    const std::int64_t most = (side + 4) / 8;
    return static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * most + 1))) - most;
  };
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const bool done = random.uniform() < probability;
    const std::int64_t dy = offset(x.size(2)), dx = offset(x.size(3));
    down.push_back(done ? dy : 0);
    right.push_back(done ? dx : 0);
  }
  return shift(x, down, right);
}

/// A square of half the side becomes 0; its middle is anywhere in the image.
Tensor cutout(const Tensor& x, double probability, std::uint64_t seed) {
  Random random(stream_seed(seed, "cutout"));
  const std::int64_t height = x.size(2), width = x.size(3), tall = (height + 1) / 2, wide = (width + 1) / 2;
  Tensor mask = at::ones({x.size(0), 1, height, width});
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const bool done = random.uniform() < probability;
    const auto span = [&](std::int64_t side, std::int64_t length) {
      const auto middle = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(side + 1 - length % 2)));
      return std::pair(std::max<std::int64_t>(middle - length / 2, 0), std::min(middle - length / 2 + length, side));
    };
    const auto [top, bottom] = span(height, tall);
    const auto [left, right] = span(width, wide);
    if (done) mask[n].slice(1, top, bottom).slice(2, left, right).zero_();
  }
  return x * mask.to(x.device(), x.scalar_type());
}

class DiffAugment : public Augment {
 public:
  explicit DiffAugment(const std::vector<std::string>& operations) {
    const auto has = [&](const char* name) {
      return std::find(operations.begin(), operations.end(), name) != operations.end();
    };
    color_ = has("color"), translation_ = has("translation"), cutout_ = has("cutout");
  }
  Tensor apply(const Tensor& images, double probability, std::uint64_t seed) const override {
    if (probability <= 0) return images;
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

std::unique_ptr<Augment> make_diffaugment(const std::vector<std::string>& operations) {
  return std::make_unique<DiffAugment>(operations);
}

}  // namespace ganymede::augment
