#include "ganymede/serve/api.h"

#include "ganymede/serve/openapi.h"
#include "ganymede/serve/service_api.h"

namespace ganymede::serve {

void check_changes(const Services& services) {
  if (!services.changes)
    throw Problem(403, "this server was started with --open: anybody may look, nobody changes anything");
}

void add_resource_routes(Router& router, const Services& services) {
  add_model_routes(router, services);
  add_model_kept_routes(router, services);
  add_operation_routes(router, services);
  add_given_image_routes(router, services);
  add_export_route(router, services);
  add_run_routes(router, services);
  add_workbench_routes(router, services);
  add_event_routes(router, services);
  add_curve_routes(router, services);
  add_training_routes(router, services);
}

std::string api_description() {
  // Routes say what they are beside what they do: they are added to a server that nobody asks.
  Catalogue catalogue({}, torch::kCPU);
  Meters meters;
  Router router;
  ServerOptions any_port;
  any_port.port = 0;
  const Server server(any_port, {}, {}, {});
  SlowLane slow_lane;
  TrainingImages training_images(slow_lane);
  Workers workers(1);
  operations::Engine engine({});
  OwnRecipes own_recipes;
  const DataFolder data_folder;
  Watcher watcher(catalogue);
  GpuMeter gpus;
  add_resource_routes(router, {catalogue, engine, workers, training_images, slow_lane, nullptr, own_recipes,
                               data_folder, MemoryBudget(0), watcher, gpus, false});
  add_service_routes(router, {watcher, catalogue, engine, meters, server});
  return openapi_document(router);
}

}  // namespace ganymede::serve
