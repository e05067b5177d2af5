// What stands behind the public classes.
#pragma once

#include "ganymede/engine.h"
#include "ganymede/model.h"
#include "ganymede/operations/engine.h"
#include "ganymede/operations/model.h"

namespace ganymede::library {

/// The log goes to stderr: spdlog's own, to stdout, would mix with a program's results. Where the program has set a
/// logger of its own, that one hears.
void start_log_once();

}  // namespace ganymede::library

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

struct Recipe::Impl {
  config::Recipe recipe;
};

struct Model::Impl {
  operations::ModelPtr model;
};

struct Engine::Impl {
  explicit Impl(const Options& options)
      : engine({.queue = options.queue, .replicas = options.replicas, .threads = options.threads}) {}
  operations::Engine engine;
};

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
