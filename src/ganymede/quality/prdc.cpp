#include "ganymede/quality/prdc.h"

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/quality/nearest.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kRealBlock = 1024, kFakeBlock = 4096;

}  // namespace

Tensor squared_radii(const Tensor& features, std::int64_t k, const char* name,
                     const std::function<void(std::int64_t)>& report) {
  if (features.size(0) <= k) {
    throw Error(fmt::format("{} too few for {}", counted(features.size(0), "image is", "images are"),
                            counted(k, "nearest neighbour")),
                name, fmt::format("use more than {}", k));
  }
  return nearest(features, features, k, /*same_set=*/true, report).squared.select(1, k - 1);
}

Prdc prdc(const Tensor& real, const Tensor& fake, std::int64_t k, const std::function<void(std::int64_t)>& report) {
  std::int64_t before = 0;
  const auto from_here = [&](std::int64_t done) {
    if (report) report(before + done);
  };
  const Tensor real_radii = squared_radii(real, k, "the real images", from_here);
  before += real.size(0);
  const Tensor fake_radii = squared_radii(fake, k, "the generated images", from_here);
  before += fake.size(0);

  Tensor within_real = at::zeros({fake.size(0)}, at::kLong);  // how many real radii each generated image lies in
  Prdc out;
  for (std::int64_t begin = 0; begin < real.size(0); begin += kRealBlock) {
    const auto end = std::min(real.size(0), begin + kRealBlock);
    const Tensor radii = real_radii.slice(0, begin, end).unsqueeze(1);
    Tensor recalled = at::zeros({end - begin}, at::kBool), covered = at::zeros({end - begin}, at::kBool);
    for (std::int64_t at = 0; at < fake.size(0); at += kFakeBlock) {
      const auto stop = std::min(fake.size(0), at + kFakeBlock);
      const Tensor distances = squared_distances(real.slice(0, begin, end), fake.slice(0, at, stop));
      const Tensor inside = distances < radii;
      within_real.slice(0, at, stop) += inside.sum(0);
      covered.logical_or_(inside.any(1));
      recalled.logical_or_((distances < fake_radii.slice(0, at, stop)).any(1));
    }
    out.recall += static_cast<double>(recalled.sum().item<std::int64_t>());
    out.coverage += static_cast<double>(covered.sum().item<std::int64_t>());
    from_here(end);
  }
  const auto reals = static_cast<double>(real.size(0)), fakes = static_cast<double>(fake.size(0));
  out.recall /= reals;
  out.coverage /= reals;
  out.precision = static_cast<double>((within_real > 0).sum().item<std::int64_t>()) / fakes;
  out.density = static_cast<double>(within_real.sum().item<std::int64_t>()) / (static_cast<double>(k) * fakes);
  return out;
}

}  // namespace ganymede::quality
