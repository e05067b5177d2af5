// What a web folder has beside its model, compiled in from studio/dist.
#pragma once

#include <string_view>

namespace ganymede::operations {

std::string_view web_page();            ///< index.html, in gzip
std::string_view web_worker();          ///< worker.js, in gzip
std::string_view web_webgpu();          ///< webgpu.js, in gzip
std::string_view web_runtime();         ///< ONNX Runtime Web's wasm, in xz
std::string_view web_webgpu_runtime();  ///< its wasm with WebGPU, in xz

}  // namespace ganymede::operations
