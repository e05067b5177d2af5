// The handles of the C interface.
#pragma once

#include <memory>
#include <string>

#include "ganymede.h"
#include "ganymede/control.h"
#include "ganymede/library/c_errors.h"
#include "ganymede/model.h"

struct ganymede_recipe {
  ganymede::Recipe recipe;
  std::string toml;
};

struct ganymede_model {
  ganymede::Model model;
  std::string json;
};

struct ganymede_control {
  ganymede::Control control = {};
};

namespace ganymede::library {

/// Hands an object over to a C caller.
template <class T>
void give(T** out, const char* name, std::unique_ptr<T> object) {
  required(out, name) = object.release();
}

inline Control control_of(const ganymede_control* control) {
  return control == nullptr ? Control{} : control->control;
}

}  // namespace ganymede::library
