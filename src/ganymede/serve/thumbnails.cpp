#include "ganymede/serve/thumbnails.h"

#include <algorithm>

#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/resize.h"
#include "ganymede/models/gan.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

constexpr int kSide = 64;    ///< pixels, about
constexpr int kPadding = 2;  ///< around each image of a sheet, as image::grid() writes it
constexpr std::uint64_t kMaxSheet = 64 << 20;

/// The images of a sheet.
struct Sheet {
  int width = kSide, height = kSide, count = 1;
};

/// Of the run's; nothing where its recipe cannot be read.
std::optional<Sheet> sheet_of(const RunSnapshot& run) {
  try {
    const auto recipe = config::parse_recipe(run.recipe, "run", "recipe.toml");
    const auto shape = models::outline_gan(recipe).image_shape();
    return Sheet{static_cast<int>(shape.width()), static_cast<int>(shape.height()),
                 static_cast<int>(recipe.sample.count)};
  } catch (const Error&) {
    return std::nullopt;
  }
}

image::Image part(const image::Image& sheet, int left, int top, int width, int height) {
  image::Image out(width, height, sheet.channels);
  const auto row = static_cast<std::size_t>(width) * sheet.channels;
  for (int y = 0; y < height; ++y) std::copy_n(sheet.at(left, top + y), row, out.at(0, y));
  return out;
}

/// As many whole images of the sheet's corner as fit, at least one; without the names of classes above them.
image::Image thumbnail(const image::Image& sheet, std::optional<Sheet> known) {
  const auto [width, height, in_all] = known.value_or(Sheet{});
  const int columns = std::max(1, (sheet.width - kPadding) / (width + kPadding));
  const int rows = (in_all + columns - 1) / columns;
  const int top = kPadding + (known ? std::max(0, sheet.height - kPadding - rows * (height + kPadding)) : 0);
  const int count = std::max(1, kSide / std::max(width, height));
  const int right = std::min(sheet.width - kPadding, kPadding + count * (width + kPadding) - kPadding);
  const int bottom = std::min(sheet.height - kPadding, top + count * (height + kPadding) - kPadding);
  if (right <= kPadding || bottom <= top) return sheet;
  auto out = part(sheet, kPadding, top, right - kPadding, bottom - top);
  const int longest = std::max(out.width, out.height);
  if (longest < 2 * kSide) return out;
  return image::resize(out, std::max(1, out.width * kSide / longest), std::max(1, out.height * kSide / longest));
}

}  // namespace

Bytes Thumbnails::of(const Run& run) {
  const auto now = run.snapshot();
  if (now->samples.empty()) throw Problem(404, "the run has no sample yet");
  const std::string& sample = now->samples.back();
  {
    const std::lock_guard lock(mutex_);
    const auto known = kept_.find(run.id());
    if (known != kept_.end() && known->second.sample == sample) return known->second.png;
  }
  try {
    const auto file = read_below(run.folder(), std::filesystem::path("samples") / sample, kMaxSheet);
    Bytes png = image::encode_png(thumbnail(image::decode(file, sample), sheet_of(*now)));
    const std::lock_guard lock(mutex_);
    kept_[run.id()] = {sample, png};
    return png;
  } catch (const Error& unreadable) {
    spdlog::warn("no thumbnail of {}: {}", run.id(), unreadable.what());
    throw Problem(404, "the run's newest sample cannot be read");
  }
}

}  // namespace ganymede::serve
