// A model's networks as files for other programs.
#pragma once

#include <filesystem>

#include "ganymede/operations/control.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/model.h"

namespace ganymede::operations {

struct ExportedFile {
  std::filesystem::path path;
  std::string network;               ///< "generator" or "discriminator"
  std::vector<std::string> inputs;   ///< "z [batch, 100]"; tensors of a safetensors file have none
  std::vector<std::string> outputs;  ///< "image [batch, 3, 64, 64]"
};

/// Writes `output`, or for both networks "NAME.generator.ext" and "NAME.discriminator.ext", whole or not at all.
/// Throws FieldError for options that the format does not have, Error when a file cannot be written, Cancelled.
std::vector<ExportedFile> export_model(const Model& model, const ExportRequest& request,
                                       const std::filesystem::path& output, const Control& control = {});

}  // namespace ganymede::operations
