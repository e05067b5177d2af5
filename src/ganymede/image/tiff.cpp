// TIFF in, the first page: sample by sample where these are levels of grey or RGB, or channels are asked for as they
// are stored; else through libtiff's reader for RGBA.
#include <tiffio.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/image/codecs.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/metadata.h"
#include "ganymede/image/tiff_samples.h"

namespace ganymede::image::codecs {

const bool kReadsTiff = true;

namespace {

constexpr const char* kFormat = "TIFF";
constexpr tmsize_t kMaxAtOnce = tmsize_t{512} << 20;

struct Source {
  Input bytes;
  toff_t at = 0;
  bool cut_short = false;
  bool out_of_memory = false;  ///< libtiff goes on without a tag that it has no memory for
  char message[256] = {};
};

Source& source_of(thandle_t handle) {
  return *static_cast<Source*>(handle);
}

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t length) {
  Source& source = source_of(handle);
  const toff_t left = source.at < source.bytes.size() ? source.bytes.size() - source.at : 0;
  const tmsize_t given = std::min(length, static_cast<tmsize_t>(left));
  if (given < length) source.cut_short = true;
  if (given > 0) std::memcpy(to, source.bytes.data() + source.at, static_cast<size_t>(given));
  source.at += static_cast<toff_t>(given);
  return given;
}

tmsize_t write_bytes(thandle_t, void*, tmsize_t) {
  return -1;
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Source& source = source_of(handle);
  source.at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? source.at + offset : source.bytes.size() + offset;
  return source.at;
}

int close(thandle_t) {
  return 0;
}
toff_t size(thandle_t handle) {
  return source_of(handle).bytes.size();
}

int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  Source& source = *static_cast<Source*>(user);
  source.out_of_memory |= errno == ENOMEM;
  if (source.message[0] == '\0') std::vsnprintf(source.message, sizeof source.message, format, arguments);
  return 1;
}
int on_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct Close {
  void operator()(TIFF* file) const { TIFFClose(file); }
};
using File = std::unique_ptr<TIFF, Close>;

File open(Source& source, const std::string& where) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                 &TIFFOpenOptionsFree);
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, &source);
  return File(TIFFClientOpenExt(where.c_str(), "rm", &source, read_bytes, write_bytes, seek, close, size, nullptr,
                                nullptr, options.get()));
}

[[noreturn]] void throw_unknown_layout(const std::string& reason, const std::string& where) {
  throw_unsupported(kFormat, "a layout libtiff names so: " + reason, where);
}

[[noreturn]] void fail(const Source& source, const std::string& where) {
  const std::string_view reason = source.message;
  if (source.out_of_memory) throw std::bad_alloc();
  if (source.cut_short) throw_cut_short(kFormat, where);
  if (reason.starts_with("Sorry, ")) throw_unknown_layout(std::string(reason), where);  // sound, but not read
  throw_damaged(kFormat, reason.empty() ? "it cannot be read" : std::string(reason), where);
}

TiffKind kind_of(TIFF* file) {
  TiffKind kind;
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &kind.bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &kind.samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &kind.number);
  TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &kind.orientation);
  TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &kind.photometric);
  TIFFGetFieldDefaulted(file, TIFFTAG_INKSET, &kind.ink_set);
  std::uint16_t* types = nullptr;
  TIFFGetFieldDefaulted(file, TIFFTAG_EXTRASAMPLES, &kind.extras, &types);
  if (kind.extras > 0 && types == nullptr) throw std::bad_alloc();  // libtiff has none for it, and does not say so
  // What an extra sample of no stated kind is, nobody knows: it is not transparency.
  kind.premultiplied = kind.extras > 0 && types != nullptr && types[0] == EXTRASAMPLE_ASSOCALPHA;
  kind.alpha = kind.premultiplied || (kind.extras > 0 && types != nullptr && types[0] == EXTRASAMPLE_UNASSALPHA);
  return kind;
}

void check_colours(TIFF* file, const TiffKind& kind, const std::string& where) {
  char reason[1024] = {};
  const int inks = kind.samples - kind.extras;
  if (inks < 1) throw_damaged(kFormat, "it has no colours", where);
  if (kind.one_colour() && inks > 1) {
    throw Error(
        std::string("a ") + kFormat + " with " + std::to_string(inks) + " channels of unknown colours is not supported",
        where,
        "take them as they are, channels = " + std::to_string(kind.samples) + " in [data], or convert it to PNG");
  }
  if (TIFFRGBAImageOK(file, reason) == 0) throw_unknown_layout(reason, where);
}

/// libtiff takes the bits of other numbers for levels, or says that the file is damaged.
void check_numbers(const TiffKind& kind, const std::string& where) {
  if (kind.photometric == PHOTOMETRIC_LOGL || kind.photometric == PHOTOMETRIC_LOGLUV)
    return;  // it makes levels of them
  if (kind.bits > 16) throw_unsupported(kFormat, std::to_string(kind.bits) + "-bit samples", where);
  if (kind.number == SAMPLEFORMAT_INT) throw_unsupported(kFormat, "signed samples", where);
  if (kind.number == SAMPLEFORMAT_IEEEFP) throw_unsupported(kFormat, "fractions as samples", where);
  if (kind.number != SAMPLEFORMAT_UINT && kind.number != SAMPLEFORMAT_VOID) {
    throw_unsupported(kFormat, "complex numbers as samples", where);
  }
}

/// Grey or RGB of 8 bits, on white; libtiff's answer is premultiplied, however the file is.
Image read_rgba(TIFF* file, int width, int height, const TiffKind& kind, FileFacts& facts) {
  std::vector<std::uint32_t> raster(static_cast<size_t>(width) * height);
  // In the orientation that it is stored in: decode() turns images of all formats.
  if (TIFFReadRGBAImageOriented(file, static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height),
                                raster.data(), kind.orientation, 1) == 0) {
    return {};
  }
  Image image(width, height, kind.grey() ? 1 : 3);
  for (size_t i = 0; i < raster.size(); ++i) {
    const std::uint32_t pixel = raster[i];
    const std::uint32_t white = kind.alpha ? 255 - TIFFGetA(pixel) : 0;
    facts.transparent = facts.transparent || white > 0;
    std::uint8_t* to = image.pixels.data() + i * static_cast<size_t>(image.channels);
    to[0] = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetR(pixel) + white));
    if (kind.grey()) continue;
    to[1] = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetG(pixel) + white));
    to[2] = static_cast<std::uint8_t>(std::min<std::uint32_t>(255, TIFFGetB(pixel) + white));
  }
  return image;
}

/// An image without pixels where libtiff found a fault.
Image read_image(TIFF* file, const DecodeOptions& wanted, const TiffKind& kind, const std::string& where,
                 FileFacts& facts) {
  std::uint32_t width = 0, height = 0;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
  check_size(width, height, kFormat, where);
  check_numbers(kind, where);
  Image image;
  image.width = static_cast<int>(width), image.height = static_cast<int>(height), image.channels = kind.samples;
  image.bits = kind.bits == 16 ? 16 : 8;
  if (wanted.stored_channels()) {
    check_channels(kind.samples, wanted, kFormat, where);
    if (!kind.levels() || !kind.plain_colours(true)) {
      throw_unsupported(kFormat, "other channels than levels of 8 or 16 bits", where);
    }
    return read_samples(file, image, where) ? image : Image();
  }
  check_colours(file, kind, where);
  // libtiff's reader for RGBA would cut the lower half of grey samples off, takes transparent grey for premultiplied,
  // and Debian's finds uncompressed tiles of one to three samples damaged.
  const bool by_sample = kind.levels() && kind.plain_colours(false);
  if (by_sample) return read_samples(file, image, where) ? grey_or_rgb(image, kind, facts) : Image();
  if (kind.bits == 16 && wanted.bits == 16) throw_unsupported(kFormat, "16 bits a sample of such colours", where);
  if (kind.bits == 16 && kind.photometric == PHOTOMETRIC_SEPARATED) {
    if (!kind.four_inks()) throw_unsupported(kFormat, "16-bit inks other than CMYK without transparency", where);
    return read_samples(file, image, where) ? rgb_of_inks(image) : Image();
  }
  return read_rgba(file, image.width, image.height, kind, facts);
}

}  // namespace

Image decode_tiff(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  Source source{bytes};
  errno = 0;
  const File file = open(source, where);
  if (!file) fail(source, where);
  const TiffKind kind = kind_of(file.get());
  Image image = read_image(file.get(), wanted, kind, where, facts);
  if (image.pixels.empty() || source.cut_short || source.out_of_memory) fail(source, where);
  facts.bits = kind.bits;
  if (!wanted.stored_channels()) facts.left_out = std::max(0, kind.extras - (kind.alpha ? 1 : 0));
  facts.orientation = kind.orientation;
  facts.animated = TIFFLastDirectory(file.get()) == 0;
  std::uint32_t profile_bytes = 0;
  void* profile = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_ICCPROFILE, &profile_bytes, &profile) == 1) {
    if (profile_bytes > 0 && profile == nullptr) throw std::bad_alloc();
    apply_profile(image, {static_cast<const std::uint8_t*>(profile), profile_bytes}, wanted, facts);
  }
  return image;
}

}  // namespace ganymede::image::codecs
