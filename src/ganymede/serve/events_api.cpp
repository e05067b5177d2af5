// One stream of what happens in several runs: browsers allow six connections to a host, and a page may show more runs.
#include <algorithm>

#include "ganymede/serve/api.h"
#include "ganymede/serve/queries.h"
#include "ganymede/serve/run_answers.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kRowsOfAnEvent = 1000;  ///< a longer table comes in pieces

std::string event_text(const std::string& name, const json& data) {
  return "event: " + name + "\ndata: " + data.dump(-1, ' ', false, json::error_handler_t::replace) + "\n\n";
}

/// What the client knows of one run.
struct Followed {
  std::string id;
  std::shared_ptr<const RunSnapshot> seen = {};
  std::size_t rows = 0;
};

/// What is new in `run` since it was asked last; at first its state alone, whose `rows` says what a client may lack.
std::string news_of(Followed& run, const Run& found) {
  const auto now = found.snapshot();
  std::string out;
  if (!run.seen) run.rows = now->rows();
  if (now->rows() < run.rows) run.rows = 0;  // begun anew, or resumed from an earlier checkpoint
  if (now->rows() > run.rows) {
    const auto answer = metrics_answer(*found.metrics(), run.rows, std::min(kRowsOfAnEvent, now->rows() - run.rows));
    run.rows = answer.rows;
    json metrics = json_of(answer);
    metrics["run"] = run.id;
    out += event_text("metrics", metrics);
  }
  if (now == run.seen) return out;
  const json overview = json_of(now->overview);
  if (!run.seen || overview != json_of(run.seen->overview)) out += event_text("state", overview);
  if (run.seen && now->samples != run.seen->samples)
    out += event_text("samples", {{"run", run.id}, {"samples", now->samples}});
  run.seen = now;
  return out;
}

Response follow(const Catalogue& catalogue, const Request& request) {
  auto followed = std::make_shared<std::vector<Followed>>();
  for (auto& id : query_of<StreamQuery>(request).runs) followed->push_back({.id = std::move(id)});
  const auto next = [followed, &catalogue]() -> std::optional<std::string> {
    std::string out;
    const auto runs = catalogue.runs();
    for (auto& one : *followed) {
      const auto run = std::find_if(runs.begin(), runs.end(), [&](const auto& known) { return known->id() == one.id; });
      if (run != runs.end()) out += news_of(one, **run);  // it may come back: runs come and go
    }
    return out;
  };
  return {.content_type = "text/event-stream",
          .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
          .events = next};
}

}  // namespace

void add_event_routes(Router& router, const Services& services) {
  router.add(
      "GET", "/api/v1/events",
      [&catalogue = services.catalogue](const Request& request) { return follow(catalogue, request); },
      RouteAbout{.id = "streamRuns",
                 .summary = "What happens in several runs, as it happens",
                 .answer =
                     "Server-sent events: `state` (a Run; the first says where each stands), `metrics` (new rows, "
                     "as in /metrics, with the `run`) and `samples` (the names of all of a `run`).",
                 .content = {{"text/event-stream", event_schema()}},
                 .parameters = parameters_of<StreamQuery>()});
}

}  // namespace ganymede::serve
