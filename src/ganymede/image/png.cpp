// PNG in, through libpng's simplified interface: it catches its own longjmp and reports by return value.
#include <png.h>

#include <string_view>

#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "PNG";
constexpr size_t kHeaderEnd = 8 + 8 + 13;  // signature, chunk length and type, IHDR's content
/// Deflate cannot pack more than 1032 bytes into one, so a file far smaller than its header claims is cut short.
constexpr std::uint64_t kMostDeflate = 1032;

std::uint32_t big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

/// Frees what libpng holds, whatever way the scope is left.
struct Reader {
  png_image state{};
  Reader() { state.version = PNG_IMAGE_VERSION; }
  ~Reader() { png_image_free(&state); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[noreturn]] void fail(const std::string& where) const {
    const std::string_view reason = state.message;
    if (reason.find("beyond end of data") != std::string_view::npos) throw_cut_short(kFormat, where);
    throw_damaged(kFormat, std::string(reason), where);
  }
};

/// Checks the header before libpng sees it.
void check_header(Input bytes, const std::string& where) {
  if (bytes.size() < kHeaderEnd) throw_cut_short(kFormat, where);
  const std::uint8_t* header = bytes.data() + 16;
  const std::uint64_t width = big_endian(header), height = big_endian(header + 4);
  check_size(static_cast<std::int64_t>(width), static_cast<std::int64_t>(height), kFormat, where);
  const int depth = header[8], colour = header[9];
  const std::uint64_t samples = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
  const std::uint64_t raw = (width * samples * depth / 8) * height;
  if (raw / kMostDeflate > bytes.size()) throw_cut_short(kFormat, where);
}

}  // namespace

Image decode_png(Input bytes, const std::string& where) {
  check_header(bytes, where);
  Reader reader;
  png_image& state = reader.state;
  if (!png_image_begin_read_from_memory(&state, bytes.data(), bytes.size())) reader.fail(where);
  check_size(state.width, state.height, kFormat, where);

  const bool colour = (state.format & PNG_FORMAT_FLAG_COLOR) != 0;
  const bool alpha = (state.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  state.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // otherwise libpng takes 16-bit files for linear light
  state.format = colour ? (alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB) : (alpha ? PNG_FORMAT_GA : PNG_FORMAT_GRAY);
  Image image(static_cast<int>(state.width), static_cast<int>(state.height), (colour ? 3 : 1) + (alpha ? 1 : 0));
  if (!png_image_finish_read(&state, nullptr, image.pixels.data(), 0, nullptr)) reader.fail(where);
  if (alpha) flatten_alpha(image);
  return image;
}

}  // namespace ganymede::image::codecs
