// What can be asked of an evaluation. Installed: the standard library's types alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/operations/point.h"

namespace ganymede::data {
struct ImageSize;
}

namespace ganymede::operations {

inline constexpr std::int64_t kUsualSamples = 50'000;  ///< that a model generates where `count` is not given

/// Pixels a side, 64 or "64", or height and width, "64,96".
struct PixelSize {
  std::string text = {};  ///< empty: as the images are

  PixelSize() = default;
  PixelSize(std::int64_t side) : text(std::to_string(side)) {}  // NOLINT: a side is a size
  PixelSize(const char* size) : text(size) {}                   // NOLINT
};

struct EvaluateRequest {
  std::string model = {};            ///< a file or a run folder, evaluated against its own data ...
  std::string real = {}, fake = {};  ///< ... or any two sets of images
  std::string data = {}, source = {};
  std::vector<std::string> metrics = {};  ///< names; all that can be had unless given
  std::optional<std::int64_t> count = {}, real_count = {};
  std::string features = {};
  std::optional<std::int64_t> feature_size = {};
  bool train_features = false;
  std::int64_t k = 5;
  std::optional<std::int64_t> bootstrap = {};
  bool fd_infinity = false;
  std::uint64_t seed = 0;
  PixelSize size = {};
  std::string fit = {};  ///< how images of other sizes are brought to it: "crop", "pad" or "stretch"
  std::optional<std::int64_t> channels = {};
  bool skip_bad = false;
  std::string output = {}, scatter = {}, memorisation = {};
  bool force = false;
};

/// Throws FieldError for options that exclude each other, or want one that is not there, and for files whose names do
/// not say what they are.
void check(const EvaluateRequest& request);

/// The request's `size`; not given: as the images are. Throws FieldError where it is none.
data::ImageSize asked_size(const EvaluateRequest& request);

/// "fid, kid, ...": what `metrics` may name.
std::string metric_names();

/// Fields of an EvaluateRequest: which images.
template <class V>
void visit_sets(V& field, EvaluateRequest& r) {
  field("model", r.model,
        {.about = "a .safetensors file or a run folder, evaluated against its own data",
         .local = true,
         .positional = true});
  field("real", r.real,
        {.about = "instead of a model: a data set, images, a model or a feature file; NAME:SPLIT names a split",
         .local = true,
         .group = "What is compared"});
  field("fake", r.fake,
        {.about = "what to compare with `real`: the same kinds", .local = true, .group = "What is compared"});
  field("data", r.data,
        {.about = "where the model's data is: a folder, archive or file", .local = true, .group = "What is compared"});
  field("source", r.source,
        {.about = "where the images are that a translating model translates",
         .local = true,
         .group = "What is compared"});
  field("metrics", r.metrics,
        {.about = metric_names() + "; all that can be had unless given", .commas = true, .group = "Metrics"});
  field("count", r.count,
        {.about = "images to generate, or of `fake` to use (then all unless given)",
         .range = in_range(1, 10'000'000),
         .served = in_range(1, kUsualSamples),
         .letter = 'n',
         .usual = std::to_string(kUsualSamples),
         .group = "What is compared"});
  field("real_count", r.real_count,
        {.about = "real images to use; all unless given",
         .range = in_range(1, 100'000'000),
         .group = "What is compared"});
}

/// Fields of an EvaluateRequest: what becomes of images that are no model's.
template <class V>
void visit_shape(V& field, EvaluateRequest& r) {
  field("size", r.size.text,
        {.about = "bring `real` and `fake` to this many pixels a side, or to this height and width: 64,96",
         .local = true,
         .or_number = true,
         .group = "What becomes of images"});
  field("fit", r.fit,
        {.about = "how: crop around the centre, pad with white, or stretch; images of several sizes are stretched, "
                  "others cropped, unless given",
         .local = true,
         .group = "What becomes of images"});
  field("channels", r.channels,
        {.about = "bring them to 1 (grey) or 3 (RGB)",
         .values = {1, 3},
         .local = true,
         .group = "What becomes of images"});
  field("skip_bad", r.skip_bad,
        {.about = "leave out files that cannot be read, and say how many",
         .local = true,
         .group = "What becomes of images"});
}

template <class V>
void visit_fields(V& field, EvaluateRequest& r) {
  visit_sets(field, r);
  field("features", r.features,
        {.about = "a TorchScript file of a feature network, or 'inception'; it is run: name only what you trust",
         .local = true,
         .group = "Features"});
  field("feature_size", r.feature_size,
        {.about = "pixels a side of the images the feature network was made for; asked of its file, or found by trying "
                  "on labelled real images, unless given",
         .range = in_range(1, 4096),
         .group = "Features"});
  field("train_features", r.train_features,
        {.about = "features of a classifier of the real data's labels, trained once and kept", .group = "Features"});
  field("k", r.k,
        {.about = "nearest images of precision, recall, density and coverage",
         .range = in_range(1, 1000),
         .group = "Metrics"});
  field("bootstrap", r.bootstrap,
        {.about = "95 % error bars of fid, kid and prdc by resampling both sets so often, such as 200",
         .range = in_range(20, 100'000),
         .served = in_range(20, 1000),
         .group = "Metrics"});
  field("fd_infinity", r.fd_infinity,
        {.about = "also the Frechet distance extrapolated to endlessly many images", .group = "Metrics"});
  field("seed", r.seed,
        {.about = "of the model's noise and of the metrics' random numbers",
         .range = kSeeds,
         .seed = true,
         .group = "Metrics"});
  visit_shape(field, r);
  field("output", r.output,
        {.about = "write the metrics and their protocol as JSON to this file, too",
         .letter = 'o',
         .local = true,
         .group = "What is written"});
  field("scatter", r.scatter,
        {.about = "plot both sets' features along their principal components: a .svg or .png",
         .local = true,
         .group = "What is written"});
  field("memorisation", r.memorisation,
        {.about = "show the images nearest to training images, and say how near they are: a .png",
         .local = true,
         .group = "What is written"});
  field("force", r.force, {.about = "metrics of fewer images than they need, too", .group = "Metrics"});
}

}  // namespace ganymede::operations
