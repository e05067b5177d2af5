// What a list of many runs and a chart of a long one ask for: thinned columns of their tables, and thumbnails.
#include <algorithm>

#include "ganymede/serve/api.h"
#include "ganymede/serve/queries.h"
#include "ganymede/serve/run_answers.h"
#include "ganymede/serve/thumbnails.h"

namespace ganymede::serve {
namespace {

Response curves_of_many(const Catalogue& catalogue, const Request& request) {
  const auto query = query_of<CurvesOfRunsQuery>(request);
  CurvesAnswer out;
  for (const auto& run : catalogue.runs()) {
    const bool named = std::find(query.runs.begin(), query.runs.end(), run->id()) != query.runs.end();
    if (named || query.runs.empty())
      out.curves[run->id()] = curves_of(*run, query.columns, static_cast<std::size_t>(query.points));
  }
  return json_response(json_of(out));
}

}  // namespace

void add_curve_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  router.add(
      "GET", "/api/v1/curves", [&catalogue](const Request& request) { return curves_of_many(catalogue, request); },
      RouteAbout{.id = "getCurvesOfRuns",
                 .summary = "What many runs have logged, thinned to small charts",
                 .answer = "By runs, then by columns.",
                 .json = schema_of_answer<CurvesAnswer>(),
                 .parameters = parameters_of<CurvesOfRunsQuery>()});
  const auto one = [&catalogue](const Request& request) {
    const auto query = query_of<CurvesQuery>(request);
    const auto run = catalogue.run(request.captured.at("id"));
    return json_response(json_of(curves_of(*run, query.columns, static_cast<std::size_t>(query.points))));
  };
  router.add("GET", "/api/v1/runs/{id}/curves", one,
             RouteAbout{.id = "getCurves",
                        .summary = "What a run has logged, thinned to what a chart can show",
                        .answer = "By columns; of each stretch of rows the least value and the greatest.",
                        .json = schema_of_answer<MetricsAnswer>(),
                        .parameters = parameters_of<CurvesQuery>()});
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
                 .content = {{"image/png", nlohmann::ordered_json::object()}}});
}

}  // namespace ganymede::serve
