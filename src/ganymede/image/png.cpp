// PNG in, through libpng. Its errors leave by longjmp, so every call into it happens in a step that guarded() runs: a
// step holds nothing with a destructor, and all that must be freed lives in Reader, outside the jump.
// Samples are taken as they are stored: gAMA, cHRM and iCCP change nothing (libpng's simplified interface would).
#include <png.h>

#include <bit>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "PNG";
constexpr size_t kHeaderEnd = 8 + 8 + 13;  // signature, chunk length and type, IHDR's content
/// Deflate cannot pack more than 1032 bytes into one, so a file far smaller than its header claims is cut short.
constexpr std::uint64_t kMaxDeflate = 1032;
/// Texts and profiles of more bytes unpacked are left unread.
constexpr png_alloc_size_t kMaxChunk = 16 << 20;
constexpr png_uint_32 kMaxChunks = 1000;

std::uint32_t big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

struct Reader {
  Input bytes;
  size_t at = 0;
  bool cut_short = false;
  bool out_of_memory = false;  ///< libpng goes on without a chunk that it has no memory for
  char message[256] = {};
  png_structp png = nullptr;
  png_infop info = nullptr;
  png_uint_32 width = 0, height = 0;
  int depth = 0, channels = 0, passes = 1;
  bool alpha = false;
  bool deep = false;  ///< samples of 16 bits are asked for, and then: are there
  std::uint8_t* pixels = nullptr;

  Reader(Input input, bool keeps_depth) : bytes(input), deep(keeps_depth) {}
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  size_t row_bytes() const { return static_cast<size_t>(width) * static_cast<size_t>(channels) * (deep ? 2 : 1); }
  void check_memory() const {
    if (out_of_memory) throw std::bad_alloc();
  }
  [[noreturn]] void fail(const std::string& where) const {
    check_memory();
    if (cut_short) throw_cut_short(kFormat, where);
    throw_damaged(kFormat, message, where);
  }
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto& reader = *static_cast<Reader*>(png_get_error_ptr(png));
  std::strncpy(reader.message, message, sizeof reader.message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

/// For a chunk libpng takes the memory that its length claims before it reads a byte of it, whatever limit is set: no
/// more than the file and what may be unpacked of it is given.
png_voidp on_malloc(png_structp png, png_alloc_size_t size) {
  auto& reader = *static_cast<Reader*>(png_get_mem_ptr(png));
  if (size > reader.bytes.size() + kMaxChunk) return nullptr;
  void* memory = std::malloc(size);
  reader.out_of_memory |= memory == nullptr;
  return memory;
}

void on_free(png_structp, png_voidp memory) {
  std::free(memory);
}

void on_read(png_structp png, png_bytep to, size_t length) {
  auto& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (length > reader.bytes.size() - reader.at) {
    reader.cut_short = true;
    png_error(png, "cut short");
  }
  std::memcpy(to, reader.bytes.data() + reader.at, length);
  reader.at += length;
}

/// Runs a step; false when libpng left it by longjmp.
bool guarded(Reader& reader, void (*step)(Reader&)) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;
  step(reader);
  return true;
}

void read_header(Reader& reader) {
  png_set_read_fn(reader.png, &reader, on_read);
  png_set_user_limits(reader.png, kMaxSide, kMaxSide);
  png_set_chunk_malloc_max(reader.png, kMaxChunk);
  png_set_chunk_cache_max(reader.png, kMaxChunks);
  png_set_option(reader.png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
  png_read_info(reader.png, reader.info);
  int colour = 0;
  png_get_IHDR(reader.png, reader.info, &reader.width, &reader.height, &reader.depth, &colour, nullptr, nullptr,
               nullptr);
  png_set_expand(reader.png);  // palettes to RGB, 1 to 4 bits to 8, a transparent colour to alpha
  reader.deep = reader.deep && reader.depth == 16;
  if (reader.depth == 16 && !reader.deep) png_set_scale_16(reader.png);
  if (reader.deep && std::endian::native == std::endian::little) png_set_swap(reader.png);
  reader.alpha = (colour & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;
  reader.channels = ((colour & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1) + (reader.alpha ? 1 : 0);
  reader.passes = png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  if (png_get_rowbytes(reader.png, reader.info) != reader.row_bytes())
    png_error(reader.png, "its rows have an unexpected length");
}

void read_pixels(Reader& reader) {
  const size_t row = reader.row_bytes();
  for (int pass = 0; pass < reader.passes; ++pass) {
    for (png_uint_32 y = 0; y < reader.height; ++y) png_read_row(reader.png, reader.pixels + row * y, nullptr);
  }
}

void read_end(Reader& reader) {
  png_read_end(reader.png, reader.info);
}

/// Checks the header before libpng sees it.
void check_header(Input bytes, const std::string& where) {
  if (bytes.size() < kHeaderEnd) throw_cut_short(kFormat, where);
  const std::uint8_t* header = bytes.data() + 16;
  const std::uint64_t width = big_endian(header), height = big_endian(header + 4);
  check_size(static_cast<std::int64_t>(width), static_cast<std::int64_t>(height), kFormat, where);
  const int depth = header[8], colour = header[9];
  const std::uint64_t samples = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
  const std::uint64_t raw = (width * samples * depth / 8) * height;
  if (raw / kMaxDeflate > bytes.size()) throw_cut_short(kFormat, where);
}

/// Whether all pixels are there: a file that lacks what comes behind them is as good as whole.
bool holds_all_pixels(Input bytes) {
  bool any = false;
  for (std::uint64_t at = 8; at + 12 <= bytes.size(); at += 12 + std::uint64_t{big_endian(bytes.data() + at)}) {
    const bool pixels = std::memcmp(bytes.data() + at + 4, "IDAT", 4) == 0;
    if (any && !pixels) return true;
    any = pixels;
    if (any && at + 12 + big_endian(bytes.data() + at) == bytes.size()) return true;
  }
  return false;
}

/// Whether it is an animated PNG of more than one frame (acTL before the pixels, in the PNG specification's third
/// edition).
bool is_animated(Input bytes) {
  for (std::uint64_t at = 8; at + 12 <= bytes.size(); at += 12 + std::uint64_t{big_endian(bytes.data() + at)}) {
    const std::uint8_t *type = bytes.data() + at + 4, *content = type + 4;
    if (std::memcmp(type, "IDAT", 4) == 0) return false;
    if (std::memcmp(type, "acTL", 4) == 0) return big_endian(content) > 1;
  }
  return false;
}

/// The bytes of a "Raw profile type exif" text, as ImageMagick writes it: three lines, then hexadecimal digits.
std::string raw_profile(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int line = 0; line < 3; ++line) {  // an empty one, "exif", and the length
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string bytes;
  int digits = 0, held = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    held = held << 4 | static_cast<int>(digit);
    if (++digits % 2 == 0) bytes += static_cast<char>(held & 0xff);
  }
  return bytes;
}

int orientation_of(Reader& reader) {
  png_bytep exif = nullptr;
  png_uint_32 length = 0;
  if (png_get_eXIf_1(reader.png, reader.info, &length, &exif) != 0) {
    if (const int found = orientation_of_exif({exif, length}); found != 0) return found;
  }
  png_textp texts = nullptr;
  int count = 0;
  png_get_text(reader.png, reader.info, &texts, &count);
  for (int i = 0; i < count; ++i) {
    const size_t size = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE ? texts[i].itxt_length : texts[i].text_length;
    const std::string_view content(texts[i].text, size);
    int found = 0;
    if (std::strcmp(texts[i].key, "XML:com.adobe.xmp") == 0) found = orientation_of_xmp(content);
    if (std::strcmp(texts[i].key, "Raw profile type exif") == 0 && !content.empty()) {
      const std::string bytes = raw_profile(content);
      found = orientation_of_exif({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    if (found != 0) return found;
  }
  return 1;
}

}  // namespace

Image decode_png(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  check_header(bytes, where);
  Reader reader(bytes, wanted.bits == 16);
  reader.png =
      png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning, &reader, on_malloc, on_free);
  if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
  if (reader.info == nullptr) throw std::bad_alloc();
  if (!guarded(reader, read_header)) reader.fail(where);
  check_channels(reader.channels, wanted, kFormat, where);
  Image image(static_cast<int>(reader.width), static_cast<int>(reader.height), reader.channels, reader.deep ? 16 : 8);
  reader.pixels = image.pixels.data();
  if (!guarded(reader, read_pixels)) reader.fail(where);
  if (!guarded(reader, read_end) && !(reader.cut_short && holds_all_pixels(bytes))) reader.fail(where);

  reader.check_memory();
  facts.bits = reader.depth;
  facts.orientation = orientation_of(reader);
  facts.animated = is_animated(bytes);
  png_charp name = nullptr;
  png_bytep profile = nullptr;
  png_uint_32 length = 0;
  int compression = 0;
  if (png_get_iCCP(reader.png, reader.info, &name, &compression, &profile, &length) != 0) {
    apply_profile(image, {profile, length}, wanted, facts);
  }
  if (reader.alpha && !wanted.stored_channels()) flatten_alpha(image, facts);
  return image;
}

}  // namespace ganymede::image::codecs
