#include "ganymede/serve/api.h"
#include "ganymede/serve/openapi.h"

namespace ganymede::serve {

namespace {

/// {"NAME": [ITEM, ...]}.
nlohmann::ordered_json list_schema(const std::string& name, const std::string& item) {
  nlohmann::ordered_json schema = {{"type", "object"}, {"required", {name}}};
  schema["properties"][name] = {{"type", "array"}, {"items", schema_ref(item)}};
  return schema;
}

}  // namespace

void add_model_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  router.add(
      "GET", "/api/v1/models",
      [&](const Request&) {
        auto list = nlohmann::json::array();
        for (const auto& entry : catalogue.models()) list.push_back(entry->overview);
        return json_response({{"models", list}});
      },
      RouteAbout{.id = "listModels",
                 .summary = "The models served",
                 .answer = "They come and go as files do.",
                 .content = json_content(list_schema("models", "Model"))});
  router.add(
      "GET", "/api/v1/models/{id}",
      [&](const Request& request) { return json_response(catalogue.model(request.captured.at("id"))->details); },
      RouteAbout{.id = "getModel",
                 .summary = "A model with its layer tables and recipe",
                 .answer = "The model.",
                 .content = json_content(schema_ref("ModelDetails"))});
  router.add(
      "GET", "/api/v1/models/{id}/file",
      [&](const Request& request) {
        const auto entry = catalogue.model(request.captured.at("id"));
        return Response{.content_type = "application/octet-stream",
                        .headers = {{"Content-Disposition", "attachment; filename=\"" + entry->id + ".safetensors\""}},
                        .file = entry->file};
      },
      RouteAbout{.id = "downloadModel",
                 .summary = "The model as safetensors",
                 .answer = "The file.",
                 .content = {{"application/octet-stream", nlohmann::ordered_json::object()}}});
}

}  // namespace ganymede::serve
