// JPEG out, through libjpeg. Its errors leave by longjmp: see jpeg.cpp.
#include "ganymede/image/jpeg_encode.h"

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
// jpeglib.h needs size_t and FILE declared before it.
#include <fmt/format.h>
#include <jpeglib.h>

#include "ganymede/core/error.h"
#include "ganymede/image/depth.h"

namespace ganymede::image {
namespace {

struct Writer {
  const Image& image;
  jpeg_compress_struct state{};
  jpeg_error_mgr errors{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX] = {};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;  // NOLINT: libjpeg's type

  explicit Writer(const Image& from) : image(from) {}
  ~Writer() {
    jpeg_destroy_compress(&state);
    std::free(bytes);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

[[noreturn]] void on_error(j_common_ptr state) {
  auto& writer = *static_cast<Writer*>(state->client_data);
  state->err->format_message(state, writer.message);
  std::longjmp(writer.jump, 1);
}

bool write(Writer& writer, int quality) {
  jpeg_compress_struct& state = writer.state;
  if (setjmp(writer.jump) != 0) return false;
  jpeg_create_compress(&state);
  state.client_data = &writer;
  jpeg_mem_dest(&state, &writer.bytes, &writer.size);
  state.image_width = static_cast<JDIMENSION>(writer.image.width);
  state.image_height = static_cast<JDIMENSION>(writer.image.height);
  state.input_components = writer.image.channels;
  state.in_color_space = writer.image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  for (int i = 0; i < state.num_components; ++i) {  // colours of every pixel, not of every fourth
    state.comp_info[i].h_samp_factor = state.comp_info[i].v_samp_factor = 1;
  }
  jpeg_start_compress(&state, TRUE);
  while (state.next_scanline < state.image_height) {
    auto* row = const_cast<JSAMPLE*>(writer.image.at(0, static_cast<int>(state.next_scanline)));  // libjpeg reads it
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  return true;
}

}  // namespace

Bytes encode_jpeg(const Image& given, int quality) {
  const Image image = shown(given);
  if (image.width <= 0 || image.height <= 0 || image.width > JPEG_MAX_DIMENSION || image.height > JPEG_MAX_DIMENSION) {
    throw Error(fmt::format("a JPEG cannot hold an image of {} x {} pixels", image.width, image.height), {},
                "write a PNG");
  }
  Writer writer(image);
  writer.state.err = jpeg_std_error(&writer.errors);
  writer.state.client_data = &writer;  // for errors of jpeg_create_compress itself, which keeps both fields
  writer.errors.error_exit = on_error;
  if (!write(writer, quality)) throw Error(fmt::format("the JPEG could not be written: {}", writer.message));
  return Bytes(writer.bytes, writer.bytes + writer.size);
}

}  // namespace ganymede::image
