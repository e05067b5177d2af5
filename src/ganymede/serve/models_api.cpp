#include "ganymede/serve/api.h"

namespace ganymede::serve {

void add_model_routes(Router& router, const Services& services) {
  auto& catalogue = services.catalogue;
  router.add("GET", "/api/v1/models", [&](const Request&) {
    auto list = nlohmann::json::array();
    for (const auto& entry : catalogue.models()) list.push_back(entry->overview);
    return json_response({{"models", list}});
  });
  router.add("GET", "/api/v1/models/{id}", [&](const Request& request) {
    return json_response(catalogue.model(request.captured.at("id"))->details);
  });
  router.add("GET", "/api/v1/models/{id}/file", [&](const Request& request) {
    const auto entry = catalogue.model(request.captured.at("id"));
    return Response{.content_type = "application/octet-stream",
                    .headers = {{"Content-Disposition", "attachment; filename=\"" + entry->id + ".safetensors\""}},
                    .file = entry->file};
  });
}

}  // namespace ganymede::serve
