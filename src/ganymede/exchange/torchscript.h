// Graphs as TorchScript: what torch.jit.load takes, in Python and C++.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "ganymede/nn/graph.h"

namespace ganymede::exchange {

/// The text of a module's forward(), whose tensors are attributes c0, c1, ...: constants in the graph's order.
std::string torchscript_source(const nn::Graph& graph);

/// Writes the module, whole or not at all. `metadata` become extra files of the archive, which torch.jit.load returns
/// through its _extra_files. Throws Error when the file cannot be written.
void write_torchscript(const std::filesystem::path& path, const nn::Graph& graph,
                       const std::map<std::string, std::string>& metadata);

}  // namespace ganymede::exchange
