// Stands in for onnx.cpp in builds without GANYMEDE_ONNX.
#include "ganymede/core/error.h"
#include "ganymede/exchange/onnx.h"

namespace ganymede::exchange {

void write_onnx(const std::filesystem::path& path, const nn::Graph&, WeightType,
                const std::map<std::string, std::string>&) {
  throw Error("this build writes no ONNX files", path.string(), "configure with -DGANYMEDE_ONNX=ON, with protobuf");
}

}  // namespace ganymede::exchange
