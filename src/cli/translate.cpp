// ganymede translate MODEL IMAGE...
#include <algorithm>
#include <map>

#include "cli/device.h"
#include "cli/image_output.h"
#include "cli/request_flags.h"
#include "ganymede/core/files.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/image_store.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/gan.h"
#include "ganymede/operations/project.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kAtOnce = 256;
constexpr size_t kLargestSheet = 1024;

struct TranslateFlags {
  std::string model, output;
  operations::TranslateRequest request = {};
  bool json = false;
};

struct Image {
  fs::path from, name;  ///< where it lies, and below the output folder
};

/// The images named, and those in the folders named, with their paths below them.
std::vector<Image> image_files_of(const std::vector<std::string>& given) {
  std::vector<Image> out;
  std::error_code ignored;
  for (const auto& text : given) {
    const fs::path path(text);
    if (!fs::exists(path, ignored)) throw Error("no such image", text, "check the path");
    if (!fs::is_directory(path, ignored)) {
      out.push_back({path, path.filename()});
      continue;
    }
    const size_t before = out.size();
    for (const auto& entry :
         fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, ignored)) {
      if (entry.is_regular_file(ignored) && data::is_image_name(entry.path().filename().string())) {
        out.push_back({entry.path(), fs::relative(entry.path(), path)});
      }
    }
    if (out.size() == before)
      throw Error("the folder holds no images", text, "it needs files that end in .png, .jpg or .webp");
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  std::map<fs::path, fs::path> taken;
  for (auto& image : out) {
    image.name.replace_extension(".png");
    const auto [found, fresh] = taken.emplace(image.name, image.from);
    if (!fresh) {
      throw UsageError(fmt::format("{} and {} would both become {}", found->second.string(), image.from.string(),
                                   image.name.string()),
                       "ganymede translate", "translate them into two folders");
    }
  }
  return out;
}

void run_translate(const TranslateFlags& flags) {
  set_threads(globals().threads);
  const auto model = operations::Model::load(flags.model, device_to_use());
  model->require_translating();
  const auto& shape = model->encoder()->input_shape();
  const auto images = image_files_of(flags.request.images);
  const Output to(flags.output, kImageKinds);
  if (to.is_stdout()) to.require_kind(flags.json);
  const fs::path output(flags.output);
  const bool sheet = !to.kind().empty();
  if (sheet && images.size() > kLargestSheet) {
    throw UsageError(fmt::format("{} images are too many for one sheet", images.size()), flags.output,
                     "name a folder with -o");
  }

  std::vector<image::Image> all_above, all_below;
  auto files = nlohmann::json::array();
  Progress progress("translate", images.size(), "image");
  for (size_t begin = 0; begin < images.size(); begin += kAtOnce) {
    const size_t end = std::min(begin + kAtOnce, images.size());
    std::vector<image::Image> above;
    for (size_t i = begin; i < end; ++i) {
      const auto where = images[i].from.string();
      above.push_back(data::fitted(image::decode(read_file(images[i].from), where), models::size_of(shape),
                                   data::Fit::kCrop, static_cast<int>(shape.channels())));
    }
    auto below = operations::translate(*model, above);
    for (size_t i = begin; i < end && !sheet; ++i) {
      const fs::path file = output / images[i].name;
      write_file(file, image::encode_png(below[i - begin]));
      files.push_back({{"from", images[i].from.string()}, {"to", file.string()}});
    }
    progress.update(end);
    if (!sheet) continue;
    std::move(above.begin(), above.end(), std::back_inserter(all_above));
    std::move(below.begin(), below.end(), std::back_inserter(all_below));
  }
  progress.finish();
  if (sheet) {
    const auto columns = models::grid_columns(0, static_cast<std::int64_t>(images.size()));
    to.write(encoded(image::pair_grid(all_above, all_below, static_cast<int>(columns)), to));
    for (const auto& image : images) files.push_back({{"from", image.from.string()}, {"to", output.string()}});
  }
  if (flags.json) return print_json({{"files", files}});
  to.say(fmt::format("{} images translated into {}", images.size(), flags.output));
}

}  // namespace

void add_translate(CLI::App& app) {
  auto flags = std::make_shared<TranslateFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  add_flags(app, operations::fields_of(flags->request));
  app.add_option("-o,--output", flags->output,
                 "a folder for single files, or a .png, a .jpg or - (standard output) for one sheet of pairs")
      ->required();
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_translate(*flags); }); });
}

}  // namespace ganymede::cli
