// Weights of other programs as a model of ours.
#pragma once

#include "ganymede/operations/control.h"
#include "ganymede/operations/import_request.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// Reads the files and writes `request.output`, a model file of the recipe's networks with their tensors, whole or not
/// at all. Nothing in the files is executed. A file or folder of this program's own (hub.h) needs no recipe; of other
/// tensors without one a recipe is proposed, where the output is a .toml file. Throws FieldError for a recipe that has
/// no place for them, or none where one is needed, Error with every difference where tensors do not fit, Cancelled.
ImportResult import_model(const ImportRequest& request, const Control& control = {});

}  // namespace ganymede::operations
