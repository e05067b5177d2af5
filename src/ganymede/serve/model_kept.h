// What a person keeps of a model: named directions and images marked best, in a file beside it, so that a copied run
// brings them along. No LibTorch here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ganymede/operations/requests.h"
#include "ganymede/serve/answers.h"

namespace ganymede::serve {

inline constexpr auto kMostKeptDirections =
    static_cast<std::size_t>(operations::kMaxPoints);     ///< more cannot be used at once
inline constexpr std::uint64_t kMostKeptBytes = 4 << 20;  ///< of the file

/// A point as it is kept and told again.
struct KeptPoint {
  std::optional<std::uint64_t> seed = {}, index = {};
  std::optional<std::vector<float>> z = {};
  std::optional<std::string> label = {};
  std::optional<double> truncation = {};
  std::optional<operations::Weights> weights = {};

  bool operator==(const KeptPoint&) const = default;
};
template <class V>
void visit_fields(V& field, KeptPoint& p) {
  field("seed", p.seed, {});
  field("index", p.index, {});
  field("z", p.z, {.about = "Its coordinates, of a point that has no seed and index."});
  field("class", p.label, {});
  field("truncation", p.truncation, {});
  field("network", p.weights, {});
}

/// The mean of the first group less that of the second.
struct KeptDirection {
  static constexpr const char* kSchema = "KeptDirection";
  std::string name = {};
  std::uint64_t step = 0;
  std::vector<KeptPoint> with = {}, without = {};
};
template <class V>
void visit_fields(V& field, KeptDirection& d) {
  field("name", d.name, {});
  field("step", d.step, {.about = "Of the model when it was kept."});
  field("with", d.with, {});
  field("without", d.without, {});
}

struct KeptMark {
  static constexpr const char* kSchema = "KeptMark";
  Nullable<std::uint64_t> step = {};
  KeptPoint point = {};
  std::string png = {};
};
template <class V>
void visit_fields(V& field, KeptMark& m) {
  field("step", m.step, {.about = "Of the model that made it; null where nobody wrote it down."});
  field("point", m.point, {});
  field("png", m.png, png_info());
}

struct KeptOfModel {
  static constexpr const char* kSchema = "KeptOfModel";
  std::vector<KeptDirection> directions = {};
  std::vector<KeptMark> marks = {};
  bool keeps = false;
};
template <class V>
void visit_fields(V& field, KeptOfModel& k) {
  field("directions", k.directions, {.about = "Named ones."});
  field("marks", k.marks, {.about = "Images marked best."});
  field("keeps", k.keeps, {.about = "The folder of the model can be written: something can be kept there."});
}

struct ForgetDirectionRequest {
  std::string name = {};
};
template <class V>
void visit_fields(V& field, ForgetDirectionRequest& r) {
  static const config::TextRule text{.length = config::in_range(1, 40),
                                     .characters = "^\\x00-\\x1f\\x7f",
                                     .words = "characters, none of them a control character"};
  field("name", r.name, {.about = "what the direction is called", .served_text = text, .required = true});
}

struct KeepDirectionRequest : ForgetDirectionRequest {
  std::uint64_t step = 0;
  std::vector<operations::Point> with = {}, without = {};
};
template <class V>
void visit_fields(V& field, KeepDirectionRequest& r) {
  visit_fields(field, static_cast<ForgetDirectionRequest&>(r));
  const auto group = [](const char* about) {
    return config::FieldInfo{.about = about, .range = config::in_range(1, operations::kMaxPoints), .required = true};
  };
  field("step", r.step, {.about = "of the model", .range = config::in_range(0, 1e15), .required = true});
  field("with", r.with, group("images with what the direction is to add"));
  field("without", r.without, group("images without it"));
}

/// A mark is told apart from a model's others by its step and its point.
struct ForgetMarkRequest {
  operations::Point point = {};
  std::optional<std::uint64_t> step = {};
};
template <class V>
void visit_fields(V& field, ForgetMarkRequest& r) {
  visit_fields(field, r.point);
  field("step", r.step,
        {.about = "of the model that made the image", .range = config::in_range(0, 1e15), .usual = "unknown"});
}

struct KeepMarkRequest : ForgetMarkRequest {
  std::string png = {};
};
template <class V>
void visit_fields(V& field, KeepMarkRequest& r) {
  visit_fields(field, static_cast<ForgetMarkRequest&>(r));
  static const config::TextRule base64{
      .length = config::in_range(1, 1 << 20), .characters = "A-Za-z0-9+/=", .words = "characters of base64"};
  field("png", r.png, {.about = "the image, as base64", .served_text = base64, .required = true});
}

/// Where it is kept: beside the model's file; of a run, by one name whichever of its models is served.
std::filesystem::path model_kept_file(const std::filesystem::path& model, bool of_run);

/// In the place of another direction of its name, or mark of its step and point. Throws FieldError, or Problem 409
/// where there are too many.
void keep(KeptOfModel& kept, const KeepDirectionRequest& wanted);
void keep(KeptOfModel& kept, const KeepMarkRequest& wanted);
void forget(KeptOfModel& kept, const ForgetDirectionRequest& wanted);
void forget(KeptOfModel& kept, const ForgetMarkRequest& wanted);

/// Of the file's text. Throws Error.
KeptOfModel parse_model_kept(std::string_view text);
/// Throws Problem 409 where it would be longer than kMostKeptBytes.
std::string model_kept_text(const KeptOfModel& kept);

}  // namespace ganymede::serve
