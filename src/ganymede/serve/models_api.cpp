#include "ganymede/serve/api.h"

namespace ganymede::serve {

void add_model_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  router.add(
      "GET", "/api/v1/models",
      [&](const Request&) {
        ModelList list;
        for (const auto& entry : catalogue.models()) list.models.push_back(entry->details);
        return json_response(json_of(list));
      },
      RouteAbout{.id = "listModels",
                 .summary = "The models served",
                 .answer = "They come and go as files do.",
                 .json = schema_of_answer<ModelList>()});
  router.add(
      "GET", "/api/v1/models/{id}",
      [&](const Request& request) {
        return json_response(json_of(catalogue.model(request.captured.at("id"))->details));
      },
      RouteAbout{.id = "getModel",
                 .summary = "A model with its layer tables and recipe",
                 .answer = "The model.",
                 .json = schema_of_answer<ModelDetails>()});
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
