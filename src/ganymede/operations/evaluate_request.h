// What can be asked of an evaluation. Installed: the standard library's types alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/operations/point.h"

namespace ganymede::operations {

inline constexpr std::int64_t kUsualSamples = 50'000;  ///< that a model generates where `count` is not given

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
  std::optional<std::int64_t> size = {}, channels = {};
  std::string output = {}, scatter = {}, memorisation = {};
  bool force = false;
};

/// Throws FieldError for options that exclude each other, or want one that is not there, and for files whose names do
/// not say what they are.
void check(const EvaluateRequest& request);

/// "fid, kid, ...": what `metrics` may name.
std::string metric_names();

template <class V>
void visit_fields(V& field, EvaluateRequest& r) {
  field("model", r.model,
        {.about = "a .safetensors file or a run folder, evaluated against its own data",
         .local = true,
         .positional = true});
  field("real", r.real,
        {.about = "instead of a model: a data set, images, a model or a feature file; NAME:SPLIT names a split",
         .local = true});
  field("fake", r.fake, {.about = "what to compare with `real`: the same kinds", .local = true});
  field("data", r.data, {.about = "where the model's data is: a folder, archive or file", .local = true});
  field("source", r.source, {.about = "where the images are that a translating model translates", .local = true});
  field("metrics", r.metrics, {.about = metric_names() + "; all that can be had unless given", .commas = true});
  field("count", r.count,
        {.about = "images to generate, or of `fake` to use (then all unless given)",
         .range = in_range(1, 10'000'000),
         .served = in_range(1, kUsualSamples),
         .letter = 'n',
         .usual = std::to_string(kUsualSamples)});
  field("real_count", r.real_count,
        {.about = "real images to use; all unless given", .range = in_range(1, 100'000'000)});
  field("features", r.features,
        {.about = "a TorchScript file of a feature network, or 'inception'; it is run: name only what you trust",
         .local = true});
  field("feature_size", r.feature_size,
        {.about = "pixels a side of the images the feature network was made for; asked of its file, or found by trying "
                  "on labelled real images, unless given",
         .range = in_range(1, 4096)});
  field("train_features", r.train_features,
        {.about = "features of a classifier of the real data's labels, trained once and kept"});
  field("k", r.k, {.about = "nearest images of precision, recall, density and coverage", .range = in_range(1, 1000)});
  field("bootstrap", r.bootstrap,
        {.about = "95 % error bars of fid, kid and prdc by resampling both sets so often, such as 200",
         .range = in_range(20, 100'000),
         .served = in_range(20, 1000)});
  field("fd_infinity", r.fd_infinity, {.about = "also the Frechet distance extrapolated to endlessly many images"});
  field("seed", r.seed,
        {.about = "of the model's noise and of the metrics' random numbers", .range = kSeeds, .seed = true});
  field("size", r.size,
        {.about = "bring `real` and `fake` to this many pixels a side", .range = in_range(1, 4096), .local = true});
  field("channels", r.channels, {.about = "bring them to 1 (grey) or 3 (RGB)", .values = {1, 3}, .local = true});
  field("output", r.output,
        {.about = "write the metrics and their protocol as JSON to this file, too", .letter = 'o', .local = true});
  field("scatter", r.scatter,
        {.about = "plot both sets' features along their principal components: a .svg or .png", .local = true});
  field("memorisation", r.memorisation,
        {.about = "show the images nearest to training images, and say how near they are: a .png", .local = true});
  field("force", r.force, {.about = "metrics of fewer images than they need, too"});
}

}  // namespace ganymede::operations
