// Images of one domain as a model that translates makes them in another.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "ganymede/operations/control.h"
#include "ganymede/operations/model.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// A file that a request names, or that lies in a folder which it names.
struct ImageFile {
  std::filesystem::path path;
  std::filesystem::path name;  ///< below the folder that was named; of a file that was named its last part
};

/// The files of a request in its order, those of each folder, and of the folders in it, by their names. Throws Error
/// for what is not there and for a folder without images.
std::vector<ImageFile> image_files_of(const TranslateRequest& request);

struct TranslatedImage {
  image::Image given;  ///< as the encoder sees it: the largest part around the centre, of its shape, size and channels
  image::Image image;
};

/// One for one. Images may have any size. Progress counts them. Throws UsageError for a model that generates from
/// noise, Cancelled.
std::vector<TranslatedImage> translate(const Model& model, std::span<const image::Image> images,
                                       const Control& control = {});
/// The same for files, which are read and handed to `each` a few at a time, in order. Throws Error for one that is no
/// image.
void translate(const Model& model, std::span<const ImageFile> files, const Control& control,
               const std::function<void(const ImageFile& file, TranslatedImage translated)>& each);

}  // namespace ganymede::operations
