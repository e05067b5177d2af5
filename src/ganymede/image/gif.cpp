// GIF in, through giflib: the first frame, on the whole canvas.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "GIF";

struct Source {
  Input bytes;
  size_t at = 0;
  bool cut_short = false;
};

int read_bytes(GifFileType* file, GifByteType* to, int length) {
  auto& source = *static_cast<Source*>(file->UserData);
  const size_t given = std::min(static_cast<size_t>(length), source.bytes.size() - source.at);
  if (given < static_cast<size_t>(length)) source.cut_short = true;
  std::memcpy(to, source.bytes.data() + source.at, given);
  source.at += given;
  return static_cast<int>(given);
}

struct Close {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};
using File = std::unique_ptr<GifFileType, Close>;

[[noreturn]] void fail(const Source& source, int error, const std::string& where) {
  if (source.cut_short) throw_cut_short(kFormat, where);
  const char* reason = GifErrorString(error);
  throw_damaged(kFormat, reason != nullptr ? reason : "it cannot be read", where);
}

/// Steps over an extension; takes the transparent colour's number where it is told.
bool pass_extension(GifFileType* file, int& transparent) {
  int code = 0;
  GifByteType* block = nullptr;
  if (DGifGetExtension(file, &code, &block) == GIF_ERROR) return false;
  while (block != nullptr) {
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      transparent = control.TransparentColor;
    }
    if (DGifGetExtensionNext(file, &block) == GIF_ERROR) return false;
  }
  return true;
}

/// Goes to the next frame; false behind the last one. `transparent` is what the extensions before it say.
bool next_frame(GifFileType* file, const Source& source, int& transparent, const std::string& where) {
  for (;;) {
    GifRecordType record = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(file, &record) == GIF_ERROR) fail(source, file->Error, where);
    if (record == TERMINATE_RECORD_TYPE) return false;
    if (record == IMAGE_DESC_RECORD_TYPE) return true;
    if (record == EXTENSION_RECORD_TYPE && !pass_extension(file, transparent)) fail(source, file->Error, where);
  }
}

/// The colours by number, those that a table lacks black; without a table the numbers are levels of grey.
std::array<GifColorType, 256> colours_of(const GifFileType& file) {
  std::array<GifColorType, 256> colours{};
  const ColorMapObject* map = file.Image.ColorMap != nullptr ? file.Image.ColorMap : file.SColorMap;
  for (int i = 0; i < 256; ++i) {
    const auto level = static_cast<GifByteType>(i);
    if (map == nullptr) {
      colours[static_cast<size_t>(i)] = {level, level, level};
    } else if (i < map->ColorCount) {
      colours[static_cast<size_t>(i)] = map->Colors[i];
    }
  }
  return colours;
}

/// The frame's colour numbers on a canvas of `background`.
std::vector<std::uint8_t> read_numbers(GifFileType* file, const Source& source, std::uint8_t background,
                                       const std::string& where) {
  const auto& frame = file->Image;
  std::vector<std::uint8_t> canvas(static_cast<size_t>(file->SWidth) * file->SHeight, background);
  std::vector<std::uint8_t> row(static_cast<size_t>(frame.Width));
  struct Pass {
    int first, step;
  };
  constexpr Pass kPlain[] = {{0, 1}}, kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  const std::span<const Pass> passes =
      frame.Interlace ? std::span<const Pass>(kInterlaced) : std::span<const Pass>(kPlain);
  for (const Pass& pass : passes) {
    for (int y = pass.first; y < frame.Height; y += pass.step) {
      if (DGifGetLine(file, row.data(), frame.Width) == GIF_ERROR) fail(source, file->Error, where);
      const int target = frame.Top + y;
      if (target >= file->SHeight || frame.Left >= file->SWidth) continue;
      const auto width = static_cast<size_t>(std::min(frame.Width, file->SWidth - frame.Left));
      std::copy_n(row.begin(), width, canvas.begin() + static_cast<std::ptrdiff_t>(target) * file->SWidth + frame.Left);
    }
  }
  return canvas;
}

}  // namespace

Image decode_gif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions&) {
  Source source{bytes};
  int error = 0;
  const File file(DGifOpen(&source, read_bytes, &error));
  if (!file) fail(source, error, where);
  int transparent = NO_TRANSPARENT_COLOR;
  if (!next_frame(file.get(), source, transparent, where)) throw_damaged(kFormat, "it holds no image", where);
  if (DGifGetImageDesc(file.get()) == GIF_ERROR) fail(source, file->Error, where);
  const auto& frame = file->Image;
  check_size(frame.Width, frame.Height, kFormat, where);
  // Some writers leave the canvas empty, or smaller than its first frame.
  file->SWidth = std::max(file->SWidth, frame.Left + frame.Width);
  file->SHeight = std::max(file->SHeight, frame.Top + frame.Height);
  check_size(file->SWidth, file->SHeight, kFormat, where);

  const auto colours = colours_of(*file);
  const bool clear = transparent >= 0 && transparent < 256;
  const auto numbers = read_numbers(file.get(), source, static_cast<std::uint8_t>(clear ? transparent : 0), where);
  const bool grey =
      std::all_of(colours.begin(), colours.end(), [](const auto& c) { return c.Red == c.Green && c.Green == c.Blue; });
  Image image(file->SWidth, file->SHeight, grey ? 1 : 3);
  for (size_t i = 0; i < numbers.size(); ++i) {
    const bool shows = !clear || numbers[i] != transparent;
    facts.transparent = facts.transparent || !shows;
    const GifColorType colour = shows ? colours[numbers[i]] : GifColorType{255, 255, 255};
    std::uint8_t* pixel = image.pixels.data() + i * static_cast<size_t>(image.channels);
    pixel[0] = colour.Red;
    if (!grey) pixel[1] = colour.Green, pixel[2] = colour.Blue;
  }
  // Whether more frames follow is worth knowing, not worth refusing the first one.
  GifRecordType record = UNDEFINED_RECORD_TYPE;
  while (DGifGetRecordType(file.get(), &record) == GIF_OK && record == EXTENSION_RECORD_TYPE) {
    if (!pass_extension(file.get(), transparent)) break;
  }
  facts.animated = record == IMAGE_DESC_RECORD_TYPE;
  return image;
}

}  // namespace ganymede::image::codecs
