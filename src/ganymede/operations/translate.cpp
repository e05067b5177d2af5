#include "ganymede/operations/translate.h"

#include <algorithm>

#include "ganymede/core/files.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/image_store.h"
#include "ganymede/image/decode.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTogether = 64;

/// Those of a folder and of the folders in it.
std::vector<ImageFile> files_below(const fs::path& folder) {
  std::vector<ImageFile> out;
  std::error_code ignored;
  for (const auto& entry :
       fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored)) {
    if (entry.is_regular_file(ignored) && data::is_image_name(entry.path().filename().string())) {
      out.push_back({entry.path(), fs::relative(entry.path(), folder)});
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

/// At most kTogether.
std::vector<TranslatedImage> translated(const Model& model, std::span<const image::Image> images) {
  const auto& shape = model.encoder()->input_shape();
  std::vector<image::Image> given;
  for (const auto& one : images) {
    given.push_back(data::fitted(one, models::size_of(shape), data::Fit::kCrop, static_cast<int>(shape.channels())));
  }
  const Tensor codes = models::encode(*model.encoder(), models::from_images(given));
  auto made = models::to_images(models::generate(model.generator(), codes), model.recipe().data.bits);
  std::vector<TranslatedImage> out;
  for (std::size_t i = 0; i < given.size(); ++i) out.push_back({std::move(given[i]), std::move(made[i])});
  return out;
}

}  // namespace

std::vector<ImageFile> image_files_of(const TranslateRequest& request) {
  std::vector<ImageFile> out;
  std::error_code ignored;
  for (const auto& text : request.images) {
    const fs::path path(text);
    if (!fs::exists(path, ignored)) throw Error("no such image", text, "check the path");
    if (!fs::is_directory(path, ignored)) {
      out.push_back({path, path.filename()});
      continue;
    }
    auto below = files_below(path);
    if (below.empty()) {
      throw Error("the folder holds no images", text, "it needs files that end in .png, .jpg or .webp");
    }
    std::move(below.begin(), below.end(), std::back_inserter(out));
  }
  return out;
}

std::vector<TranslatedImage> translate(const Model& model, std::span<const image::Image> images,
                                       const Control& control) {
  model.require_translating();
  std::vector<TranslatedImage> out;
  for (std::size_t begin = 0; begin < images.size(); begin += kTogether) {
    control.check();
    auto part = translated(model, images.subspan(begin, std::min(kTogether, images.size() - begin)));
    std::move(part.begin(), part.end(), std::back_inserter(out));
    control.report(out.size(), images.size());
  }
  return out;
}

void translate(const Model& model, std::span<const ImageFile> files, const Control& control,
               const std::function<void(const ImageFile& file, TranslatedImage translated)>& each) {
  model.require_translating();
  for (std::size_t begin = 0; begin < files.size(); begin += kTogether) {
    control.check();
    const auto part = files.subspan(begin, std::min(kTogether, files.size() - begin));
    std::vector<image::Image> images;
    for (const auto& file : part) images.push_back(image::decode(read_file(file.path), file.path.string()));
    auto made = translated(model, images);
    for (std::size_t i = 0; i < part.size(); ++i) each(part[i], std::move(made[i]));
    control.report(begin + part.size(), files.size());
  }
}

}  // namespace ganymede::operations
