#include "ganymede/serve/image_answers.h"

#include "ganymede/image/animation.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

/// As a PNG has it: 16 bits stay, of other channels than grey and RGB there is what is shown of them.
image::Image viewable(const image::Image& image) {
  return image::can_be_shown(image) ? image : image::shown(image);
}

AnsweredImage encoded(const operations::Origin& origin, const operations::GeneratedImage& one, bool vectors) {
  AnsweredImage out{.png = base64(image::encode_png(viewable(one.image), operations::texts_of(origin, one)))};
  if (!one.label.empty()) out.label = one.label;
  if (vectors) out.z = one.latent;
  return out;
}

Response binary(const std::string& type, const Bytes& bytes) {
  return {.content_type = type, .body = std::string(bytes.begin(), bytes.end())};
}

Response as_json(const ImageAnswer& answer, bool vectors) {
  std::vector<AnsweredImage> images;
  for (const auto& one : answer.images) {
    images.push_back(encoded(answer.origin, one, vectors));
    images.back().index = one.index;
  }
  // What answers have beside their images are means of points, and no seed's.
  const auto between = operations::origin_of(answer.origin.model, *answer.origin.generated, answer.origin.options);
  const auto encode = [&](const operations::GeneratedImage& one) { return encoded(between, one, vectors); };
  return json_response(answer.document(std::move(images), encode));
}

Response as_zip(const ImageAnswer& answer) {
  std::vector<std::pair<std::string, Bytes>> files;
  for (const auto& one : answer.images) {
    files.emplace_back(fmt::format("{:04}{}", one.index, image::file_ending(one.image)),
                       image::encode_file(one.image, operations::texts_of(answer.origin, one)));
  }
  return {.content_type = "application/zip", .body = zip(files)};
}

Response answered(const ImageAnswer& answer, Format format, bool vectors, int milliseconds) {
  if (format == Format::kJson) return as_json(answer, vectors);
  if (format == Format::kZip) return as_zip(answer);
  std::vector<image::Image> images;
  for (const auto& one : answer.images) images.push_back(one.image);
  if (format == Format::kGif)
    return binary("image/gif", image::encode_gif(image::enlarged_frames(images), milliseconds));
  if (format == Format::kApng) {
    return binary("image/apng", image::encode_apng(image::enlarged_frames(images), milliseconds));
  }
  const bool single = format == Format::kPng && images.size() == 1;
  if (single) {
    return binary("image/png",
                  image::encode_png(viewable(images[0]), operations::texts_of(answer.origin, answer.images[0])));
  }
  return binary("image/png", image::encode_png(image::grid(images, static_cast<int>(answer.columns)),
                                               operations::texts_of_sheet(answer.origin, answer.images)));
}

Response with_headers(Response response, const Headers& headers) {
  response.headers = headers;
  return response;
}

}  // namespace

Response response_of(const ImageAnswer& answer, const StillAnswer& wanted) {
  return with_headers(answered(answer, wanted.format, wanted.vectors, 0), answer.headers);
}

Response response_of(const ImageAnswer& answer, const FrameAnswer& wanted) {
  const auto milliseconds = static_cast<int>(wanted.milliseconds);
  return with_headers(answered(answer, wanted.format, wanted.vectors, milliseconds), answer.headers);
}

}  // namespace ganymede::serve
