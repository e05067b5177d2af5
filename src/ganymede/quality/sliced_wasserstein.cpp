#include "ganymede/quality/sliced_wasserstein.h"

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/parallel.h"
#include "ganymede/core/random.h"
#include "ganymede/models/images.h"
#include "ganymede/quality/images.h"
#include "ganymede/quality/sort_floats.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kDirectionsAtOnce = 64;
constexpr std::size_t kImagesCut = 64;

/// Each channel smoothed by the 5x5 binomial filter (Burt and Adelson 1983), mirrored at the borders.
Tensor smoothed(const Tensor& images, double gain) {
  const Tensor line = torch::tensor({1.0f, 4.0f, 6.0f, 4.0f, 1.0f}) / 16;
  const Tensor filter = (at::outer(line, line) * gain).expand({images.size(1), 1, 5, 5}).contiguous();
  constexpr std::int64_t one[] = {1, 1}, zero[] = {0, 0};
  return at::conv2d(at::reflection_pad2d(images, {2, 2, 2, 2}), filter, OptionalTensor(), /*stride=*/one,
                    /*padding=*/zero,
                    /*dilation=*/one, /*groups=*/images.size(1));
}

Tensor halved(const Tensor& images) {
  using at::indexing::Slice;
  return smoothed(images, 1)
      .index({Slice(), Slice(), Slice(0, at::indexing::None, 2), Slice(0, at::indexing::None, 2)})
      .contiguous();
}

Tensor doubled(const Tensor& images) {
  using at::indexing::Slice;
  Tensor spread = at::zeros({images.size(0), images.size(1), images.size(2) * 2, images.size(3) * 2}, images.options());
  spread.index_put_({Slice(), Slice(), Slice(0, at::indexing::None, 2), Slice(0, at::indexing::None, 2)}, images);
  return smoothed(spread, 4);
}

bool can_be_halved(const Tensor& images) {
  const auto height = images.size(2), width = images.size(3);
  return height % 2 == 0 && width % 2 == 0 && std::min(height, width) / 2 >= kSmallestLevel;
}

/// Appends kPatchesPerImage patches of image `index` at random places to rows of `patches`, [rows, C * 7 * 7].
void cut_patches(const Tensor& image, std::uint64_t seed, float* patches) {
  const auto channels = image.size(0), height = image.size(1), width = image.size(2);
  const float* pixels = image.data_ptr<float>();
  Random random(seed);
  for (int i = 0; i < kPatchesPerImage; ++i) {
    const auto x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(width - kPatch + 1)));
    const auto y = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(height - kPatch + 1)));
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t row = 0; row < kPatch; ++row) {
        patches = std::copy_n(pixels + (c * height + y + row) * width + x, kPatch, patches);
      }
    }
  }
}

/// The patches of one level of `count` images spread evenly over the set, each channel brought to mean 0 and
/// deviation 1 over all of them: [count * kPatchesPerImage, C * 49].
Tensor patches_of(const data::Dataset& dataset, std::size_t count, std::size_t level, std::uint64_t seed) {
  const std::int64_t channels = dataset.info().channels, wide = channels * kPatch * kPatch;
  Tensor out = at::empty({static_cast<std::int64_t>(count) * kPatchesPerImage, wide}, at::kFloat);
  for (std::size_t begin = 0; begin < count; begin += kImagesCut) {
    const std::size_t stretch = std::min(kImagesCut, count - begin);
    std::vector<Tensor> images;
    for (std::size_t i = begin; i < begin + stretch; ++i)
      images.push_back(read_images(dataset, i * dataset.size() / count, 1));
    const Tensor sampled = laplacian_pyramid(models::levels(at::cat(images)))[level].contiguous();
    for (std::size_t i = 0; i < stretch; ++i) {
      const auto first = static_cast<std::int64_t>((begin + i) * kPatchesPerImage);
      cut_patches(sampled[static_cast<std::int64_t>(i)], stream_seed(seed, "swd patches", (begin + i) << 8 | level),
                  out.data_ptr<float>() + first * wide);
    }
  }
  Tensor by_channel = out.view({-1, channels, kPatch * kPatch});
  const Tensor mean = by_channel.mean(at::IntArrayRef{0, 2}, true, at::kDouble).to(at::kFloat);
  const Tensor deviation = at::sqrt((by_channel - mean).square_().mean(at::IntArrayRef{0, 2}, true)).clamp_min(1e-8);
  by_channel.sub_(mean).div_(deviation);
  return out;
}

/// LibTorch's own sort moves an index with each value, which takes several times as long.
Tensor rows_sorted(Tensor matrix) {
  matrix = matrix.contiguous();
  float* values = matrix.data_ptr<float>();
  const auto width = matrix.size(1);
  parallel_for(0, matrix.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const auto places = static_cast<std::size_t>(width);
    std::vector<float> room(places);
    for (std::int64_t row = begin; row < end; ++row) sort_floats({values + row * width, places}, room);
  });
  return matrix;
}

/// The mean over random directions of how far the sorted projections of equally many vectors are apart.
double sliced_distance(const Tensor& a, const Tensor& b, std::uint64_t seed) {
  const auto generator = cpu_generator(seed);
  double sum = 0;
  for (std::int64_t begin = 0; begin < kDirections; begin += kDirectionsAtOnce) {
    Tensor directions = at::empty({kDirectionsAtOnce, a.size(1)}).normal_(0, 1, generator);
    directions = directions / directions.norm(2, {1}, true);
    sum += (rows_sorted(at::matmul(directions, a.t())) - rows_sorted(at::matmul(directions, b.t())))
               .abs()
               .mean(1, false, at::kDouble)
               .sum()
               .item<double>();
  }
  return sum / kDirections;
}

}  // namespace

std::vector<Tensor> laplacian_pyramid(const Tensor& images) {
  std::vector<Tensor> levels{images};
  while (can_be_halved(levels.back())) {
    const Tensor half = halved(levels.back());
    levels.back() = levels.back() - doubled(half);
    levels.push_back(half);
  }
  return levels;
}

SlicedWasserstein sliced_wasserstein(const data::Dataset& real, const data::Dataset& fake, std::uint64_t seed) {
  const auto &a = real.info(), &b = fake.info();
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) {
    throw Error(fmt::format("images of {}x{}x{} cannot be compared with images of {}x{}x{} patch by patch", a.height,
                            a.width, a.channels, b.height, b.width, b.channels),
                {}, "bring both to one size with --size and --channels");
  }
  if (std::min(a.height, a.width) < kSmallestLevel) {
    throw Error(fmt::format("images of {}x{} are too small for SWD", a.height, a.width), a.where(),
                fmt::format("use images of at least {0}x{0}", kSmallestLevel));
  }
  SlicedWasserstein out;
  out.images = std::min({real.size(), fake.size(), kSlicedImages});
  if (out.images < static_cast<std::size_t>(kMinSliced)) {
    throw Error(counted(out.images, "image is", "images are") + " too few for SWD",
                real.size() < fake.size() ? a.where() : b.where(),
                fmt::format("use {} or more in each set", kMinSliced));
  }
  int height = a.height;
  const auto levels = laplacian_pyramid(at::zeros({1, a.channels, a.height, a.width})).size();
  for (std::size_t level = 0; level < levels; ++level, height /= 2) {
    const Tensor of_real = patches_of(real, out.images, level, stream_seed(seed, "swd real"));
    const Tensor of_fake = patches_of(fake, out.images, level, stream_seed(seed, "swd fake"));
    out.levels[height] = 1000 * sliced_distance(of_real, of_fake, stream_seed(seed, "swd directions", level));
    out.mean += out.levels[height] / static_cast<double>(levels);
  }
  return out;
}

}  // namespace ganymede::quality
