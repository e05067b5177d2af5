// What stands behind the public classes.
#pragma once

#include "ganymede/engine.h"
#include "ganymede/model.h"
#include "ganymede/operations/engine.h"
#include "ganymede/operations/model.h"

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
