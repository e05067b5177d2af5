// libpng's errors leave by longjmp, so the calls into it happen in functions that hold nothing with a destructor;
// all that must be freed lives in Writer, outside the jump.
#include "ganymede/image/encode.h"

#include <fmt/format.h>
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <new>
#include <vector>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/image/npy.h"

namespace ganymede::image {
namespace {

constexpr size_t kMaxKey = 79;

struct Writer {
  const Image& image;
  std::vector<png_text> texts;
  Bytes bytes;
  std::string message;
  png_structp png = nullptr;
  png_infop info = nullptr;

  explicit Writer(const Image& from) : image(from) {}
  ~Writer() { png_destroy_write_struct(&png, &info); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  try {
    static_cast<Writer*>(png_get_error_ptr(png))->message = message;
  } catch (const std::bad_alloc&) {  // the message stays empty
  }
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_write(png_structp png, png_bytep data, png_size_t length) {
  bool full = false;
  try {  // no exception may pass through libpng's frames
    auto& bytes = static_cast<Writer*>(png_get_io_ptr(png))->bytes;
    bytes.insert(bytes.end(), data, data + length);
  } catch (const std::bad_alloc&) {
    full = true;
  }
  if (full) png_error(png, "out of memory");
}

void on_flush(png_structp) {}

bool write(Writer& writer) {
  const Image& image = writer.image;
  if (setjmp(png_jmpbuf(writer.png)) != 0) return false;
  png_set_write_fn(writer.png, &writer, on_write, on_flush);
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
               image.bits, image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Photographs hold no repeats worth the search for them: runs alone give files within a tenth of the smallest, and
  // encoding, which is much of what a server does, takes a third of the time.
  png_set_compression_strategy(writer.png, Z_RLE);
  if (!writer.texts.empty()) {
    png_set_text(writer.png, writer.info, writer.texts.data(), static_cast<int>(writer.texts.size()));
  }
  png_write_info(writer.png, writer.info);
  if (image.bits == 16 && std::endian::native == std::endian::little) png_set_swap(writer.png);
  for (int y = 0; y < image.height; ++y) png_write_row(writer.png, image.at(0, y));
  png_write_end(writer.png, writer.info);
  return true;
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

png_text note(const std::string& key, const std::string& content) {
  if (key.empty() || key.size() > kMaxKey || !is_ascii(key) || key.front() == ' ' || key.back() == ' ') {
    throw Error(fmt::format("'{}' cannot name a text in a PNG", key), {}, "use 1 to 79 printable ASCII characters");
  }
  png_text text{};
  text.compression = is_ascii(content) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
  text.key = const_cast<char*>(key.c_str());  // libpng only reads them
  text.text = const_cast<char*>(content.c_str());
  text.text_length = text.compression == PNG_TEXT_COMPRESSION_NONE ? content.size() : 0;
  text.itxt_length = text.compression == PNG_TEXT_COMPRESSION_NONE ? 0 : content.size();
  return text;
}

}  // namespace

Bytes encode_png(const Image& image, std::span<const std::pair<std::string, std::string>> text) {
  if (image.width <= 0 || image.height <= 0 || (image.channels != 1 && image.channels != 3)) {
    throw Error(fmt::format("a PNG cannot hold an image of {} x {} pixels and {}", image.width, image.height,
                            counted(image.channels, "channel")));
  }
  Writer writer(image);
  for (const auto& [key, content] : text) writer.texts.push_back(note(key, content));
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, on_error, on_warning);
  if (writer.png != nullptr) writer.info = png_create_info_struct(writer.png);
  if (writer.info == nullptr) throw std::bad_alloc();
  if (!write(writer)) throw Error(fmt::format("the PNG could not be written: {}", writer.message));
  return std::move(writer.bytes);
}

Bytes encode_file(const Image& image, std::span<const std::pair<std::string, std::string>> text) {
  return can_be_shown(image) ? encode_png(image, text) : encode_npy(image);
}

}  // namespace ganymede::image
