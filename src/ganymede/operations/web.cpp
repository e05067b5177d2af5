#include "ganymede/operations/web.h"

#include <nlohmann/json.hpp>

#include "ganymede/data/archive.h"
#include "ganymede/exchange/model_graph.h"
#include "ganymede/exchange/onnx.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/hub.h"
#include "ganymede/operations/web_assets.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNotice =
    "ort-wasm-simd-threaded*.wasm, webgpu.js and parts of worker.js are ONNX Runtime Web 1.30.0\n"
    "(https://github.com/microsoft/onnxruntime), Copyright (c) Microsoft Corporation, under the MIT License:\n"
    "https://github.com/microsoft/onnxruntime/blob/main/LICENSE\n"
    "index.html holds Preact (https://preactjs.com), Copyright (c) Jason Miller, under the MIT License.\n";

void check(const Model& model) {
  const auto refuse = [](bool given, const char* problem, const char* hint) {
    if (given) throw FieldError("format", problem, hint);
  };
  refuse(model.encoder() != nullptr, "'web' is for models that generate from noise", "this one translates images");
  refuse(!model.conditions().empty(), "'web' is for models with classes, or with none",
         "this one has conditions on a scale; export it as ONNX");
  const auto channels = model.image_shape().channels();
  refuse(channels != 1 && channels != 3, "'web' shows images of 1 or 3 channels", "export the model as ONNX");
}

void write_asset(const fs::path& path, std::string_view packed) {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 28;
  const auto* begin = reinterpret_cast<const std::uint8_t*>(packed.data());
  write_file(path, std::span<const std::uint8_t>(data::decompress({begin, packed.size()}, "the program", kLargest)));
}

/// What the studio knows of a model (studio/src/api/types.ts).
nlohmann::ordered_json about(const Model& model) {
  const auto& recipe = model.recipe();
  const auto& shape = model.image_shape();
  const bool uniform = recipe.latent.distribution == config::LatentDistribution::kUniform;
  std::int64_t parameters = 0;
  for (const auto& one : model.generator().parameters()) parameters += one.tensor.numel();
  return {{"id", recipe.name},
          {"title", recipe.title},
          {"recipe", recipe.name},
          {"run", nullptr},
          {"step", model.step()},
          {"image", {{"width", shape.width()}, {"height", shape.height()}, {"channels", shape.channels()}}},
          {"latent", {{"size", recipe.latent.size}, {"distribution", uniform ? "uniform" : "normal"}}},
          {"classes", model.classes()},
          {"data", recipe.data.name},
          {"ema", model.file().average.has_value()},
          {"parameters", parameters},
          {"bytes", 0}};
}

}  // namespace

std::vector<ExportedFile> export_web(const Model& model, const ExportRequest& request, const Control& control) {
  check(model);
  const fs::path folder(request.output);
  prepare_new_folder(folder);
  // Weights of classes, so that one class turns into another.
  const exchange::GraphOptions options{nn::LabelInput::kWeights, false};
  const auto type =
      request.weights == ExportedWeights::kF16 ? exchange::WeightType::kFloat16 : exchange::WeightType::kFloat32;
  std::vector<ExportedFile> files;
  for (const bool untrained : {false, true}) {
    control.check();
    const auto path = folder / (untrained ? "untrained.onnx" : "generator.onnx");
    exchange::write_onnx(path, exchange::generator_graph(model.file(), options, model.generator(untrained)), type,
                         exchange::graph_metadata(model.file(), options));
    files.push_back({path, untrained ? "untrained generator" : "generator", {}, {}});
  }
  write_asset(folder / "ort-wasm-simd-threaded.wasm", web_runtime());
  write_asset(folder / "ort-wasm-simd-threaded.asyncify.wasm", web_webgpu_runtime());
  write_asset(folder / "worker.js", web_worker());
  write_asset(folder / "webgpu.js", web_webgpu());
  write_file(folder / "NOTICE.txt", std::string_view(kNotice));
  write_file(folder / "model.json", about(model).dump(1) + "\n");
  write_asset(folder / "index.html", web_page());
  files.push_back({folder / "index.html", "page", {}, {}});
  return files;
}

}  // namespace ganymede::operations
