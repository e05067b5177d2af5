// The augmentation pipeline of "Training generative adversarial networks with limited data" (Karras et al. 2020),
// appendix B: each image gets one affine map of its pixels' places and one of its colours.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "ganymede/augment/augment.h"
#include "ganymede/augment/resample.h"
#include "ganymede/core/random.h"

namespace ganymede::augment {
namespace {

template <std::size_t n>
using Matrix = std::array<std::array<double, n>, n>;

template <std::size_t n>
Matrix<n> identity() {
  Matrix<n> out{};
  for (std::size_t i = 0; i < n; ++i) out[i][i] = 1;
  return out;
}

template <std::size_t n>
Matrix<n> operator*(const Matrix<n>& a, const Matrix<n>& b) {
  Matrix<n> out{};
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      for (size_t k = 0; k < n; ++k) out[i][j] += a[i][k] * b[k][j];
    }
  }
  return out;
}

Matrix<3> scaling(double x, double y) {
  return {{{x, 0, 0}, {0, y, 0}, {0, 0, 1}}};
}
Matrix<3> moving(double x, double y) {
  return {{{1, 0, x}, {0, 1, y}, {0, 0, 1}}};
}
Matrix<3> rotation(double angle) {
  const double c = std::cos(angle), s = std::sin(angle);
  return {{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
}

/// Draws for one image; each operation takes its numbers whether it is done or not, so none disturbs another's.
class Dice {
 public:
  Dice(std::uint64_t seed, double probability) : random_(seed), probability_(probability) {}
  bool done() { return random_.uniform() < probability_; }
  bool done(double probability) { return random_.uniform() < probability; }
  double uniform(double low, double high) { return random_.uniform(low, high); }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.uniform()));
    return radius * std::cos(2 * std::numbers::pi * random_.uniform());
  }
  int below(int bound) { return static_cast<int>(random_.below(static_cast<std::uint64_t>(bound))); }
  double probability() const { return probability_; }

 private:
  Random random_;
  double probability_;
};

/// Where in the source a pixel of the result comes from, in coordinates from -1 to 1; `side` in pixels.
Matrix<3> blit(Dice dice, std::int64_t side) {
  constexpr double kShift = 0.125;
  Matrix<3> m = identity<3>();
  const int flip = dice.below(2), turns = dice.below(4);
  const double x = std::round(dice.uniform(-kShift, kShift) * static_cast<double>(side));
  const double y = std::round(dice.uniform(-kShift, kShift) * static_cast<double>(side));
  if (dice.done() && flip == 1) m = m * scaling(-1, 1);
  if (dice.done()) {
    // Exact, where sin and cos of a quarter turn are only nearly 0 and 1.
    constexpr std::array<std::array<double, 2>, 4> kTurns{{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};
    const auto [c, s] = kTurns[static_cast<size_t>(turns)];
    m = m * Matrix<3>{{{c, -s, 0}, {s, c, 0}, {0, 0, 1}}};
  }
  if (dice.done()) m = m * moving(2 * x / static_cast<double>(side), 2 * y / static_cast<double>(side));
  return m;
}

Matrix<3> geometry(Dice dice) {
  constexpr double kScale = 0.2, kShift = 0.125;
  const double scale = std::exp2(dice.normal() * kScale), stretch = std::exp2(dice.normal() * kScale);
  const double before = dice.uniform(-std::numbers::pi, std::numbers::pi),
               after = dice.uniform(-std::numbers::pi, std::numbers::pi);
  const double x = dice.normal() * kShift, y = dice.normal() * kShift;
  // Two rotations, of which at least one is done with the probability asked for.
  const double rotate = 1 - std::sqrt(1 - dice.probability());
  Matrix<3> m = identity<3>();
  if (dice.done()) m = m * scaling(1 / scale, 1 / scale);
  if (dice.done(rotate)) m = m * rotation(before);
  if (dice.done()) m = m * scaling(1 / stretch, stretch);
  if (dice.done(rotate)) m = m * rotation(after);
  if (dice.done()) m = m * moving(2 * x, 2 * y);
  return m;
}

/// The rotation about the grey axis, and what lies along it.
Matrix<4> hue(double angle) {
  const double c = std::cos(angle), s = std::sin(angle) / std::sqrt(3.0), rest = (1 - c) / 3;
  Matrix<4> m = identity<4>();
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) m[i][j] = rest + (i == j ? c : (j == (i + 1) % 3 ? -s : s));
  }
  return m;
}
Matrix<4> grey_axis(double along, double across) {  // along * v v^T + across * (1 - v v^T)
  Matrix<4> m = identity<4>();
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) m[i][j] = (along - across) / 3 + (i == j ? across : 0);
  }
  return m;
}

/// Of red, green, blue and 1. A grey image counts as three equal channels.
Matrix<4> color(Dice dice) {
  constexpr double kBrightness = 0.2, kContrast = 0.5, kSaturation = 1;
  const double light = dice.normal() * kBrightness, contrast = std::exp2(dice.normal() * kContrast);
  const int flip = dice.below(2);
  const double angle = dice.uniform(-std::numbers::pi, std::numbers::pi),
               saturation = std::exp2(dice.normal() * kSaturation);
  Matrix<4> m = identity<4>();
  if (dice.done()) {
    for (size_t i = 0; i < 3; ++i) m[i][3] += light;
  }
  if (dice.done()) {
    for (size_t i = 0; i < 3; ++i) {
      for (double& value : m[i]) value *= contrast;
    }
  }
  if (dice.done() && flip == 1) m = grey_axis(-1, 1) * m;
  if (dice.done()) m = hue(angle) * m;
  if (dice.done()) m = grey_axis(1, saturation) * m;
  return m;
}

class Ada : public Augment {
 public:
  explicit Ada(const std::vector<std::string>& operations) {
    const auto has = [&](const char* name) {
      return std::find(operations.begin(), operations.end(), name) != operations.end();
    };
    blit_ = has("blit"), geometry_ = has("geometry"), color_ = has("color");
  }

  Tensor apply(const Tensor& images, double probability, std::uint64_t seed) const override {
    if (probability <= 0) return images;
    Tensor x = images;
    if (blit_ || geometry_) x = move_pixels(x, probability, seed);
    if (color_) x = change_colors(x, probability, seed);
    return x;
  }

 private:
  Tensor move_pixels(const Tensor& x, double probability, std::uint64_t seed) const {
    const std::int64_t count = x.size(0);
    Tensor maps = at::empty({count, 2, 3});
    auto values = maps.accessor<float, 3>();
    for (std::int64_t n = 0; n < count; ++n) {
      const auto position = static_cast<std::uint64_t>(n);
      Matrix<3> m = identity<3>();
      if (blit_) m = m * blit({stream_seed(seed, "blit", position), probability}, x.size(3));
      if (geometry_) m = m * geometry({stream_seed(seed, "geometry", position), probability});
      for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 3; ++j)
          values[n][i][j] = static_cast<float>(m[static_cast<size_t>(i)][static_cast<size_t>(j)]);
      }
    }
    return sample(x, at::affine_grid_generator(maps, {count, 1, x.size(2), x.size(3)}, /*align_corners=*/false));
  }

  static Tensor change_colors(const Tensor& x, double probability, std::uint64_t seed) {
    const std::int64_t count = x.size(0), channels = x.size(1);
    Tensor factors = at::zeros({count, channels, channels}), offsets = at::zeros({count, channels, 1});
    auto factor = factors.accessor<float, 3>(), offset = offsets.accessor<float, 3>();
    for (std::int64_t n = 0; n < count; ++n) {
      const Matrix<4> m = color({stream_seed(seed, "color", static_cast<std::uint64_t>(n)), probability});
      for (size_t i = 0; i < 3; ++i) {
        const auto to = static_cast<std::int64_t>(i) % channels;
        const double share = channels == 1 ? 1.0 / 3 : 1;  // grey: the mean of what three equal channels become
        for (size_t j = 0; j < 3; ++j)
          factor[n][to][static_cast<std::int64_t>(j) % channels] += static_cast<float>(m[i][j] * share);
        offset[n][to][0] += static_cast<float>(m[i][3] * share);
      }
    }
    const auto options = x.options();
    const Tensor flat = at::baddbmm(offsets.to(options), factors.to(options), x.flatten(2));
    return flat.reshape(x.sizes()).contiguous(at::MemoryFormat::ChannelsLast);
  }

  bool blit_ = false, geometry_ = false, color_ = false;
};

}  // namespace

std::unique_ptr<Augment> make_ada(const std::vector<std::string>& operations) {
  return std::make_unique<Ada>(operations);
}

}  // namespace ganymede::augment
