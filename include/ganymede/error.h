// The errors that the library throws.
#pragma once

#include "ganymede/core/error.h"
#include "ganymede/operations/control.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

// Error: it failed (a missing file, damaged data); UsageError, an Error: it was asked for what cannot be meant. Both
// say what_happened(), where() and how to fix it; what() is all of that. Memory that ran out is std::bad_alloc.
using operations::Busy;       // an Engine's queue is full; an Error
using operations::Cancelled;  // a token was cancelled; an Error
using operations::Late;       // an Engine did not begin by the deadline; an Error

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
