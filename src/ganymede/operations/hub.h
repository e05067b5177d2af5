// A model as a folder that the Hugging Face Hub takes, and such a folder as a model.
#pragma once

#include <optional>

#include "ganymede/operations/control.h"
#include "ganymede/operations/export_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/results.h"

namespace ganymede::operations {

/// The files of a hub's folder: the model itself, all of it; what it is as JSON; the card; some of its images.
inline constexpr const char *kHubModel = "model.safetensors", *kHubConfig = "config.json", *kHubCard = "README.md",
                            *kHubSamples = "samples.png";

/// Makes a folder for an export. Throws FieldError for `output` where there is one that is not empty.
void prepare_new_folder(const std::filesystem::path& folder);

/// Writes them into `request.output`, a folder that is new or empty; the model last, so that a folder that has one is
/// whole. Throws FieldError for one that is not empty.
std::vector<ExportedFile> export_hub(const Model& model, const ExportRequest& request, const Control& control);

/// The model file that `path` is or holds (kHubModel of a folder), where it is one of ours: with its recipe. Nothing
/// for other programs' tensors. Throws Error for what is damaged, a Git LFS pointer, and a folder without a model.
std::optional<checkpoint::SafetensorsFile> own_model(const std::filesystem::path& path);

}  // namespace ganymede::operations
