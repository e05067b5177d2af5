#include "ganymede/image/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "ganymede/core/error.h"

namespace ganymede::image {
namespace {

constexpr std::size_t kAligned = 64, kBegin = 10;  // the magic, the version and the length of the text

/// The beginning of a file of images like this one; `count` before the image's own axes, empty where there is none.
Bytes head(const Image& image, const std::string& count) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}, {}, {}), }}",
                                 image.bits == 8                              ? "|u1"
                                 : std::endian::native == std::endian::little ? "<u2"
                                                                              : ">u2",
                                 count, image.height, image.width, image.channels);
  text.append(kAligned - (kBegin + text.size() + 1) % kAligned, ' ').push_back('\n');
  Bytes out = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 0, 0};
  out[8] = static_cast<std::uint8_t>(text.size() & 0xff);
  out[9] = static_cast<std::uint8_t>(text.size() >> 8);
  out.resize(kBegin + text.size());
  std::copy(text.begin(), text.end(), out.begin() + kBegin);
  return out;
}

}  // namespace

Bytes encode_npy(const Image& image) {
  Bytes out = head(image, "");
  out.insert(out.end(), image.pixels.begin(), image.pixels.end());
  return out;
}

Bytes encode_npy(std::span<const Image> images) {
  if (images.empty()) throw Error("an array needs at least one image");
  const Image& first = images.front();
  Bytes out = head(first, fmt::format("{}, ", images.size()));
  for (const Image& image : images) {
    if (image.width != first.width || image.height != first.height || image.channels != first.channels ||
        image.bits != first.bits) {
      throw Error("the images of an array must be equally large");
    }
    out.insert(out.end(), image.pixels.begin(), image.pixels.end());
  }
  return out;
}

}  // namespace ganymede::image
