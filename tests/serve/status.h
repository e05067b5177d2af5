#pragma once

#include <functional>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// The status that an action's Problem answers with; 200 where there is none.
inline int status_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Problem& problem) {
    return problem.status();
  }
  return 200;
}

}  // namespace ganymede::serve
