// A model's networks as files for other programs.
#pragma once

#include "ganymede/operations/control.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// Writes `request.output`, or for both networks "NAME.generator.ext" and "NAME.discriminator.ext", whole or not at
/// all. Throws FieldError for options that the format does not have, Error when a file cannot be written, Cancelled.
std::vector<ExportedFile> export_model(const Model& model, const ExportRequest& request, const Control& control = {});

}  // namespace ganymede::operations
