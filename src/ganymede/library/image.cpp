#include "ganymede/image.h"

#include <cmath>

#include "ganymede/core/files.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"

namespace ganymede {
namespace {

std::vector<image::Image> images_of(std::span<const operations::GeneratedImage> generated) {
  std::vector<image::Image> images;
  for (const auto& one : generated) images.push_back(one.image);
  return images;
}

image::Image sheet(std::span<const image::Image> images, int columns) {
  if (columns <= 0) columns = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(images.size()))));
  return image::grid(images, columns);
}

}  // namespace

inline namespace GANYMEDE_CXX_VERSION {

Image read_image(const std::filesystem::path& file) {
  return image::decode(read_file(file), file.string());
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  return image::encode_png(image);
}

void write_png(const std::filesystem::path& file, const Image& image) {
  write_file(file, image::encode_png(image));
}

Image grid(std::span<const Image> images, int columns) {
  return sheet(images, columns);
}

Image grid(std::span<const GeneratedImage> images, int columns) {
  return sheet(images_of(images), columns);
}

void write_animation(const std::filesystem::path& file, std::span<const GeneratedImage> frames, int milliseconds) {
  const auto images = image::enlarged_frames(images_of(frames));
  write_file(file, file.extension() == ".gif" ? image::encode_gif(images, milliseconds)
                                              : image::encode_apng(images, milliseconds));
}

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
