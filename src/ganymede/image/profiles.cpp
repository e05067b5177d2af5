#include "ganymede/image/profiles.h"

#include <lcms2.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace ganymede::image::codecs {

const bool kConvertsProfiles = true;

namespace {

struct Close {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
struct Delete {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using Profile = std::unique_ptr<void, Close>;
using Transform = std::unique_ptr<void, Delete>;

/// What Little CMS is to read: the colours' own channels and those it copies.
struct Layout {
  cmsColorSpaceSignature space = cmsSigRgbData;
  cmsUInt32Number from = 0, to = 0;
  bool operator==(const Layout&) const = default;
};

Layout layout_of(cmsColorSpaceSignature space, int type, int channels, bool alpha, int bytes) {
  const auto format = [&](int pixel_type, int colours) {
    return static_cast<cmsUInt32Number>(COLORSPACE_SH(pixel_type) | EXTRA_SH(alpha ? 1 : 0) | CHANNELS_SH(colours) |
                                        BYTES_SH(bytes));
  };
  return {space, format(type, channels), format(PT_RGB, 3)};
}

/// The images of a folder mostly share a profile, and making a transform takes longer than an image: each thread keeps
/// its last one.
struct Kept {
  std::vector<std::uint8_t> icc;
  Layout layout;
  Transform transform;
};

/// Null where the profile is damaged or one of other colours.
cmsHTRANSFORM transform_of(Input icc, const Layout& layout) {
  thread_local Kept kept;
  if (kept.layout == layout && std::ranges::equal(kept.icc, icc)) return kept.transform.get();
  kept = {{icc.begin(), icc.end()}, layout, nullptr};
  const Profile from(cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size())));
  const Profile to(cmsCreate_sRGBProfile());
  if (!from || !to || cmsGetColorSpace(from.get()) != layout.space) return nullptr;
  kept.transform.reset(
      cmsCreateTransform(from.get(), layout.from, to.get(), layout.to, INTENT_PERCEPTUAL, cmsFLAGS_COPY_ALPHA));
  return kept.transform.get();
}

/// RGB, and the channel that was copied where there is one.
std::optional<Image> transformed(const Image& image, Input icc, const Layout& layout, bool alpha) {
  const cmsHTRANSFORM transform = transform_of(icc, layout);
  if (transform == nullptr) return std::nullopt;
  Image result(image.width, image.height, alpha ? 4 : 3, image.bits);
  for (int y = 0; y < image.height; ++y) {
    cmsDoTransform(transform, image.at(0, y), result.at(0, y), static_cast<cmsUInt32Number>(image.width));
  }
  return result;
}

}  // namespace

bool to_srgb(Image& image, Input icc) {
  const bool alpha = image.channels % 2 == 0, grey = image.channels <= 2;
  const auto layout =
      layout_of(grey ? cmsSigGrayData : cmsSigRgbData, grey ? PT_GRAY : PT_RGB, grey ? 1 : 3, alpha, image.bits / 8);
  auto result = transformed(image, icc, layout, alpha);
  if (!result) return false;
  if (!grey) {
    image = std::move(*result);
    return true;
  }
  // sRGB's three channels of a grey are equal.
  const int bytes = image.bits / 8;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) std::copy_n(result->at(x, y), bytes, image.at(x, y));
  }
  return true;
}

std::optional<Image> inks_to_srgb(const Image& inks, Input icc) {
  Layout layout = layout_of(cmsSigCmykData, PT_CMYK, 4, false, 1);
  layout.from |= static_cast<cmsUInt32Number>(FLAVOR_SH(1));  // 255 is no ink
  return transformed(inks, icc, layout, false);
}

}  // namespace ganymede::image::codecs
