// Graphs as ONNX files (https://onnx.ai), which most runtimes read.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "ganymede/nn/graph.h"

namespace ganymede::exchange {

/// The version of the operators that files name.
inline constexpr int kOnnxOperators = 21;

/// How a file holds its weights; the arithmetic is f32 always.
enum class WeightType { kFloat32, kFloat16 };

/// Writes the file, whole or not at all. Metadata are names and texts, as runtimes show them.
/// Throws Error where the program was built without protobuf, or the file cannot be written.
void write_onnx(const std::filesystem::path& path, const nn::Graph& graph, WeightType weights,
                const std::map<std::string, std::string>& metadata);

}  // namespace ganymede::exchange
