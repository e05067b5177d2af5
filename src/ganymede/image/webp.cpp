// WebP in, through libwebp; of an animation the first frame, on its canvas.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

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

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;

/// The file's metadata, of which the ICC profile is returned; damage in them leaves the image as it is.
std::vector<std::uint8_t> read_facts(const WebPData& data, FileFacts& facts) {
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  errno = 0;
  const Demuxer demuxer(WebPDemuxPartial(&data, &state), &WebPDemuxDelete);
  std::vector<std::uint8_t> icc;
  if (!demuxer && errno == ENOMEM) throw std::bad_alloc();
  if (!demuxer) return icc;
  const auto chunk = [&](const char* name, const auto& take) {
    WebPChunkIterator found;
    if (WebPDemuxGetChunk(demuxer.get(), name, 1, &found) == 0) return;
    take(Input(found.chunk.bytes, found.chunk.size));
    WebPDemuxReleaseChunkIterator(&found);
  };
  int exif = 0, xmp = 0;
  chunk("EXIF", [&](Input bytes) { exif = orientation_of_exif(bytes); });
  chunk("XMP ",
        [&](Input bytes) { xmp = orientation_of_xmp({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); });
  chunk("ICCP", [&](Input bytes) { icc.assign(bytes.begin(), bytes.end()); });
  facts.orientation = exif != 0 ? exif : xmp != 0 ? xmp : 1;
  return icc;
}

/// With its transparency.
Image first_frame(const WebPData& data, const std::string& where) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options))
    throw_damaged(kFormat, "libwebp is of another version than its headers", where);
  options.color_mode = MODE_RGBA;
  // The whole of it: the decoder refuses a file whose later frames are cut off.
  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(WebPAnimDecoderNew(&data, &options),
                                                                                   &WebPAnimDecoderDelete);
  WebPAnimInfo info;
  if (!decoder || !WebPAnimDecoderGetInfo(decoder.get(), &info)) throw_cut_short(kFormat, where);
  check_size(info.canvas_width, info.canvas_height, kFormat, where);
  std::uint8_t* pixels = nullptr;
  int time = 0;
  if (!WebPAnimDecoderGetNext(decoder.get(), &pixels, &time))
    throw_damaged(kFormat, "its first frame is not valid", where);
  Image image(static_cast<int>(info.canvas_width), static_cast<int>(info.canvas_height), 4);
  std::copy_n(pixels, image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace

Image decode_webp(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw_damaged(kFormat, "libwebp is of another version than its headers", where);
  check(WebPGetFeatures(bytes.data(), bytes.size(), &config.input), where);
  check_size(config.input.width, config.input.height, kFormat, where);
  const WebPData data{bytes.data(), bytes.size()};
  const auto icc = read_facts(data, facts);
  facts.animated = config.input.has_animation != 0;
  if (facts.animated) {
    Image image = first_frame(data, where);
    apply_profile(image, icc, wanted, facts);
    flatten_alpha(image, facts);
    return image;
  }

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
  apply_profile(image, icc, wanted, facts);
  if (alpha) flatten_alpha(image, facts);
  return image;
}

}  // namespace ganymede::image::codecs
