#include <algorithm>

#include "ganymede/models/gan.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/queries.h"
#include "ganymede/serve/run_answers.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr std::size_t kRowsTogether = 1000;  ///< of a table in one event: a longer one comes in pieces

std::string event(const std::string& name, std::size_t id, const json& data) {
  return "event: " + name + "\nid: " + std::to_string(id) +
         "\ndata: " + data.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

/// What changed in a run since the last call, as server-sent events. The id of each is the number of rows known then.
class RunEvents {
 public:
  RunEvents(std::shared_ptr<const Run> run, std::size_t rows) : run_(std::move(run)), rows_(rows) {}

  std::string next() {
    const auto now = run_->snapshot();
    std::string out;
    if (now->rows() < rows_) rows_ = 0;  // begun anew, or resumed from an earlier checkpoint
    if (now->rows() > rows_) {
      const auto metrics = metrics_answer(*run_->metrics(), rows_, std::min(kRowsTogether, now->rows() - rows_));
      rows_ = metrics.rows;
      out += event("metrics", rows_, json_of(metrics));
    }
    if (now == seen_) return out;
    const json overview = json_of(now->overview);
    if (!seen_ || overview != json_of(seen_->overview)) out += event("state", rows_, overview);
    if (seen_ && now->samples != seen_->samples) out += event("samples", rows_, now->samples);
    seen_ = now;
    return out;
  }

 private:
  std::shared_ptr<const Run> run_;
  std::size_t rows_;
  std::shared_ptr<const RunSnapshot> seen_;
};

Response events(const std::shared_ptr<const Run>& run, const Request& request) {
  auto rows = query_of<EventsQuery>(request).rows;
  if (const auto last = request.header("last-event-id"); !last.empty()) {
    Request resumed = request;
    resumed.query["rows"] = last;
    rows = query_of<EventsQuery>(resumed).rows;
  }
  const auto state = std::make_shared<RunEvents>(run, rows.value_or(run->snapshot()->rows()));
  return {.content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
          .events = [state]() -> std::optional<std::string> { return state->next(); }};
}

using nlohmann::ordered_json;

RouteAbout about_metrics() {
  return {.id = "getMetrics",
          .summary = "What a run has logged",
          .answer = "By columns; an empty cell is null.",
          .json = schema_of_answer<MetricsAnswer>(),
          .parameters = parameters_of<MetricsQuery>()};
}

RouteAbout about_events() {
  const ordered_json header = {{"name", "Last-Event-ID"},
                               {"in", "header"},
                               {"schema", ordered_json::object({{"type", "string"}, {"pattern", "^[0-9]*$"}})}};
  auto parameters = parameters_of<EventsQuery>();
  parameters.push_back(header);
  return {.id = "streamEvents",
          .summary = "What happens in a run, as it happens",
          .answer =
              "Server-sent events: `metrics` (new rows, as in /metrics), `state` (a Run), `samples` (the names of "
              "all). The id of each is the number of rows known.",
          .content = {{"text/event-stream", event_schema()}},
          .parameters = parameters};
}

/// A sample is written once; the other images may be made again.
Response image_file(const Run& run, const std::string& name) {
  const auto file = run.image_file(name);
  const bool sample = file.parent_path().filename() == "samples";
  return {.content_type = file.extension() == ".svg" ? "image/svg+xml" : "image/png",
          .headers = {{"Cache-Control", sample ? "private, max-age=3600" : "no-cache"}},
          .file = file,
          .below = run.folder()};
}

}  // namespace

void add_run_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  const auto named = [&catalogue](const Request& request) { return catalogue.run(request.captured.at("id")); };
  const auto list = [&catalogue](const Request&) {
    RunList out;
    for (const auto& run : catalogue.runs()) out.runs.push_back(run->snapshot()->overview);
    return json_response(json_of(out));
  };
  router.add("GET", "/api/v1/runs", list,
             RouteAbout{.id = "listRuns",
                        .summary = "The runs found",
                        .answer = "Trainings, running or over.",
                        .json = schema_of_answer<RunList>()});
  router.add(
      "GET", "/api/v1/runs/{id}",
      [named](const Request& request) { return json_response(json_of(details_of(*named(request)))); },
      RouteAbout{.id = "getRun",
                 .summary = "A run with its recipe and environment",
                 .answer = "The run.",
                 .json = schema_of_answer<RunDetails>()});
  const auto metrics = [named, memory = services.memory](const Request& request) {
    const auto first = query_of<MetricsQuery>(request).first;
    const auto table = named(request)->metrics();
    if (table->rows() == 0) return json_response(json_of(metrics_answer(*table, first, 0)));
    Response response;
    response.memory = memory.take(metrics_text_bytes(*table, first));
    if (!response.memory) {
      throw Problem(503, "too many large tables are asked for at once", {}, {{"Retry-After", "1"}});
    }
    response.body = metrics_text(*table, first);
    return response;
  };
  router.add("GET", "/api/v1/runs/{id}/metrics", metrics, about_metrics());
  router.add(
      "GET", "/api/v1/runs/{id}/events", [named](const Request& request) { return events(named(request), request); },
      about_events());
  const auto any = ordered_json::object();
  router.add(
      "GET", "/api/v1/runs/{id}/samples/{file}",
      [named](const Request& request) { return image_file(*named(request), request.captured.at("file")); },
      RouteAbout{.id = "getSample",
                 .summary = "An image of a run",
                 .answer = "The image.",
                 .content = {{"image/png", any}, {"image/svg+xml", any}}});
}

}  // namespace ganymede::serve
