// What an export can be asked for. Installed: the standard library's types alone.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "ganymede/config/names.h"
#include "ganymede/operations/point.h"

namespace ganymede::operations {

enum class ExportFormat { kOnnx, kTorchScript, kSafetensors, kHub, kWeb };
enum class ExportedNetwork { kGenerator, kDiscriminator, kBoth };
enum class ExportedLabels { kIndex, kWeights };
enum class ExportedPixels { kFloat, kUint8 };
enum class ExportedWeights { kF32, kF16 };

struct ExportRequest {
  ExportFormat format = ExportFormat::kOnnx;
  ExportedNetwork network = ExportedNetwork::kGenerator;
  ExportedPixels pixels = ExportedPixels::kFloat;
  ExportedLabels labels = ExportedLabels::kIndex;
  ExportedWeights weights = ExportedWeights::kF32;
  std::string license = "unknown";
  std::string output = {};  ///< the file to write, or the folder
};

}  // namespace ganymede::operations

namespace ganymede::config {

template <>
struct Names<operations::ExportFormat> {
  using Format = operations::ExportFormat;
  static constexpr std::array<std::pair<const char*, Format>, 5> values{{{"onnx", Format::kOnnx},
                                                                         {"torchscript", Format::kTorchScript},
                                                                         {"safetensors", Format::kSafetensors},
                                                                         {"hub", Format::kHub},
                                                                         {"web", Format::kWeb}}};
};
template <>
struct Names<operations::ExportedNetwork> {
  using Network = operations::ExportedNetwork;
  static constexpr std::array<std::pair<const char*, Network>, 3> values{
      {{"generator", Network::kGenerator}, {"discriminator", Network::kDiscriminator}, {"both", Network::kBoth}}};
};
template <>
struct Names<operations::ExportedLabels> {
  static constexpr std::array<std::pair<const char*, operations::ExportedLabels>, 2> values{
      {{"index", operations::ExportedLabels::kIndex}, {"weights", operations::ExportedLabels::kWeights}}};
};
template <>
struct Names<operations::ExportedPixels> {
  static constexpr std::array<std::pair<const char*, operations::ExportedPixels>, 2> values{
      {{"float", operations::ExportedPixels::kFloat}, {"uint8", operations::ExportedPixels::kUint8}}};
};
template <>
struct Names<operations::ExportedWeights> {
  static constexpr std::array<std::pair<const char*, operations::ExportedWeights>, 2> values{
      {{"f32", operations::ExportedWeights::kF32}, {"f16", operations::ExportedWeights::kF16}}};
};

}  // namespace ganymede::config

namespace ganymede::operations {

template <class V>
void visit_fields(V& field, ExportRequest& r) {
  field(
      "format", r.format,
      {.about = "of the file: for runtimes, for torch.jit.load, tensors by the names of an nn.Sequential, or a folder "
                "as the Hugging Face Hub has it",
       .required = true});
  field("network", r.network, {.about = "which network; both go into two files"});
  field(
      "pixels", r.pixels,
      {.about = "how a generator's images leave: from -1 to 1 with channels first, or as 8-bit pixels, channels last"});
  field("labels", r.labels,
        {.about = "how classes are named: by their index, or by a weight for each, which mixes them"});
  field("weights", r.weights, {.about = "how the file holds weights; the arithmetic is f32 always"});
  field("license", r.license, {.about = "of the model, as the card of a hub folder names it: 'mit', 'cc-by-4.0', ..."});
  field("output", r.output,
        {.about = "the file to write, or of a hub the new folder; of both networks 'NAME.generator' and "
                  "'NAME.discriminator' with its ending",
         .letter = 'o',
         .required = true,
         .local = true});
}

}  // namespace ganymede::operations
