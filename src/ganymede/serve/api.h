// The routes of the REST API, by resource.
#pragma once

#include <string>

#include "ganymede/operations/engine.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/data_folder.h"
#include "ganymede/serve/memory_budget.h"
#include "ganymede/serve/meters.h"
#include "ganymede/serve/own_recipes.h"
#include "ganymede/serve/process_use.h"
#include "ganymede/serve/router.h"
#include "ganymede/serve/slow_lane.h"
#include "ganymede/serve/training_images.h"
#include "ganymede/serve/trainings.h"
#include "ganymede/serve/watcher.h"
#include "ganymede/serve/workers.h"

namespace ganymede::serve {

/// What routes work with; outlives the router.
struct Services {
  Catalogue& catalogue;
  operations::Engine& engine;
  Workers& workers;
  TrainingImages& training_images;
  SlowLane& slow_lane;
  Trainings* trainings;  ///< null where none may be started
  OwnRecipes& own_recipes;
  const DataFolder& data_folder;
  MemoryBudget memory;  ///< the server's
  Watcher& watcher;
  GpuMeter& gpus;
  bool changes;  ///< clients may change what the folders of runs hold
};

/// /api/v1/models, /api/v1/models/{id} and the model file itself.
void add_model_routes(Router& router, const Services& services);
/// Throws Problem 403 where anybody may call.
void check_changes(const Services& services);

/// /api/v1/models/{id}/kept, and what changes it.
void add_model_kept_routes(Router& router, const Services& services);
/// POST /api/v1/models/{id}/OPERATION.
void add_operation_routes(Router& router, const Services& services);
/// POST /api/v1/models/{id}/project and translate.
void add_given_image_routes(Router& router, const Services& services);
/// POST /api/v1/models/{id}/export.
void add_export_route(Router& router, const Services& services);
/// /api/v1/runs and what is below it.
void add_run_routes(Router& router, const Services& services);
/// /api/v1/settings, /api/v1/trash, and keep and delete below a run.
void add_workbench_routes(Router& router, const Services& services);
/// /api/v1/events: one stream of several runs.
void add_event_routes(Router& router, const Services& services);
/// /api/v1/curves, and curves and thumbnail below a run.
void add_curve_routes(Router& router, const Services& services);
/// GET /api/v1/training; POST /api/v1/recipes/check, POST /api/v1/runs, and stop, resume, evaluate and features below a
/// run.
void add_training_routes(Router& router, const Services& services);
/// All of these.
void add_resource_routes(Router& router, const Services& services);

/// What /api/v1/openapi.json of any server answers with.
std::string api_description();

}  // namespace ganymede::serve
