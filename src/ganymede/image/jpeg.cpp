// JPEG in, through libjpeg. Its errors leave by longjmp, so every call into it happens in a step that guarded() runs:
// a step holds nothing with a destructor, and all that must be freed lives in Reader, outside the jump.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
// jpeglib.h needs size_t and FILE declared before it.
#include <jerror.h>
#include <jpeglib.h>

#include "ganymede/image/codecs.h"
#include "ganymede/image/metadata.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "JPEG";
/// Progressive files of honest encoders have about ten scans; thousands are an attack on our time.
constexpr int kMaxScans = 500;

/// A block of 8 x 8 pixels takes a bit at least (its mean), in one component of up to four times fewer pixels than the
/// image; so a file far smaller than its header claims is cut short. Arithmetic coding knows no such bound.
constexpr std::int64_t kMaxPixelsPerByte = std::int64_t{64} * 8 * 4;

constexpr int kExifMarker = JPEG_APP0 + 1, kProfileMarker = JPEG_APP0 + 2;
constexpr unsigned kWholeMarker = 0xFFFF;

enum class Trouble { none, cut_short, too_large, too_many_scans, depth, process, damaged };

struct Reader {
  jpeg_decompress_struct state{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  Trouble trouble = Trouble::none;
  char message[JMSG_LENGTH_MAX] = {};
  Input bytes;
  std::uint8_t* pixels = nullptr;
  size_t row_bytes = 0;
  JOCTET* profile = nullptr;
  unsigned profile_bytes = 0;

  explicit Reader(Input input) : bytes(input) {}
  ~Reader() {
    std::free(profile);
    jpeg_destroy_decompress(&state);  // does nothing before jpeg_create_decompress
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

Reader& reader_of(j_common_ptr state) {
  return *static_cast<Reader*>(state->client_data);
}

[[noreturn]] void leave(j_common_ptr state, Trouble trouble) {
  Reader& reader = reader_of(state);
  reader.trouble = trouble;
  state->err->format_message(state, reader.message);
  std::longjmp(reader.jump, 1);
}

[[noreturn]] void on_error(j_common_ptr state) {
  switch (state->err->msg_code) {
    case JERR_INPUT_EOF:
    case JERR_INPUT_EMPTY:
      leave(state, Trouble::cut_short);
    case JERR_IMAGE_TOO_BIG:
      leave(state, Trouble::too_large);
    case JERR_BAD_PRECISION:
      leave(state, Trouble::depth);
    case JERR_SOF_UNSUPPORTED:
      leave(state, Trouble::process);
    default:
      leave(state, Trouble::damaged);
  }
}

/// libjpeg warns and makes up the rest of the image where data is missing; for us that is an error.
void on_message(j_common_ptr state, int level) {
  if (level >= 0) return;  // a trace, not a warning
  switch (state->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
      leave(state, Trouble::cut_short);
    case JWRN_EXTRANEOUS_DATA:  // padding before a marker
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_TOO_MUCH_DATA:
    case JWRN_BOGUS_ICC:  // the pixels are sound
      return;
    default:
      leave(state, Trouble::damaged);
  }
}

void on_progress(j_common_ptr state) {
  const auto* reader = reinterpret_cast<j_decompress_ptr>(state);
  if (reader->input_scan_number > kMaxScans) leave(state, Trouble::too_many_scans);
}

/// Runs a step; false when libjpeg left it by longjmp.
bool guarded(Reader& reader, void (*step)(Reader&)) {
  if (setjmp(reader.jump) != 0) return false;
  step(reader);
  return true;
}

void read_header(Reader& reader) {
  jpeg_create_decompress(&reader.state);
  reader.state.client_data = &reader;
  reader.state.progress = &reader.progress;
  jpeg_mem_src(&reader.state, reader.bytes.data(), reader.bytes.size());
  jpeg_save_markers(&reader.state, kExifMarker, kWholeMarker);
  jpeg_save_markers(&reader.state, kProfileMarker, kWholeMarker);
  jpeg_read_header(&reader.state, TRUE);
  jpeg_read_icc_profile(&reader.state, &reader.profile, &reader.profile_bytes);
}

void read_pixels(Reader& reader) {
  jpeg_start_decompress(&reader.state);
  while (reader.state.output_scanline < reader.state.output_height) {
    JSAMPROW row = reader.pixels + reader.state.output_scanline * reader.row_bytes;
    jpeg_read_scanlines(&reader.state, &row, 1);
  }
  jpeg_finish_decompress(&reader.state);  // reads to the end-of-image marker: a cut in the last bytes shows here
}

[[noreturn]] void fail(const Reader& reader, const std::string& where) {
  switch (reader.trouble) {
    case Trouble::cut_short:
      throw_cut_short(kFormat, where);
    case Trouble::too_large:
      check_size(reader.state.image_width, reader.state.image_height, kFormat, where);
      break;
    case Trouble::depth:
      throw_unsupported(kFormat, std::to_string(reader.state.data_precision) + " bits a sample", where);
    case Trouble::process:
      throw_unsupported(kFormat, "lossless or hierarchical coding", where);
    case Trouble::too_many_scans:
      throw_damaged(kFormat, "it has more than " + std::to_string(kMaxScans) + " scans", where);
    default:
      break;
  }
  throw_damaged(kFormat, reader.message, where);
}

/// Ink to light. Files store 255 minus the ink, with Adobe's mark or without: all readers take them so, and writers do.
Image rgb_of_cmyk(const Image& inks) {
  Image image(inks.width, inks.height, 3);
  const size_t count = static_cast<size_t>(inks.width) * inks.height;
  for (size_t i = 0; i < count; ++i) {
    const std::uint8_t* from = &inks.pixels[4 * i];
    for (size_t c = 0; c < 3; ++c) {
      image.pixels[3 * i + c] = static_cast<std::uint8_t>((from[c] * from[3] + 127) / 255);
    }
  }
  return image;
}

int orientation_of(const Reader& reader) {
  constexpr char kXmp[] = "http://ns.adobe.com/xap/1.0/";  // its zero byte belongs to it
  int from_xmp = 0;
  for (auto* marker = reader.state.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != kExifMarker) continue;
    const Input content(marker->data, marker->data_length);
    if (content.size() > 6 && std::memcmp(content.data(), "Exif\0\0", 6) == 0) {
      if (const int found = orientation_of_exif(content); found != 0) return found;
    } else if (content.size() > sizeof kXmp && std::memcmp(content.data(), kXmp, sizeof kXmp) == 0) {
      from_xmp = orientation_of_xmp({reinterpret_cast<const char*>(content.data()), content.size()});
    }
  }
  return from_xmp != 0 ? from_xmp : 1;
}

}  // namespace

Image decode_jpeg(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted) {
  Reader reader(bytes);
  jpeg_decompress_struct& state = reader.state;
  state.err = jpeg_std_error(&reader.errors);
  state.client_data = &reader;  // for errors of jpeg_create_decompress itself, which keeps both fields
  reader.errors.error_exit = on_error;
  reader.errors.emit_message = on_message;
  reader.progress.progress_monitor = on_progress;
  if (!guarded(reader, read_header)) fail(reader, where);
  check_size(state.image_width, state.image_height, kFormat, where);
  const std::int64_t pixels = std::int64_t{state.image_width} * state.image_height;
  if (!state.arith_code && pixels / kMaxPixelsPerByte > std::ssize(bytes)) throw_cut_short(kFormat, where);

  facts.orientation = orientation_of(reader);  // jpeg_finish_decompress() forgets the markers
  const bool cmyk = state.jpeg_color_space == JCS_CMYK || state.jpeg_color_space == JCS_YCCK;
  const bool grey = state.jpeg_color_space == JCS_GRAYSCALE;
  state.out_color_space = cmyk ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
  const int channels = cmyk ? 4 : grey ? 1 : 3;
  Image image(static_cast<int>(state.image_width), static_cast<int>(state.image_height), channels);
  reader.pixels = image.pixels.data();
  reader.row_bytes = static_cast<size_t>(image.width) * channels;
  if (!guarded(reader, read_pixels)) fail(reader, where);
  const Input icc(reader.profile, reader.profile_bytes);
  if (cmyk) {
    auto converted = apply_profile_to_inks(image, icc, wanted, facts);
    return converted ? std::move(*converted) : rgb_of_cmyk(image);
  }
  apply_profile(image, icc, wanted, facts);
  return image;
}

}  // namespace ganymede::image::codecs
