// The requests: what each operation can be asked for. A member and its line in the field list are all that an option
// is; flags, REST fields, checks, the OpenAPI document and docs/reference/ follow. Installed: the standard
// library's types alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/operations/point.h"

namespace ganymede::operations {

inline constexpr double kMaxImages = 64, kMaxPoints = 16;  ///< of one request to a server

/// What an operation takes where its request names nothing: so many images, and so many points of the request's seed.
inline constexpr std::int64_t kUsualImages = 64;
inline constexpr std::size_t kUsualInterpolated = 2, kUsualApplied = 4, kUsualSought = 8;

/// How long each image of an animation stays.
inline constexpr std::int64_t kUsualMilliseconds = 50;
inline constexpr Range kMilliseconds = in_range(10, 60000);

/// The first points of a seed as a command line names them: "0,1,2".
inline std::string first_points_text(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i > 0 ? "," : "") + std::to_string(i);
  return out;
}

struct GenerateRequest : GenerationOptions {
  std::optional<std::int64_t> count = {};  ///< kUsualImages unless points or coordinates say it
  std::optional<std::uint64_t> seed = {};  ///< 0 unless given; a server takes any
  std::vector<Point> points = {};          ///< these instead of the first `count` of a seed
  std::vector<std::vector<float>> z = {};  ///< or these coordinates
  std::vector<std::vector<float>> directions = {};
  std::vector<float> strengths = {};  ///< 1 of each direction unless given
  std::int64_t best = 0;              ///< keep so many; 0 keeps all
};

template <class V>
void visit_fields(V& field, GenerateRequest& r) {
  field("count", r.count,
        {.about = "how many images",
         .range = in_range(1, 100000),
         .served = in_range(1, kMaxImages),
         .letter = 'n',
         .usual = std::to_string(kUsualImages),
         .required_of_clients = true,
         .unless = {"points", "z"}});
  field("seed", r.seed,
        {.about = "the same seed gives the same images; a server takes any unless given, and says which",
         .range = kSeeds,
         .usual = "0",
         .seed = true});
  field("points", r.points,
        {.about = "these points instead of the first `count` of a seed",
         .range = in_range(1, 100000),
         .served = in_range(1, kMaxImages)});
  field("z", r.z,
        {.about = "the noise itself, one vector an image; excludes `seed` and `points`",
         .range = in_range(1, 100000),
         .served = in_range(1, kMaxImages)});
  field("directions", r.directions,
        {.about = "vectors that are added to every point, such as `direction` answers with",
         .range = in_range(1, 1000),
         .served = in_range(1, kMaxPoints)});
  field("strengths", r.strengths,
        {.about = "how much of each of `directions`", .range = in_range(1, 1000), .usual = "1 of each"});
  field("best", r.best,
        {.about = "keep only so many, those that the discriminator scores highest, best first; 0 keeps all",
         .range = in_range(0, 100000),
         .served = in_range(0, kMaxImages)});
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

template <class V>
void visit_data(V& field, std::string& data) {
  field("data", data, {.about = "where the training data is; where data sets usually are unless given", .local = true});
}

struct InterpolateRequest : GenerationOptions {
  std::vector<Point> points = {};  ///< the first kUsualInterpolated unless given
  std::int64_t frames = 16;
  Interpolation interpolation = Interpolation::kSpherical;
  std::string to_label = {};
  std::uint64_t seed = 0;
};

template <class V>
void visit_seed(V& field, std::uint64_t& seed, const char* about = "of points that are named by index alone") {
  field("seed", seed, {.about = about, .range = kSeeds, .seed = true});
}

template <class V>
void visit_fields(V& field, InterpolateRequest& r) {
  field("points", r.points,
        {.about = "the points to go through",
         .range = in_range(2, 10000),
         .served = in_range(2, kMaxPoints),
         .usual = first_points_text(kUsualInterpolated),
         .required_of_clients = true});
  field("frames", r.frames,
        {.about = "how many images", .range = in_range(2, 10000), .served = in_range(2, kMaxImages)});
  field("interpolation", r.interpolation, {.about = "along great circles or straight lines", .old_names = {"way"}});
  field("to_class", r.to_label,
        {.about = "turn into this class meanwhile, from `class` or else the first one; for models that have classes"});
  visit_seed(field, r.seed);
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct WalkRequest : GenerationOptions {
  std::int64_t stops = 5;
  std::int64_t frames = 100;
  Interpolation interpolation = Interpolation::kSpherical;
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, WalkRequest& r) {
  field("stops", r.stops,
        {.about = "how many random points",
         .range = in_range(2, 1000),
         .served = in_range(2, kMaxPoints),
         .old_names = {"points"}});
  field("frames", r.frames,
        {.about = "how many images", .range = in_range(2, 10000), .served = in_range(2, kMaxImages)});
  field("interpolation", r.interpolation, {.about = "along great circles or straight lines", .old_names = {"way"}});
  visit_seed(field, r.seed, "of the points");
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct BlendRequest : GenerationOptions {
  std::vector<Point> points = {};
  std::vector<std::vector<float>> weights_of_points = {};
  std::optional<double> x = {}, y = {};
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, BlendRequest& r) {
  field("points", r.points,
        {.about = "the points to mix; with `x` and `y` the four corners, row by row from the upper left",
         .range = in_range(2, 1000),
         .served = in_range(2, kMaxPoints),
         .required = true});
  field("weights", r.weights_of_points,
        {.about = "for each image one weight a point; the mix keeps the length that normal noise has",
         .range = in_range(1, 10000),
         .served = in_range(1, kMaxImages)});
  field("x", r.x,
        {.about = "instead of `weights`: how far to the right between four corners", .range = in_range(0, 1)});
  field("y", r.y, {.about = "and how far down", .range = in_range(0, 1)});
  visit_seed(field, r.seed);
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct ArithmeticRequest : GenerationOptions {
  std::vector<Point> a = {}, b = {}, c = {};  ///< the operands: each the mean of its points
  double radius = 0.25;
  bool classify = false;
  std::string data = {};  ///< where the classifier's training data is
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, ArithmeticRequest& r) {
  const auto operand = [&](const char* name, std::vector<Point>& points, const char* about) {
    field(name, points,
          {.about = about, .range = in_range(1, 1000), .served = in_range(1, kMaxPoints), .required = true});
  };
  operand("a", r.a, "points whose mean is A of A - B + C; three to an operand leave out what is each one's own");
  operand("b", r.b, "points whose mean is B");
  operand("c", r.c, "points whose mean is C");
  field("radius", r.radius,
        {.about = "of the uniform noise that makes the eight perturbations around the result",
         .range = in_range(0, 10),
         .served = in_range(0, 2)});
  field("classify", r.classify,
        {.about = "let a classifier of the training data name what comes out", .local = true, .old_names = {"judge"}});
  visit_data(field, r.data);
  visit_seed(field, r.seed, "of that noise, and of points that are named by index alone");
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct DirectionRequest : GenerationOptions {
  std::vector<Point> with = {}, without = {};
  std::vector<Point> apply = {};  ///< the first kUsualApplied unless given
  double strength = 1;
  std::int64_t frames = 7;
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, DirectionRequest& r) {
  const auto group = [&](const char* name, std::vector<Point>& points, const char* about) {
    field(name, points,
          {.about = about, .range = in_range(1, 1000), .served = in_range(1, kMaxPoints), .required = true});
  };
  group("with", r.with, "points with what the direction is to add");
  group("without", r.without, "points without it");
  field("apply", r.apply,
        {.about = "the points it is added to",
         .range = in_range(1, 1000),
         .served = in_range(1, kMaxPoints),
         .usual = first_points_text(kUsualApplied)});
  field("strength", r.strength,
        {.about = "goes from minus to plus this", .range = in_range(0, 1e6), .served = in_range(0, 10)});
  field("frames", r.frames,
        {.about = "how many images a point; of all points together a server makes 64 at most",
         .range = in_range(2, 64),
         .served = in_range(2, 16)});
  visit_seed(field, r.seed);
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct NearestImagesRequest : GenerationOptions {
  std::vector<Point> points = {};  ///< the first kUsualSought unless given
  std::int64_t count = 5;
  std::string data = {};      ///< where the training data is
  std::string features = {};  ///< a TorchScript file
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, NearestImagesRequest& r) {
  field("points", r.points,
        {.about = "the points to generate and to look for",
         .range = in_range(1, 1000),
         .served = in_range(1, kMaxPoints),
         .usual = first_points_text(kUsualSought),
         .required_of_clients = true});
  field("count", r.count,
        {.about = "how many training images of each",
         .range = in_range(1, 100),
         .served = in_range(1, 20),
         .letter = 'k'});
  field("data", r.data,
        {.about = "where the training data is; where data sets usually are unless given", .local = true});
  field("features", r.features,
        {.about = "compare by the features of this TorchScript file; by pixels unless given", .local = true});
  visit_seed(field, r.seed);
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct ExemplarsRequest : GenerationOptions {
  std::int64_t count = 3, among = 500;
  std::string data = {};
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, ExemplarsRequest& r) {
  field("count", r.count, {.about = "how many images of each class", .range = in_range(1, 100), .letter = 'k'});
  field("among", r.among, {.about = "how many images are looked at", .range = in_range(1, 100000)});
  visit_data(field, r.data);
  visit_seed(field, r.seed, "of the images");
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

/// Of a request that is about images which are there already.
template <class V>
void visit_images(V& field, std::vector<std::string>& images, const char* about) {
  static const config::TextRule base64{
      .length = in_range(4, 1 << 20), .characters = "A-Za-z0-9+/=", .words = "characters of base64"};
  field("images", images,
        {.about = about,
         .range = in_range(1, 1e6),
         .served = in_range(1, kMaxPoints),
         .served_text = base64,
         .required = true,
         .positional = true});
}

struct ProjectRequest : GenerationOptions {
  std::vector<std::string> images = {};  ///< files; of a server's clients what they hold, in base64
  std::int64_t steps = 300;
  std::uint64_t seed = 0;
};

template <class V>
void visit_fields(V& field, ProjectRequest& r) {
  visit_images(field, r.images, "image files to find; a server takes what they hold, in base64");
  field("steps", r.steps, {.about = "of the search", .range = in_range(1, 100000), .served = in_range(1, 1000)});
  visit_seed(field, r.seed, "of the points that the search starts from");
  visit_fields(field, static_cast<GenerationOptions&>(r));
}

struct TranslateRequest {
  std::vector<std::string> images = {};  ///< files, and folders of them; of a server's clients as above
};

template <class V>
void visit_fields(V& field, TranslateRequest& r) {
  visit_images(field, r.images, "image files, and folders of them; a server takes what files hold, in base64");
}

}  // namespace ganymede::operations
