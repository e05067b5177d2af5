#include "ganymede/serve/model_kept.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/json_text.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;
using operations::FieldError;
using operations::Point;

constexpr std::string_view kPngInBase64 = "iVBORw0KGgo";  // what every PNG begins with

KeptPoint kept_point(const Point& point) {
  KeptPoint out{.truncation = point.truncation, .weights = point.weights};
  if (point.z.empty()) {
    out.seed = point.seed;
    out.index = point.index;
  } else {
    out.z = point.z;
  }
  if (!point.label.empty()) out.label = point.label;
  return out;
}

std::vector<KeptPoint> kept_points(const std::vector<Point>& points) {
  std::vector<KeptPoint> out;
  for (const auto& point : points) out.push_back(kept_point(point));
  return out;
}

/// What of `others` stays, when one `is_same` goes or is put anew.
template <class T, class IsSame>
void take_out(std::vector<T>& others, const IsSame& is_same) {
  others.erase(std::remove_if(others.begin(), others.end(), is_same), others.end());
}

auto is_mark(const ForgetMarkRequest& wanted) {
  return [step = wanted.step, point = kept_point(wanted.point)](const KeptMark& mark) {
    return mark.step.value == step && mark.point == point;
  };
}

template <class Request>
Request read_kept(const json& object) {
  Request request;
  operations::read_json(object, operations::fields_of(request), operations::Door::kServed);
  return request;
}

}  // namespace

std::filesystem::path model_kept_file(const std::filesystem::path& model, bool of_run) {
  return model.parent_path() / ((of_run ? "model" : model.stem().string()) + ".studio.json");
}

void keep(KeptOfModel& kept, const KeepDirectionRequest& wanted) {
  forget(kept, wanted);
  if (kept.directions.size() >= kMostKeptDirections)
    throw Problem(409, fmt::format("a model has {} directions at most: forget one", kMostKeptDirections));
  kept.directions.push_back({wanted.name, wanted.step, kept_points(wanted.with), kept_points(wanted.without)});
}

void keep(KeptOfModel& kept, const KeepMarkRequest& wanted) {
  if (!wanted.png.starts_with(kPngInBase64)) throw FieldError("png", "must be a PNG as base64");
  forget(kept, wanted);
  KeptMark mark{.point = kept_point(wanted.point), .png = wanted.png};
  mark.step.value = wanted.step;
  kept.marks.push_back(std::move(mark));
}

void forget(KeptOfModel& kept, const ForgetDirectionRequest& wanted) {
  take_out(kept.directions, [&](const KeptDirection& other) { return other.name == wanted.name; });
}

void forget(KeptOfModel& kept, const ForgetMarkRequest& wanted) {
  take_out(kept.marks, is_mark(wanted));
}

KeptOfModel parse_model_kept(std::string_view text) {
  constexpr const char* kFile = "studio.json of a model";
  const auto object = parse_json(text, kFile);
  KeptOfModel out;
  try {
    for (const auto& one : object.value("directions", json::array())) keep(out, read_kept<KeepDirectionRequest>(one));
    for (const auto& one : object.value("marks", json::array())) {
      json flat = one.at("point");
      flat["step"] = one.at("step");
      flat["png"] = one.at("png");
      keep(out, read_kept<KeepMarkRequest>(flat));
    }
  } catch (const json::exception&) {
    throw Error("is not what the studio keeps of a model", kFile);
  }
  return out;
}

std::string model_kept_text(const KeptOfModel& kept) {
  auto object = json_of(kept);
  object.erase("keeps");
  auto text = json_file_text(object);
  if (text.size() > kMostKeptBytes) throw Problem(409, "the model keeps no more: take back some of its marked images");
  return text;
}

}  // namespace ganymede::serve
