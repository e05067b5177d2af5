// How a request over HTTP wants its images: fields beside the operation's own. Files say it by their endings.
#pragma once

#include "ganymede/operations/field.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

enum class Format { kPng, kGrid, kJson, kZip, kGif, kApng };

/// Of images that are no animation.
struct StillAnswer {
  Format format = Format::kJson;
  bool vectors = false;
};
struct FrameAnswer {
  Format format = Format::kJson;
  bool vectors = false;
  std::int64_t milliseconds = kUsualMilliseconds;
};

}  // namespace ganymede::operations

namespace ganymede::config {

template <>
struct Names<operations::Format> {
  static constexpr std::array<std::pair<const char*, operations::Format>, 6> values{
      {{"png", operations::Format::kPng},
       {"grid", operations::Format::kGrid},
       {"json", operations::Format::kJson},
       {"zip", operations::Format::kZip},
       {"gif", operations::Format::kGif},
       {"apng", operations::Format::kApng}}};
};

}  // namespace ganymede::config

namespace ganymede::operations {

template <class V>
void visit_fields(V& field, StillAnswer& a) {
  field("vectors", a.vectors, {.about = "JSON only: with the latent vector of each image"});
  field("format", a.format,
        {.about =
             "png: one image as it is, several as a grid. grid: a sheet. json: PNGs in base64. zip: one PNG an image",
         .choices = {"png", "grid", "json", "zip"}});
}

template <class V>
void visit_fields(V& field, FrameAnswer& a) {
  field("milliseconds", a.milliseconds,
        {.about = "how long each image of an animation stays", .range = kMilliseconds, .unit = "milliseconds"});
  field("vectors", a.vectors, {.about = "JSON only: with the latent vector of each image"});
  field("format", a.format,
        {.about =
             "png: one image as it is, several as a grid. grid: a sheet. json: PNGs in base64. zip: one PNG an image. "
             "gif, apng: an endless animation"});
}

}  // namespace ganymede::operations
