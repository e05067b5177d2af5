// JPEG XL in, through libjxl, which has turned the image already; of an animation the first frame.
#include <jxl/decode.h>

#include <memory>
#include <vector>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

namespace ganymede::image::codecs {

const bool kReadsJxl = true;

namespace {

constexpr const char* kFormat = "JPEG XL";

/// What lossy files are converted to; others keep their own colours.
void prefer_srgb(JxlDecoder* decoder, bool grey) {
  JxlColorEncoding wanted{};
  wanted.color_space = grey ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB;
  wanted.white_point = JXL_WHITE_POINT_D65;
  wanted.primaries = JXL_PRIMARIES_SRGB;
  wanted.transfer_function = JXL_TRANSFER_FUNCTION_SRGB;
  wanted.rendering_intent = JXL_RENDERING_INTENT_RELATIVE;
  JxlDecoderSetPreferredColorProfile(decoder, &wanted);
}

std::vector<std::uint8_t> profile_of(JxlDecoder* decoder) {
  size_t length = 0;
#if JPEGXL_NUMERIC_VERSION >= JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
  if (JxlDecoderGetICCProfileSize(decoder, JXL_COLOR_PROFILE_TARGET_DATA, &length) != JXL_DEC_SUCCESS) return {};
  std::vector<std::uint8_t> profile(length);
  if (JxlDecoderGetColorAsICCProfile(decoder, JXL_COLOR_PROFILE_TARGET_DATA, profile.data(), length) != JXL_DEC_SUCCESS)
    return {};
#else
  if (JxlDecoderGetICCProfileSize(decoder, nullptr, JXL_COLOR_PROFILE_TARGET_DATA, &length) != JXL_DEC_SUCCESS)
    return {};
  std::vector<std::uint8_t> profile(length);
  if (JxlDecoderGetColorAsICCProfile(decoder, nullptr, JXL_COLOR_PROFILE_TARGET_DATA, profile.data(), length) !=
      JXL_DEC_SUCCESS) {
    return {};
  }
#endif
  const std::string name = profile_name(profile);
  // libjxl names the profiles that it makes itself by their parts: space, white, primaries, intent, curve.
  const bool srgb = name.ends_with("_SRG") && (name.starts_with("RGB_D65_SRG_") || name.starts_with("Gra_D65_"));
  return srgb ? std::vector<std::uint8_t>() : profile;
}

}  // namespace

Image decode_jxl(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  const std::unique_ptr<JxlDecoder, decltype(&JxlDecoderDestroy)> decoder(JxlDecoderCreate(nullptr),
                                                                          &JxlDecoderDestroy);
  if (!decoder) throw_damaged(kFormat, "decoding it takes too much memory", where);
  JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE);
  JxlDecoderSetUnpremultiplyAlpha(decoder.get(), JXL_TRUE);
  JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size());
  Image image;
  std::vector<std::uint8_t> profile;
  JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
  for (;;) {
    switch (JxlDecoderProcessInput(decoder.get())) {
      case JXL_DEC_BASIC_INFO: {
        JxlBasicInfo info;
        JxlDecoderGetBasicInfo(decoder.get(), &info);
        check_size(info.xsize, info.ysize, kFormat, where);
        format.num_channels = (info.num_color_channels == 1 ? 1 : 3) + (info.alpha_bits > 0 ? 1 : 0);
        image =
            Image(static_cast<int>(info.xsize), static_cast<int>(info.ysize), static_cast<int>(format.num_channels));
        facts.bits = static_cast<int>(info.bits_per_sample);
        facts.animated = info.have_animation != 0;
        break;
      }
      case JXL_DEC_COLOR_ENCODING:
        prefer_srgb(decoder.get(), format.num_channels <= 2);
        profile = profile_of(decoder.get());
        break;
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
        if (JxlDecoderSetImageOutBuffer(decoder.get(), &format, image.pixels.data(), image.pixels.size()) !=
            JXL_DEC_SUCCESS) {
          throw_damaged(kFormat, "its size is not that of its header", where);
        }
        break;
      case JXL_DEC_FULL_IMAGE:
        apply_profile(image, profile, wanted, facts);
        if (image.channels == 2 || image.channels == 4) flatten_alpha(image, facts);
        return image;
      case JXL_DEC_NEED_MORE_INPUT:
        throw_cut_short(kFormat, where);
      default:
        throw_damaged(kFormat, "its bitstream is not valid", where);
    }
  }
}

}  // namespace ganymede::image::codecs
