// Routes for those who run the server: health, metrics and the API's description.
#pragma once

#include "ganymede/operations/engine.h"
#include "ganymede/serve/meters.h"
#include "ganymede/serve/router.h"
#include "ganymede/serve/server.h"
#include "ganymede/serve/watcher.h"

namespace ganymede::serve {

/// What they tell of; outlives the router.
struct Watched {
  const Watcher& watcher;
  const Catalogue& catalogue;
  const operations::Engine& engine;
  const Meters& meters;
  const Server& server;
};

/// /healthz, /readyz, /metrics and /api/v1/openapi.json, which describes what the router has when it is asked for.
void add_service_routes(Router& router, const Watched& at);

}  // namespace ganymede::serve
