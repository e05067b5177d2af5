// The augmentation pipeline of "Training generative adversarial networks with limited data" (Karras et al. 2020),
// appendix B: each image gets one affine map of its pixels' places and one of its colours.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "ganymede/augment/augment.h"
#include "ganymede/augment/resample.h"
#include "ganymede/core/batch_share.h"
#include "ganymede/core/device_random.h"
#include "ganymede/core/precision.h"

namespace ganymede::augment {
namespace {

/// Random numbers for all images, f64 [N]. Each image has a stream of its own, and each operation takes its numbers
/// whether it is done or not, so none disturbs another's.
class Dice {
 public:
  Dice(const Tensor& images, const char* name, const Tensor& probability, std::uint64_t seed)
      : seeds_(rows_of_share(images.size(0),
                             [&](std::int64_t count) { return stream_seeds(seed, name, count, images.device()); })),
        probability_(probability) {}
  /// Whether an operation is done to each image, bool [N].
  Tensor done() { return done(probability_); }
  Tensor done(const Tensor& probability) { return uniform() < probability; }
  Tensor uniform(double low, double high) { return uniform().mul_(high - low).add_(low); }
  Tensor normal() {
    const Tensor radius = uniform().neg_().add_(1).log_().mul_(-2).sqrt_();
    return radius.mul_(uniform().mul_(2 * std::numbers::pi).cos_());
  }
  Tensor below(std::int64_t bound) { return below_of(next(), bound); }
  const Tensor& probability() const { return probability_; }

 private:
  Tensor next() { return mix64(seeds_ + taken_++); }
  Tensor uniform() { return uniform_of(next()); }

  Tensor seeds_, probability_;
  std::int64_t taken_ = 0;
};

/// Matrices [N, size, size] of their entries f64 [N], row by row.
Tensor matrices(const std::vector<Tensor>& entries, std::int64_t size) {
  return at::stack(entries, 1).view({-1, size, size});
}

Tensor identities(const Tensor& like, std::int64_t size) {
  return at::eye(size, like.options()).expand({like.size(0), size, size});
}

/// The product of two maps where `done`, else the one that is already there.
Tensor then(const Tensor& map, const Tensor& done, const Tensor& next) {
  return at::where(done.view({-1, 1, 1}), map.bmm(next), map);
}
Tensor before(const Tensor& next, const Tensor& done, const Tensor& map) {
  return at::where(done.view({-1, 1, 1}), next.bmm(map), map);
}

Tensor scaling(const Tensor& x, const Tensor& y) {
  const Tensor zero = at::zeros_like(x), one = at::ones_like(x);
  return matrices({x, zero, zero, zero, y, zero, zero, zero, one}, 3);
}
Tensor moving(const Tensor& x, const Tensor& y) {
  const Tensor zero = at::zeros_like(x), one = at::ones_like(x);
  return matrices({one, zero, x, zero, one, y, zero, zero, one}, 3);
}
/// In coordinates from -1 to 1 an image is a square; `aspect`, height by width, keeps what is turned in its shape.
Tensor turning(const Tensor& cosine, const Tensor& sine, double aspect) {
  const Tensor zero = at::zeros_like(sine), one = at::ones_like(sine);
  return matrices({cosine, -sine * aspect, zero, sine / aspect, cosine, zero, zero, zero, one}, 3);
}

/// Where in the source a pixel of the result comes from, in coordinates from -1 to 1; height and width in pixels.
Tensor blit(Dice dice, double height, double width) {
  constexpr double kShift = 0.125;
  const Tensor flip = dice.below(2), turns = dice.below(4);
  const Tensor x = dice.uniform(-kShift, kShift).mul_(width).round_();
  const Tensor y = dice.uniform(-kShift, kShift).mul_(height).round_();
  const Tensor one = at::ones_like(x);
  Tensor m = identities(x, 3);
  m = then(m, dice.done().logical_and(flip == 1), scaling(-one, one));
  // Exact, where sin and cos of a quarter turn are only nearly 0 and 1.
  const Tensor cosine = (turns == 0).to(at::kDouble) - (turns == 2).to(at::kDouble);
  const Tensor sine = (turns == 1).to(at::kDouble) - (turns == 3).to(at::kDouble);
  m = then(m, dice.done(), turning(cosine, sine, height / width));
  return then(m, dice.done(), moving(2 * x / width, 2 * y / height));
}

Tensor geometry(Dice dice, double aspect) {
  constexpr double kScale = 0.2, kShift = 0.125;
  const Tensor scale = at::exp2(dice.normal() * kScale), stretch = at::exp2(dice.normal() * kScale);
  const Tensor first = dice.uniform(-std::numbers::pi, std::numbers::pi),
               second = dice.uniform(-std::numbers::pi, std::numbers::pi);
  const Tensor x = dice.normal() * kShift, y = dice.normal() * kShift;
  // Two rotations, of which at least one is done with the probability asked for.
  const Tensor rotate = 1 - (1 - dice.probability()).sqrt();
  Tensor m = then(identities(x, 3), dice.done(), scaling(1 / scale, 1 / scale));
  m = then(m, dice.done(rotate), turning(first.cos(), first.sin(), aspect));
  m = then(m, dice.done(), scaling(1 / stretch, stretch));
  m = then(m, dice.done(rotate), turning(second.cos(), second.sin(), aspect));
  return then(m, dice.done(), moving(2 * x, 2 * y));
}

/// Maps of red, green, blue and 1 whose upper left entry (i, j) is entry(i, j).
template <class Entry>
Tensor color_map(const Tensor& like, Entry&& entry) {
  const Tensor zero = at::zeros_like(like), one = at::ones_like(like);
  std::vector<Tensor> entries;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) entries.push_back(entry(i, j));
    entries.push_back(zero);
  }
  entries.insert(entries.end(), {zero, zero, zero, one});
  return matrices(entries, 4);
}

/// The rotation about the grey axis.
Tensor hue(const Tensor& angle) {
  const Tensor c = angle.cos(), s = angle.sin() / std::sqrt(3.0), rest = (1 - c) / 3;
  return color_map(angle, [&](int i, int j) { return rest + (i == j ? c : (j == (i + 1) % 3 ? -s : s)); });
}
/// along * v v^T + across * (1 - v v^T), v being the grey axis.
Tensor grey_axis(const Tensor& along, const Tensor& across) {
  const Tensor mixed = (along - across) / 3;
  return color_map(along, [&](int i, int j) { return i == j ? mixed + across : mixed; });
}

/// Of red, green, blue and 1. A grey image counts as three equal channels, and so does each channel of other images.
Tensor color(Dice dice) {
  constexpr double kBrightness = 0.2, kContrast = 0.5, kSaturation = 1;
  const Tensor light = dice.normal() * kBrightness, contrast = at::exp2(dice.normal() * kContrast);
  const Tensor flip = dice.below(2);
  const Tensor angle = dice.uniform(-std::numbers::pi, std::numbers::pi),
               saturation = at::exp2(dice.normal() * kSaturation);
  const Tensor zero = at::zeros_like(light), one = at::ones_like(light);
  const Tensor brighter =
      matrices({one, zero, zero, light, zero, one, zero, light, zero, zero, one, light, zero, zero, zero, one}, 4);
  Tensor m = before(brighter, dice.done(), identities(light, 4));
  m = before(color_map(contrast, [&](int i, int j) { return i == j ? contrast : zero; }), dice.done(), m);
  m = before(grey_axis(-one, one), dice.done().logical_and(flip == 1), m);
  m = before(hue(angle), dice.done(), m);
  return before(grey_axis(one, saturation), dice.done(), m);
}

/// A third of the sum of all entries of each map, f32 [N, 1, 1], added up one after another.
Tensor mean_of_channels(const Tensor& maps) {
  const Tensor parts = (maps * (1.0 / 3)).flatten(1).to(at::kFloat);
  Tensor sum = parts.select(1, 0);
  for (std::int64_t i = 1; i < parts.size(1); ++i) sum = sum + parts.select(1, i);
  return sum.view({-1, 1, 1});
}

class Ada : public Augment {
 public:
  explicit Ada(const std::vector<std::string>& operations) {
    const auto has = [&](const char* name) {
      return std::find(operations.begin(), operations.end(), name) != operations.end();
    };
    blit_ = has("blit"), geometry_ = has("geometry"), color_ = has("color");
  }

  using Augment::apply;
  Tensor apply(const Tensor& images, const Tensor& probability, std::uint64_t seed) const override {
    Tensor x = images;
    if (blit_ || geometry_) x = move_pixels(x, probability, seed);
    if (color_) x = change_colors(x, probability, seed);
    return x;
  }

 private:
  Tensor move_pixels(const Tensor& x, const Tensor& probability, std::uint64_t seed) const {
    const std::int64_t count = x.size(0);
    const auto height = static_cast<double>(x.size(2)), width = static_cast<double>(x.size(3));
    Tensor m;
    if (blit_) m = blit({x, "blit", probability, seed}, height, width);
    if (geometry_) {
      const Tensor moved = geometry({x, "geometry", probability, seed}, height / width);
      m = blit_ ? m.bmm(moved) : moved;
    }
    const Tensor maps = m.slice(1, 0, 2).to(at::kFloat);
    return sample(x, at::affine_grid_generator(maps, {count, 1, x.size(2), x.size(3)}, /*align_corners=*/false));
  }

  static Tensor change_colors(const Tensor& x, const Tensor& probability, std::uint64_t seed) {
    const Tensor m = color({x, "color", probability, seed}).slice(1, 0, 3);
    Tensor factors = m.slice(2, 0, 3).to(at::kFloat), offsets = m.slice(2, 3, 4).to(at::kFloat);
    if (x.size(1) != 3) {  // grey: the mean of what three equal channels become
      factors = mean_of_channels(m.slice(2, 0, 3));
      offsets = mean_of_channels(m.slice(2, 3, 4));
    }
    if (x.size(1) != 1 && x.size(1) != 3) {
      return (x * factors.to(x.scalar_type()).unsqueeze(3) + offsets.to(x.scalar_type()).unsqueeze(3))
          .contiguous(at::MemoryFormat::ChannelsLast);
    }
    const auto type = multiplies_in_float(x) ? at::kFloat : x.scalar_type();
    const Tensor mixed = at::baddbmm(offsets.to(type), factors.to(type), x.flatten(2).to(type));
    const Tensor flat = mixed.to(x.scalar_type());
    return flat.reshape(x.sizes()).contiguous(at::MemoryFormat::ChannelsLast);
  }

  bool blit_ = false, geometry_ = false, color_ = false;
};

}  // namespace

/// The pipeline of Karras et al. 2020: `blit` (flips, quarter turns, whole-pixel shifts), `geometry` (scaling,
/// rotation, shifts), `color` (brightness, contrast, luma flip, hue, saturation). Resampling is bilinear, without the
/// paper's wavelet filters.
void register_ada(PolicyRegistry& registry) {
  const auto make = [](const std::vector<std::string>& operations) {
    return std::make_unique<Ada>(chosen_operations(operations, {"blit", "geometry", "color"}));
  };
  registry.add("ada", make,
               "`blit` (flips, quarter turns, whole-pixel shifts), `geometry` (scaling, rotation, shifts), `color` "
               "(brightness, contrast, luma flip, hue, saturation), bilinear (Karras et al. 2020)");
}

}  // namespace ganymede::augment
