#include "ganymede/serve/service_api.h"

#include "ganymede/serve/answers.h"
#include "ganymede/serve/openapi.h"

namespace ganymede::serve {
namespace {

Response text_response(std::string_view type, std::string text) {
  return {.content_type = std::string(type), .body = std::move(text)};
}

std::string metrics_text(const Watched& at) {
  return at.meters.text(
      {{"ganymede_connections", "Connections open now.", static_cast<double>(at.server.connections())},
       {"ganymede_event_streams", "Event streams open now.", static_cast<double>(at.server.streams())},
       {"ganymede_queue_images", "Images waiting to be generated.", static_cast<double>(at.engine.waiting())},
       {"ganymede_queue_pictures", "The old name of ganymede_queue_images.", static_cast<double>(at.engine.waiting())},
       {"ganymede_models", "Models served.", static_cast<double>(at.catalogue.models().size())},
       {"ganymede_models_loaded", "Models in memory.", static_cast<double>(at.catalogue.loaded())},
       {"process_resident_memory_bytes", "Memory in use.", static_cast<double>(resident_bytes())}});
}

/// A text that is made when it is first asked for.
struct Once {
  std::once_flag flag;
  std::string text;
};

void add_health(Router& router, const Watched& at) {
  router.add(
      "GET", "/healthz", [](const Request&) { return json_response(json_of(Health{})); },
      RouteAbout{.id = "health",
                 .summary = "Whether the server answers",
                 .answer = "It does.",
                 .json = schema_of_answer<Health>(),
                 .open = true});
  router.add(
      "GET", "/readyz",
      [at](const Request&) {
        if (!at.watcher.ready()) throw Problem(503, "still looking for models", {}, {{"Retry-After", "1"}});
        return json_response(json_of(Health{.status = "ready", .models = at.catalogue.models().size()}));
      },
      RouteAbout{.id = "ready",
                 .summary = "Whether the server has looked for models",
                 .answer = "It has.",
                 .json = schema_of_answer<Health>(),
                 .open = true});
}

}  // namespace

void add_service_routes(Router& router, const Watched& at) {
  add_health(router, at);
  const std::string metrics_type = "text/plain; version=0.0.4; charset=utf-8";
  router.add(
      "GET", "/metrics", [at, metrics_type](const Request&) { return text_response(metrics_type, metrics_text(at)); },
      RouteAbout{.id = "metrics",
                 .summary = "Counters for Prometheus",
                 .answer = "In its text format.",
                 .content = {{metrics_type, {{"type", "string"}}}}});
  router.add(
      "GET", "/api/v1/openapi.json",
      [&router, once = std::make_shared<Once>()](const Request&) {
        std::call_once(once->flag, [&] { once->text = openapi_document(router); });
        return text_response("application/json", once->text);
      },
      RouteAbout{.id = "describe",
                 .summary = "This description",
                 .answer = "OpenAPI 3.1.",
                 .content = {{"application/json", {{"type", "object"}}}}});
}

}  // namespace ganymede::serve
