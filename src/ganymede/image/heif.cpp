// HEIC in, through libheif: the primary image, which libheif has turned already.
#include <libheif/heif.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

namespace ganymede::image::codecs {

const bool kReadsHeif = true;

namespace {

constexpr const char* kFormat = "HEIC";

void check(const heif_error& error, const std::string& where) {
  if (error.code == heif_error_Ok) return;
  if (error.subcode == heif_suberror_End_of_data) throw_cut_short(kFormat, where);
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature) {
    throw_unsupported(kFormat, std::string("a feature libheif names so: ") + error.message, where);
  }
  throw_damaged(kFormat, error.message != nullptr ? error.message : "it cannot be read", where);
}

/// Whether the top-level boxes end where the file does: libheif itself shows grey where data is missing.
bool whole(Input bytes) {
  std::uint64_t at = 0;
  while (at + 8 <= bytes.size()) {
    const auto number = [&](std::uint64_t place, int count) {
      std::uint64_t value = 0;
      for (int i = 0; i < count; ++i) value = value << 8 | bytes[place + static_cast<std::uint64_t>(i)];
      return value;
    };
    std::uint64_t length = number(at, 4);
    if (length == 0) return true;  // to the end
    if (length == 1) {
      if (at + 16 > bytes.size()) return false;
      length = number(at + 8, 8);
    }
    if (length < 8 || length > bytes.size() - at) return false;
    at += length;
  }
  return at == bytes.size() || at > 0;
}

}  // namespace

Image decode_heif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  if (!whole(bytes)) throw_cut_short(kFormat, where);
  const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(), &heif_context_free);
  heif_context_set_maximum_image_size_limit(context.get(), kMaxSide);
  check(heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr), where);
  heif_image_handle* primary = nullptr;
  check(heif_context_get_primary_image_handle(context.get(), &primary), where);
  const std::unique_ptr<heif_image_handle, decltype(&heif_image_handle_release)> handle(primary,
                                                                                        &heif_image_handle_release);
  check_size(heif_image_handle_get_width(primary), heif_image_handle_get_height(primary), kFormat, where);

  const bool alpha = heif_image_handle_has_alpha_channel(primary) != 0;
  heif_image* drawn = nullptr;
  check(heif_decode_image(primary, &drawn, heif_colorspace_RGB,
                          alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB, nullptr),
        where);
  const std::unique_ptr<heif_image, decltype(&heif_image_release)> read(drawn, &heif_image_release);
  const int width = heif_image_get_width(drawn, heif_channel_interleaved);
  const int height = heif_image_get_height(drawn, heif_channel_interleaved);
  check_size(width, height, kFormat, where);
  int stride = 0;
  const std::uint8_t* plane = heif_image_get_plane_readonly(drawn, heif_channel_interleaved, &stride);
  if (plane == nullptr) throw_damaged(kFormat, "it holds no pixels", where);
  Image image(width, height, alpha ? 4 : 3);
  for (int y = 0; y < height; ++y) {
    std::copy_n(plane + static_cast<std::ptrdiff_t>(stride) * y,
                static_cast<size_t>(width) * static_cast<size_t>(image.channels), image.at(0, y));
  }
  facts.bits = heif_image_handle_get_luma_bits_per_pixel(primary);
  facts.animated = heif_context_get_number_of_top_level_images(context.get()) > 1;
  std::vector<std::uint8_t> profile(heif_image_handle_get_raw_color_profile_size(primary));
  if (!profile.empty() && heif_image_handle_get_raw_color_profile(primary, profile.data()).code == heif_error_Ok) {
    apply_profile(image, profile, wanted, facts);
  }
  if (alpha) flatten_alpha(image, facts);
  return image;
}

}  // namespace ganymede::image::codecs
