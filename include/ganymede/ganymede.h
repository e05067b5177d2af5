// Ganymede for C++ programs: all of it. docs/library.md says how to build with it and what stays the same between
// versions; <ganymede.h> is the same for C and every language that speaks it. No LibTorch header is needed.
#pragma once

#include "ganymede/control.h"
#include "ganymede/engine.h"
#include "ganymede/error.h"
#include "ganymede/export.h"
#include "ganymede/image.h"
#include "ganymede/model.h"
#include "ganymede/operations.h"
#include "ganymede/runs.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

/// Of the library that is running: "0.1.0".
GANYMEDE_API const char* version();

/// Threads of the arithmetic on the thread that calls it; 0 is one for each processor. Returns what is in force.
GANYMEDE_API int set_thread_count(int count);

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
