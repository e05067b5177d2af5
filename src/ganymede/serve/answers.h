// What the REST API answers with, as JSON. A member and its line in the field list are all that a part of an answer is.
#pragma once

#include "ganymede/operations/point.h"
#include "ganymede/serve/answer.h"

namespace ganymede::serve {

struct FieldProblem {
  std::string field, detail;
};
template <class V>
void visit_fields(V& field, FieldProblem& p) {
  field("field", p.field, {});
  field("detail", p.detail, {});
}

/// Problem details of RFC 9457.
struct ProblemDetails {
  static constexpr const char* kSchema = "Problem";
  std::string type = "about:blank", title = {};
  int status = 0;
  std::string detail = {};
  std::optional<std::vector<FieldProblem>> errors = {};
};
template <class V>
void visit_fields(V& field, ProblemDetails& p) {
  field("type", p.type, {});
  field("title", p.title, {});
  field("status", p.status, {});
  field("detail", p.detail, {});
  field("errors", p.errors, {});
}

struct ImageSize {
  std::int64_t width = 0, height = 0, channels = 0;
};
template <class V>
void visit_fields(V& field, ImageSize& s) {
  field("width", s.width, {});
  field("height", s.height, {});
  field("channels", s.channels, {});
}

inline const AnswerInfo& png_info() {
  static const AnswerInfo info{.about = "In base64.", .encoding = "base64", .media_type = "image/png"};
  return info;
}

/// One generated image.
struct AnsweredImage {
  static constexpr const char* kSchema = "GeneratedImage";
  std::optional<std::int64_t> index = {};
  std::string png = {};
  std::optional<std::string> label = {};
  std::optional<std::vector<float>> z = {};
};
template <class V>
void visit_fields(V& field, AnsweredImage& a) {
  field("index", a.index, {.about = "Its place among all that were generated."});
  field("png", a.png, png_info());
  field("class", a.label, {});
  field("z", a.z, {.about = "Its latent vector, where the request asks for vectors."});
}

/// What every answer of an operation says of its model.
struct ModelAnswer {
  std::string model = {};
  bool untrained = false;
  std::optional<double> truncation = {};
  ImageSize image = {};
};
template <class V>
void visit_fields(V& field, ModelAnswer& a) {
  field("model", a.model, {.about = "Its id."});
  field("untrained", a.untrained, {.about = "All of them by the generator as it was before training."});
  field("truncation", a.truncation, {});
  field("image", a.image, {});
}

struct GeneratedAnswer : ModelAnswer {
  static constexpr const char* kSchema = "Generated";
  std::vector<AnsweredImage> images = {};
  std::optional<std::uint64_t> seed = {};
};
template <class V>
void visit_fields(V& field, GeneratedAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("images", a.images, {});
  field("pictures", a.images, {.about = "The old name of `images`.", .deprecated = true});
  field("seed", a.seed, {.about = "The one in use, where the images were generated from one."});
}

struct InterpolatedAnswer : ModelAnswer {
  static constexpr const char* kSchema = "Interpolated";
  std::vector<AnsweredImage> images = {};
  operations::Interpolation interpolation = operations::Interpolation::kSpherical;
};
template <class V>
void visit_fields(V& field, InterpolatedAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("images", a.images, {});
  field("pictures", a.images, {.about = "The old name of `images`.", .deprecated = true});
  field("interpolation", a.interpolation, {});
  field("way", a.interpolation, {.about = "The old name of `interpolation`.", .deprecated = true});
}

struct ArithmeticAnswer : ModelAnswer {
  static constexpr const char* kSchema = "ArithmeticImages";
  std::vector<AnsweredImage> images = {};
  double radius = 0;
  std::uint64_t seed = 0;
  AnsweredImage mean_a = {}, mean_b = {}, mean_c = {};
};
template <class V>
void visit_fields(V& field, ArithmeticAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("images", a.images, {.about = "Nine: the result in the middle of eight perturbations."});
  field("pictures", a.images, {.about = "The old name of `images`.", .deprecated = true});
  field("radius", a.radius, {});
  field("seed", a.seed, {});
  field("mean_a", a.mean_a, {});
  field("mean_b", a.mean_b, {});
  field("mean_c", a.mean_c, {});
}

struct DirectionAnswer : ModelAnswer {
  static constexpr const char* kSchema = "DirectionImages";
  std::vector<AnsweredImage> images = {};
  std::int64_t frames = 0;
  double strength = 0;
  std::optional<std::vector<float>> direction = {};
};
template <class V>
void visit_fields(V& field, DirectionAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("images", a.images, {.about = "`frames` for each point, one point after another."});
  field("pictures", a.images, {.about = "The old name of `images`.", .deprecated = true});
  field("frames", a.frames, {});
  field("strength", a.strength, {});
  field("direction", a.direction, {.about = "Where the request asks for vectors."});
}

struct NearImageAnswer {
  std::uint64_t index = 0;
  double distance = 0;
  std::string png = {};
  std::optional<std::string> label = {};
};
template <class V>
void visit_fields(V& field, NearImageAnswer& a) {
  field("index", a.index, {.about = "In the training data."});
  field("distance", a.distance, {.about = "Euclidean, of pixels from 0 to 1."});
  field("png", a.png, png_info());
  field("class", a.label, {});
}

struct NearestImagesAnswer : ModelAnswer {
  static constexpr const char* kSchema = "NearestImages";
  std::string data = {};
  std::vector<std::vector<NearImageAnswer>> nearest = {};
};
template <class V>
void visit_fields(V& field, NearestImagesAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("data", a.data, {.about = "The data set's name."});
  field("nearest", a.nearest, {.about = "Of each point, nearest first."});
}

/// Images made of given ones.
struct TranslatedAnswer : ModelAnswer {
  static constexpr const char* kSchema = "TranslatedImages";
  std::vector<AnsweredImage> images = {}, given = {};
};
template <class V>
void visit_fields(V& field, TranslatedAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("images", a.images, {.about = "One for each that was given."});
  field("given", a.given, {.about = "Those, as the model's networks see them: of their size and channels."});
}

struct ProjectedAnswer : TranslatedAnswer {
  static constexpr const char* kSchema = "ProjectedImages";
  std::vector<double> errors = {};
};
template <class V>
void visit_fields(V& field, ProjectedAnswer& a) {
  visit_fields(field, static_cast<TranslatedAnswer&>(a));
  field("errors", a.errors, {.about = "The mean square error of each, of values from -1 to 1."});
}

/// The same under its old names.
struct NeighboursAnswer : NearestImagesAnswer {
  static constexpr const char* kSchema = "Neighbours";
};
template <class V>
void visit_fields(V& field, NeighboursAnswer& a) {
  visit_fields(field, static_cast<ModelAnswer&>(a));
  field("data", a.data, {});
  field("neighbours", a.nearest, {});
}

struct Accepted {
  static constexpr const char* kSchema = "Accepted";
  std::string id = {};
};
template <class V>
void visit_fields(V& field, Accepted& a) {
  field("id", a.id, {.about = "Of the run."});
}

struct Health {
  std::string status = "ok";
  std::optional<std::size_t> models = {};
};
template <class V>
void visit_fields(V& field, Health& h) {
  field("status", h.status, {});
  field("models", h.models, {.about = "How many are served."});
}

}  // namespace ganymede::serve
