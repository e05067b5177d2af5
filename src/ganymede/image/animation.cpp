// APNG (https://wiki.mozilla.org/APNG_Specification) is PNG with a few chunks more; Debian's libpng does not write
// them, so each frame is encoded as a PNG and its chunks are put together. GIF goes through giflib.
#include "ganymede/image/animation.h"

#include <fmt/format.h>
#include <gif_lib.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "ganymede/core/error.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"

namespace ganymede::image {
namespace {

constexpr int kMaxMilliseconds = 60'000;
constexpr int kWidth = 128;
constexpr std::size_t kSignature = 8;

void check(std::span<const Image> frames, int milliseconds) {
  if (frames.empty()) throw Error("an animation needs images");
  if (milliseconds < 1 || milliseconds > kMaxMilliseconds)
    throw Error(fmt::format("a frame cannot last {} ms", milliseconds));
  for (const auto& frame : frames) {
    if (frame.width != frames[0].width || frame.height != frames[0].height || frame.channels != frames[0].channels) {
      throw Error("the images of an animation must be equally large");
    }
  }
}

void put(Bytes& out, std::uint32_t value, int bytes = 4) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t get(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

void put_chunk(Bytes& out, std::string_view type, std::span<const std::uint8_t> content) {
  put(out, static_cast<std::uint32_t>(content.size()));
  const std::size_t begin = out.size();
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), content.begin(), content.end());
  put(out, static_cast<std::uint32_t>(::crc32(0, out.data() + begin, static_cast<uInt>(out.size() - begin))));
}

/// Calls `visit` with type and content of each chunk of a PNG of ours.
template <class Visit>
void for_each_chunk(const Bytes& png, Visit&& visit) {
  for (std::size_t at = kSignature; at < png.size();) {
    const std::uint32_t length = get(png.data() + at);
    visit(std::string_view(reinterpret_cast<const char*>(png.data()) + at + 4, 4),
          std::span(png.data() + at + 8, length));
    at += 12 + length;
  }
}

Bytes frame_control(std::uint32_t sequence, const Image& frame, int milliseconds) {
  Bytes out;
  put(out, sequence);
  put(out, static_cast<std::uint32_t>(frame.width));
  put(out, static_cast<std::uint32_t>(frame.height));
  put(out, 0);  // at the left
  put(out, 0);  // at the top
  put(out, static_cast<std::uint32_t>(milliseconds), 2);
  put(out, 1000, 2);
  put(out, 0, 1);  // stays until the next frame
  put(out, 0, 1);  // which replaces it
  return out;
}

struct CloseMap {
  void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};

/// A GIF file being written into memory.
class GifWriter {
 public:
  GifWriter() : file_(EGifOpen(&bytes_, append, &error_)) {
    if (file_ == nullptr) fail();
    EGifSetGifVersion(file_, true);
  }
  ~GifWriter() {
    if (file_ != nullptr) EGifCloseFile(file_, &error_);
  }
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;

  void screen(int width, int height) {
    check_call(EGifPutScreenDesc(file_, width, height, 8, 0, nullptr));
    // Netscape's extension: repeat for ever.
    static constexpr unsigned char kRepeat[] = {1, 0, 0};
    check_call(EGifPutExtensionLeader(file_, APPLICATION_EXT_FUNC_CODE));
    check_call(EGifPutExtensionBlock(file_, 11, "NETSCAPE2.0"));
    check_call(EGifPutExtensionBlock(file_, sizeof kRepeat, kRepeat));
    check_call(EGifPutExtensionTrailer(file_));
  }

  void frame(const Image& image, int milliseconds) {
    const std::size_t count = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    std::vector<GifByteType> red(count), green(count), blue(count), indices(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t* pixel = image.pixels.data() + i * static_cast<std::size_t>(image.channels);
      red[i] = pixel[0];
      green[i] = pixel[image.channels == 3 ? 1 : 0];
      blue[i] = pixel[image.channels == 3 ? 2 : 0];
    }
    int colours = 256;
    const std::unique_ptr<ColorMapObject, CloseMap> map(GifMakeMapObject(colours, nullptr));
    if (!map) throw std::bad_alloc();
    check_call(GifQuantizeBuffer(static_cast<unsigned>(image.width), static_cast<unsigned>(image.height), &colours,
                                 red.data(), green.data(), blue.data(), indices.data(), map->Colors));
    const GraphicsControlBlock control{DISPOSE_DO_NOT, false, std::max(1, (milliseconds + 5) / 10),
                                       NO_TRANSPARENT_COLOR};
    GifByteType packed[4];
    const auto size = EGifGCBToExtension(&control, packed);
    check_call(EGifPutExtension(file_, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(size), packed));
    check_call(EGifPutImageDesc(file_, 0, 0, image.width, image.height, false, map.get()));
    for (int y = 0; y < image.height; ++y) {
      check_call(EGifPutLine(
          file_, indices.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width), image.width));
    }
  }

  Bytes finish() {
    const int closed = EGifCloseFile(file_, &error_);
    file_ = nullptr;
    check_call(closed);
    return std::move(bytes_);
  }

 private:
  static int append(GifFileType* file, const GifByteType* data, int size) {
    auto& bytes = *static_cast<Bytes*>(file->UserData);
    try {  // no exception may pass through giflib
      bytes.insert(bytes.end(), data, data + size);
    } catch (const std::bad_alloc&) {
      return 0;
    }
    return size;
  }
  void check_call(int result) {
    if (result != GIF_ERROR) return;
    if (file_ != nullptr) error_ = file_->Error;
    fail();
  }
  [[noreturn]] void fail() {
    const char* reason = GifErrorString(error_);
    throw Error(fmt::format("cannot write a GIF: {}", reason != nullptr ? reason : "unknown"));
  }

  Bytes bytes_;
  int error_ = 0;
  GifFileType* file_;
};

}  // namespace

std::vector<Image> enlarged_frames(std::span<const Image> frames) {
  std::vector<Image> large;
  for (const auto& frame : frames) large.push_back(upscale(shown(frame), std::max(1, kWidth / frame.width)));
  return large;
}

Bytes encode_apng(std::span<const Image> frames, int milliseconds) {
  check(frames, milliseconds);
  Bytes out;
  std::uint32_t sequence = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Bytes png = encode_png(frames[i]);
    if (i == 0) out.assign(png.begin(), png.begin() + kSignature);
    bool controlled = false;
    for_each_chunk(png, [&](std::string_view type, std::span<const std::uint8_t> content) {
      if (type == "IDAT") {
        if (!controlled) put_chunk(out, "fcTL", frame_control(sequence++, frames[i], milliseconds));
        controlled = true;
        if (i == 0) return put_chunk(out, "IDAT", content);
        Bytes data;
        put(data, sequence++);
        data.insert(data.end(), content.begin(), content.end());
        return put_chunk(out, "fdAT", data);
      }
      if (i > 0 || type == "IEND") return;
      put_chunk(out, type, content);
      if (type != "IHDR") return;
      Bytes control;
      put(control, static_cast<std::uint32_t>(frames.size()));
      put(control, 0);  // for ever
      put_chunk(out, "acTL", control);
    });
  }
  put_chunk(out, "IEND", {});
  return out;
}

Bytes encode_gif(std::span<const Image> frames, int milliseconds) {
  check(frames, milliseconds);
  if (frames[0].width > 65535 || frames[0].height > 65535) throw Error("the images are too large for a GIF");
  GifWriter writer;
  writer.screen(frames[0].width, frames[0].height);
  for (const auto& frame : frames) writer.frame(frame, milliseconds);
  return writer.finish();
}

}  // namespace ganymede::image
