#include "ganymede/operations/export.h"

#include "ganymede/exchange/model_graph.h"
#include "ganymede/exchange/onnx.h"
#include "ganymede/exchange/state_dict.h"
#include "ganymede/exchange/torchscript.h"
#include "ganymede/operations/field.h"
#include "ganymede/operations/hub.h"
#include "ganymede/operations/web.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> described(const std::vector<nn::Graph::Port>& ports) {
  std::vector<std::string> out;
  for (const auto& port : ports) {
    std::string dims = "batch";
    for (const auto dim : port.dims) dims += fmt::format(", {}", dim);
    out.push_back(fmt::format("{} [{}]", port.name, dims));
  }
  return out;
}

/// Options that would have no effect are refused, not ignored.
void check(const ExportRequest& request, const Model& model) {
  const auto refuse = [](bool given, const char* field, const char* problem, const char* hint) {
    if (given) throw FieldError(field, problem, hint);
  };
  const bool hub = request.format == ExportFormat::kHub;
  const bool folder = hub || request.format == ExportFormat::kWeb;
  refuse(folder && request.network != ExportedNetwork::kGenerator, "network", "is not chosen for a folder",
         "leave it out: a hub's has the whole model, a page the generator");
  refuse(hub && request.weights == ExportedWeights::kF16, "weights", "must be f32 in a hub's folder",
         "it gives the model back bit for bit");
  refuse(!hub && request.license != ExportRequest().license, "license", "is for the card of a hub's folder",
         "leave it out");
  const bool tensors = request.format == ExportFormat::kSafetensors || folder;
  const bool discriminates = request.network == ExportedNetwork::kDiscriminator;
  refuse(tensors && request.pixels == ExportedPixels::kUint8, "pixels", "has no meaning in this format",
         "leave it out");
  refuse(tensors && request.labels == ExportedLabels::kWeights, "labels", "has no meaning in this format",
         "leave it out");
  refuse(model.recipe().data.bits == 16 && request.pixels == ExportedPixels::kUint8, "pixels",
         "would make 8 bits of the images' 16 bits", "leave it out: values from -1 to 1 keep them");
  refuse(discriminates && request.pixels == ExportedPixels::kUint8, "pixels", "is of a generator's images",
         "a discriminator reads floats from -1 to 1");
  refuse(request.format == ExportFormat::kTorchScript && request.weights == ExportedWeights::kF16, "weights",
         "must be f32 for TorchScript", "call .half() where it is loaded");
  const bool knows_classes = !model.classes().empty() || model.discriminator().classes() > 0;
  refuse(!knows_classes && request.labels == ExportedLabels::kWeights, "labels", "is for models that have classes",
         "leave it out");
}

fs::path place_of(const fs::path& output, const std::string& network, bool alone) {
  if (alone) return output;
  fs::path file = output;
  return file.replace_filename(output.stem().string() + "." + network + output.extension().string());
}

void write_tensors(const fs::path& file, const Model& model, const models::Network& network, ExportedWeights weights) {
  auto tensors = exchange::state_dict(network);
  for (auto& [name, tensor] : tensors) {
    if (weights == ExportedWeights::kF16 && tensor.is_floating_point()) tensor = tensor.to(at::kHalf);
  }
  auto metadata = checkpoint::metadata(model.recipe(), model.step(), model.classes(), model.conditions());
  metadata.erase("producer");  // the names are not those of a model file
  checkpoint::write_safetensors(file, tensors, metadata);
}

}  // namespace

std::vector<ExportedFile> export_model(const Model& model, const ExportRequest& request, const Control& control) {
  check(request, model);
  if (request.format == ExportFormat::kHub) return export_hub(model, request, control);
  if (request.format == ExportFormat::kWeb) return export_web(model, request, control);
  const exchange::GraphOptions options{
      // Conditions are no numbers of classes.
      request.labels == ExportedLabels::kWeights || !model.conditions().empty() ? nn::LabelInput::kWeights
                                                                                : nn::LabelInput::kIndex,
      request.pixels == ExportedPixels::kUint8};
  const auto metadata = exchange::graph_metadata(model.file(), options);
  std::vector<ExportedFile> files;
  for (const auto network : {ExportedNetwork::kGenerator, ExportedNetwork::kDiscriminator}) {
    if (request.network != network && request.network != ExportedNetwork::kBoth) continue;
    control.check();
    const bool generator = network == ExportedNetwork::kGenerator;
    const std::string name = generator ? "generator" : "discriminator";
    const fs::path file = place_of(request.output, name, request.network != ExportedNetwork::kBoth);
    if (request.format == ExportFormat::kSafetensors) {
      write_tensors(file, model, generator ? model.generator() : model.discriminator(), request.weights);
      files.push_back({file, name, {}, {}});
      continue;
    }
    const auto graph = generator ? exchange::generator_graph(model.file(), options)
                                 : exchange::discriminator_graph(model.file(), options);
    if (request.format == ExportFormat::kOnnx) {
      const bool half = request.weights == ExportedWeights::kF16;
      exchange::write_onnx(file, graph, half ? exchange::WeightType::kFloat16 : exchange::WeightType::kFloat32,
                           metadata);
    } else {
      exchange::write_torchscript(file, graph, metadata);
    }
    files.push_back({file, name, described(graph.inputs()), described(graph.outputs())});
  }
  return files;
}

}  // namespace ganymede::operations
