// A model as a page for any host: it generates in the visitor's browser.
#pragma once

#include "ganymede/operations/control.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// Writes the page (index.html, its worker and ONNX Runtime Web), the generator as it is and as it was before training
/// (ONNX), and model.json into `request.output`, a folder that is new or empty. Throws FieldError for a folder that is
/// not empty, and for a model that such a page cannot show.
std::vector<ExportedFile> export_web(const Model& model, const ExportRequest& request, const Control& control);

}  // namespace ganymede::operations
