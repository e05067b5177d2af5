// How a request wants its images: fields beside the operation's own.
#pragma once

#include "ganymede/operations/field.h"

namespace ganymede::serve {

enum class Format { kPng, kGrid, kJson, kZip, kGif, kApng };
/// Those of images that are no animation.
enum class StillFormat { kPng, kGrid, kJson, kZip };

struct StillAnswer {
  StillFormat format = StillFormat::kJson;
  bool vectors = false;
};
struct FrameAnswer {
  Format format = Format::kJson;
  bool vectors = false;
  std::int64_t milliseconds = 50;
};

}  // namespace ganymede::serve

namespace ganymede::config {

template <>
struct Names<serve::StillFormat> {
  static constexpr std::array<std::pair<const char*, serve::StillFormat>, 4> values{
      {{"png", serve::StillFormat::kPng},
       {"grid", serve::StillFormat::kGrid},
       {"json", serve::StillFormat::kJson},
       {"zip", serve::StillFormat::kZip}}};
};
template <>
struct Names<serve::Format> {
  static constexpr std::array<std::pair<const char*, serve::Format>, 6> values{{{"png", serve::Format::kPng},
                                                                                {"grid", serve::Format::kGrid},
                                                                                {"json", serve::Format::kJson},
                                                                                {"zip", serve::Format::kZip},
                                                                                {"gif", serve::Format::kGif},
                                                                                {"apng", serve::Format::kApng}}};
};

}  // namespace ganymede::config

namespace ganymede::serve {

template <class V>
void visit_fields(V& field, StillAnswer& a) {
  field("vectors", a.vectors, {.about = "JSON only: with the latent vector of each image"});
  field("format", a.format,
        {.about =
             "png: one image as it is, several as a grid. grid: a sheet. json: PNGs in base64. zip: one PNG an image"});
}

template <class V>
void visit_fields(V& field, FrameAnswer& a) {
  field("milliseconds", a.milliseconds,
        {.about = "how long each image of an animation stays",
         .range = config::in_range(10, 60000),
         .unit = "milliseconds"});
  field("vectors", a.vectors, {.about = "JSON only: with the latent vector of each image"});
  field("format", a.format,
        {.about =
             "png: one image as it is, several as a grid. grid: a sheet. json: PNGs in base64. zip: one PNG an image. "
             "gif, apng: an endless animation"});
}

}  // namespace ganymede::serve
