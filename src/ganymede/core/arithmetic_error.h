// LibTorch's exceptions, made ours.
#pragma once

#include "ganymede/core/error.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// LibTorch's own texts are for its developers: a place in its sources, a backtrace, its own words. They go to the log
/// (debug); this says what a user can do.
Error as_error(const c10::Error& error);

}  // namespace ganymede
