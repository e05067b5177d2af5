// Weights of other programs as a model of ours.
#pragma once

#include <filesystem>

#include "ganymede/operations/control.h"
#include "ganymede/operations/import_request.h"
#include "ganymede/operations/model.h"

namespace ganymede::operations {

struct ImportedNetwork {
  std::string network, file;
  bool by_order = false;  ///< names differed: layers were matched in order, by the shapes of their tensors
  std::vector<std::pair<std::string, std::string>> pairs = {};  ///< the file's name, ours (as an nn.Sequential's)
};
struct ImportResult {
  std::vector<ImportedNetwork> networks = {};
  std::vector<std::string> untouched = {};  ///< networks that no file gave: as before training
};

/// Reads the files and writes a model file of the recipe's networks with their tensors, whole or not at all. Nothing in
/// the files is executed. Throws Error with every difference where tensors do not fit.
ImportResult import_model(const ImportRequest& request, const std::filesystem::path& output,
                          const Control& control = {});

}  // namespace ganymede::operations
