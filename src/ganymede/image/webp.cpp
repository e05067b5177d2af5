// WebP in, through libwebp.
#include <webp/decode.h>

#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "WebP";

void check(VP8StatusCode status, const std::string& where) {
  switch (status) {
    case VP8_STATUS_OK:
      return;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      throw_cut_short(kFormat, where);
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      throw_damaged(kFormat, "it uses a feature libwebp does not know", where);
    case VP8_STATUS_OUT_OF_MEMORY:
      throw_damaged(kFormat, "decoding it takes too much memory", where);
    default:
      throw_damaged(kFormat, "its bitstream is not valid", where);
  }
}

}  // namespace

Image decode_webp(Input bytes, const std::string& where) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw_damaged(kFormat, "libwebp is of another version than its headers", where);
  check(WebPGetFeatures(bytes.data(), bytes.size(), &config.input), where);
  check_size(config.input.width, config.input.height, kFormat, where);
  if (config.input.has_animation) throw_damaged(kFormat, "it is an animation, not a picture", where);

  const bool alpha = config.input.has_alpha != 0;
  Image image(config.input.width, config.input.height, alpha ? 4 : 3);
  config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.pixels.data();
  config.output.u.RGBA.stride = image.width * image.channels;
  config.output.u.RGBA.size = image.pixels.size();
  const VP8StatusCode status = WebPDecode(bytes.data(), bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  check(status, where);
  if (alpha) flatten_alpha(image);
  return image;
}

}  // namespace ganymede::image::codecs
