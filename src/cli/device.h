// The device that a command works on.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::cli {

/// What --device chooses, said in the log where it is not the CPU. Throws as choose_device() does. A command that uses
/// one calls this once, before anything else is logged.
torch::Device device_to_use();
/// The same for process `local_rank` of this machine, which gets the GPU of that number where none is named.
torch::Device device_to_use(int local_rank);

}  // namespace ganymede::cli
