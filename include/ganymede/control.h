// How a call is watched and ended early, from any thread.
#pragma once

#include "ganymede/operations/control.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

using operations::CancelToken;
using operations::Control;           // {.cancel = token, .progress = callback}
using operations::JobTerms;          // {.deadline = time, .cancel = token}, of an Engine's job
using operations::ProgressCallback;  // hears (done, total) on the thread that works

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
