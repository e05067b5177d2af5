// --seed, for commands that are no operation.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <type_traits>

#include "ganymede/config/seed.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::cli {

/// Adds --seed to a command: config/seed.h's rule, with its words.
template <class T>
void add_seed(CLI::App& app, T& seed, const std::string& about) {
  const auto take = [&seed](const std::string& text) { seed = config::parse_seed(text, "--seed"); };
  auto* flag = app.add_option_function<std::string>("--seed", take, about)->type_name("N");
  if constexpr (std::is_integral_v<T>) flag->default_str(std::to_string(seed));
}

}  // namespace ganymede::cli
