// Progress on stderr: a bar with rate and time left on a terminal, plain lines at intervals otherwise.
#pragma once

#include "ganymede/core/task.h"

namespace ganymede::cli {

/// Draws at most 10 times a second on a terminal, and once every 10 seconds elsewhere; ends the line when it ends.
std::unique_ptr<ProgressDisplay> terminal_progress(const Stretch& stretch);

}  // namespace ganymede::cli
