// AVIF in, through libavif; of a sequence the first image. Its turn is that of the boxes irot and imir.
#include <avif/avif.h>

#include <memory>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

namespace ganymede::image::codecs {

const bool kReadsAvif = true;

namespace {

constexpr const char* kFormat = "AVIF";

void check(avifResult result, const std::string& where) {
  if (result == AVIF_RESULT_OK) return;
  if (result == AVIF_RESULT_TRUNCATED_DATA) throw_cut_short(kFormat, where);
  throw_damaged(kFormat, avifResultToString(result), where);
}

/// EXIF's number for a turn against the clock by quarters, then a mirroring, as libavif's own writer maps them.
int orientation_of(const avifImage& image) {
#if AVIF_VERSION >= 1000000
  const bool left_right = image.imir.axis == 1;
#else
  const bool left_right = image.imir.mode == 1;
#endif
  const int quarters = (image.transformFlags & AVIF_TRANSFORM_IROT) != 0 ? image.irot.angle & 3 : 0;
  if ((image.transformFlags & AVIF_TRANSFORM_IMIR) == 0) {
    constexpr int kTurned[] = {1, 8, 3, 6};
    return kTurned[quarters];
  }
  constexpr int kLeftRight[] = {2, 7, 4, 5}, kTopBottom[] = {4, 5, 2, 7};
  return left_right ? kLeftRight[quarters] : kTopBottom[quarters];
}

}  // namespace

Image decode_avif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  const std::unique_ptr<avifDecoder, decltype(&avifDecoderDestroy)> decoder(avifDecoderCreate(), &avifDecoderDestroy);
  if (!decoder) throw_damaged(kFormat, "decoding it takes too much memory", where);
  decoder->imageSizeLimit = static_cast<std::uint32_t>(kMaxPixels);
  decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
  decoder->strictFlags = AVIF_STRICT_DISABLED;
  check(avifDecoderSetIOMemory(decoder.get(), bytes.data(), bytes.size()), where);
  check(avifDecoderParse(decoder.get()), where);
  check_size(decoder->image->width, decoder->image->height, kFormat, where);
  check(avifDecoderNextImage(decoder.get()), where);

  const avifImage& source = *decoder->image;
  check_size(source.width, source.height, kFormat, where);
  const bool alpha = decoder->alphaPresent != AVIF_FALSE;
  Image image(static_cast<int>(source.width), static_cast<int>(source.height), alpha ? 4 : 3);
  avifRGBImage target;
  avifRGBImageSetDefaults(&target, &source);
  target.depth = 8;
  target.format = alpha ? AVIF_RGB_FORMAT_RGBA : AVIF_RGB_FORMAT_RGB;
  target.pixels = image.pixels.data();
  target.rowBytes = static_cast<std::uint32_t>(image.width * image.channels);
  check(avifImageYUVToRGB(&source, &target), where);

  facts.bits = static_cast<int>(source.depth);
  facts.orientation = orientation_of(source);
  facts.animated = decoder->imageCount > 1;
  // libavif makes three equal channels of grey, which a profile of grey does not fit.
  const bool grey = source.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  if (grey && !alpha) image = first_channel(image);
  apply_profile(image, {source.icc.data, source.icc.size}, wanted, facts);
  if (alpha) flatten_alpha(image, facts);
  return grey && alpha ? first_channel(image) : image;
}

}  // namespace ganymede::image::codecs
