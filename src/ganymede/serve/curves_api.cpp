// What a list of many runs and a chart of a long one ask for: thinned columns of their tables, and thumbnails.
#include <algorithm>
#include <cmath>

#include "ganymede/serve/api.h"
#include "ganymede/serve/query.h"
#include "ganymede/serve/thinning.h"
#include "ganymede/serve/thumbnails.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxPoints = 10'000, kMaxPointsOfMany = 500;
constexpr std::size_t kMaxNames = 64, kMaxListed = 1000;

/// As in /metrics, where `first` is 0 and the columns are shorter than `rows`. All columns, unless some are named.
json curves_of(const RunSnapshot& run, const std::vector<std::string>& columns, std::size_t points) {
  json out = {{"first", 0}, {"rows", run.rows()}, {"columns", json::object()}};
  if (!run.metrics) return out;
  for (const auto& name : run.metrics->columns) {
    if (!columns.empty() && std::find(columns.begin(), columns.end(), name) == columns.end()) continue;
    auto& values = out["columns"][name] = json::array();
    for (const double value : thinned(*run.metrics->find(name), points))
      values.push_back(std::isfinite(value) ? json(value) : json(nullptr));
  }
  return out;
}

Response curves_of_many(const Catalogue& catalogue, const Request& request) {
  const auto points = number_in(request, "points", 48, 2, kMaxPointsOfMany);
  const auto columns = words_in(request, "columns", kMaxNames), wanted = words_in(request, "runs", kMaxListed);
  json curves = json::object();
  for (const auto& run : catalogue.runs()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), run->id()) == wanted.end()) continue;
    curves[run->id()] = curves_of(*run->snapshot(), columns, points);
  }
  return json_response({{"curves", curves}});
}

ordered_json text_parameter(const char* name, const char* about) {
  return {
      {"name", name}, {"in", "query"}, {"description", about}, {"schema", ordered_json::object({{"type", "string"}})}};
}

ordered_json points_parameter(std::size_t most) {
  return {{"name", "points"},
          {"in", "query"},
          {"description", "How many values of a column at most, about; peaks stay."},
          {"schema", ordered_json::object({{"type", "integer"}, {"minimum", 2}, {"maximum", most}})}};
}

ordered_json curves_schema() {
  return ordered_json::parse(R"({"type": "object", "required": ["first", "rows", "columns"], "properties": {
    "first": {"type": "integer"},
    "rows": {"type": "integer", "description": "Of the table."},
    "columns": {"type": "object",
                "additionalProperties": {"type": "array", "items": {"type": ["number", "null"]}}}}})");
}

RouteAbout about_many() {
  ordered_json schema = {{"type", "object"}, {"required", {"curves"}}};
  schema["properties"]["curves"] = {{"type", "object"}, {"additionalProperties", curves_schema()}};
  return {.id = "getCurvesOfRuns",
          .summary = "What many runs have logged, thinned to small charts",
          .answer = "By runs, then by columns.",
          .content = {{"application/json", schema}},
          .parameters = {points_parameter(kMaxPointsOfMany), text_parameter("columns", "By commas; all, if absent."),
                         text_parameter("runs", "By commas; all, if absent.")}};
}

}  // namespace

void add_curve_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  router.add(
      "GET", "/api/v1/curves", [&catalogue](const Request& request) { return curves_of_many(catalogue, request); },
      about_many());
  const auto one = [&catalogue](const Request& request) {
    const auto points = number_in(request, "points", 2000, 2, kMaxPoints);
    const auto columns = words_in(request, "columns", kMaxNames);
    return json_response(curves_of(*catalogue.run(request.captured.at("id"))->snapshot(), columns, points));
  };
  router.add("GET", "/api/v1/runs/{id}/curves", one,
             RouteAbout{.id = "getCurves",
                        .summary = "What a run has logged, thinned to what a chart can show",
                        .answer = "By columns; of each stretch of rows the least value and the greatest.",
                        .content = {{"application/json", curves_schema()}},
                        .parameters = {points_parameter(kMaxPoints),
                                       text_parameter("columns", "By commas; all, if absent.")}});
  const auto thumbnails = std::make_shared<Thumbnails>();
  router.add(
      "GET", "/api/v1/runs/{id}/thumbnail",
      [&catalogue, thumbnails](const Request& request) {
        const auto png = thumbnails->of(*catalogue.run(request.captured.at("id")));
        return Response{.content_type = "image/png", .body = std::string(png.begin(), png.end())};
      },
      RouteAbout{.id = "getThumbnail",
                 .summary = "The first images of a run's newest sample",
                 .answer = "A PNG of about 64 pixels a side.",
                 .content = {{"image/png", ordered_json::object()}}});
}

}  // namespace ganymede::serve
