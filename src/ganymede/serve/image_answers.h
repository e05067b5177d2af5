// Images as answers: a PNG, a grid, JSON, an archive or an animation.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/image_formats.h"
#include "ganymede/operations/origin.h"
#include "ganymede/serve/answers.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {

using operations::Format;
using operations::FrameAnswer;
using operations::StillAnswer;

/// Makes an image a part of a JSON answer.
using EncodeImage = std::function<AnsweredImage(const operations::GeneratedImage&)>;

/// Images to be handed over.
struct ImageAnswer {
  operations::Origin origin = {};  ///< what the PNGs say of where they came from
  std::vector<operations::GeneratedImage> images = {};
  std::int64_t columns = 1;  ///< of a grid
  /// Where JSON is wanted: the document that holds them; `encode` is for images of other members.
  std::function<nlohmann::json(std::vector<AnsweredImage> images, const EncodeImage& encode)> document = {};
  Headers headers = {};
};

Response response_of(const ImageAnswer& answer, const StillAnswer& wanted);
Response response_of(const ImageAnswer& answer, const FrameAnswer& wanted);

}  // namespace ganymede::serve
