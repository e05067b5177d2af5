// A point of a model's latent space, as every operation takes it. Installed: the standard library's types alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/config/field_info.h"
#include "ganymede/config/names.h"
#include "ganymede/config/seed.h"

namespace ganymede::operations {

using config::in_range;
using config::Range;

enum class Door;

/// Which weights are used: those after training (their running average where the model keeps one), or those before it.
enum class Weights { kTrained, kUntrained };
/// How one point leads to the next.
enum class Interpolation {
  kSpherical,  ///< along the great circle (White 2016): keeps the length that normal noise of many dimensions has
  kLinear,
};

/// Image `index` of `seed`, or coordinates; what is unset is the request's.
struct Point {
  std::optional<std::uint64_t> seed = {};
  std::uint64_t index = 0;
  std::vector<float> z = {};              ///< coordinates, which stand for seed and index
  std::string label = {};                 ///< name of the class
  std::optional<double> truncation = {};  ///< the noise's distribution is cut off at plus and minus this
  std::optional<Weights> weights = {};

  /// Throws FieldError; `name` is the point's place in the request: "points[2]". `Json` is nlohmann::json, which
  /// programs that only fill requests need not have.
  template <class Json>
  static Point from_json(const Json& object, const std::string& name, Door door);
};

inline constexpr Range kSeeds{0, static_cast<double>(config::kLargestSeed)};
inline constexpr Range kTruncations{1e-6, 1e6}, kServedTruncations{0.01, 10};

/// What all requests that generate have in common.
struct GenerationOptions {
  std::string label = {};  ///< name of the class
  std::optional<double> truncation = {};
  Weights weights = Weights::kTrained;

  bool before_training() const { return weights == Weights::kUntrained; }
};

}  // namespace ganymede::operations

namespace ganymede::config {

template <>
struct Names<operations::Weights> {
  static constexpr std::array<std::pair<const char*, operations::Weights>, 2> values{
      {{"trained", operations::Weights::kTrained}, {"untrained", operations::Weights::kUntrained}}};
};
template <>
struct Names<operations::Interpolation> {
  static constexpr std::array<std::pair<const char*, operations::Interpolation>, 2> values{
      {{"spherical", operations::Interpolation::kSpherical}, {"linear", operations::Interpolation::kLinear}}};
};

}  // namespace ganymede::config

namespace ganymede::operations {

template <class V>
void visit_fields(V& field, Point& p) {
  field("seed", p.seed, {.about = "the seed", .range = kSeeds, .required_of_clients = true, .unless = {"z"}});
  field("index", p.index,
        {.about = "which of the seed's samples",
         .range = {{0, 1e18}},
         .served = {{0, 1e6}},
         .required_of_clients = true,
         .unless = {"z"}});
  field("z", p.z,
        {.about = "the coordinates themselves, as many as the model's latent size; excludes `seed` and `index`",
         .range = in_range(1, 65536)});
  field("class", p.label, {.about = "the class to generate, or conditions; the request's unless given"});
  field("truncation", p.truncation,
        {.about = "cut the noise's distribution off at plus and minus this; the request's unless given",
         .range = kTruncations,
         .served = kServedTruncations});
  field("network", p.weights, {.about = "which weights to use; the request's unless given"});
}

template <class V>
void visit_fields(V& field, GenerationOptions& o) {
  field("class", o.label,
        {.about = "generate this class only, or where a model has conditions with these values: smiling=1,age=45"});
  field("truncation", o.truncation,
        {.about = "cut the noise's distribution off at plus and minus this",
         .range = kTruncations,
         .served = kServedTruncations});
  field("network", o.weights,
        {.about = "which weights to use: those after training (their average where there is one) or before it",
         .old_switch = "untrained"});
}

}  // namespace ganymede::operations
