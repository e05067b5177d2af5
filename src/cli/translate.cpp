// ganymede translate MODEL IMAGE...
#include "ganymede/operations/translate.h"

#include <map>

#include "cli/device.h"
#include "cli/image_output.h"
#include "cli/request_flags.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/generate.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using operations::ImageFile;

constexpr size_t kLargestSheet = 1024;

struct TranslateFlags {
  std::string model, output;
  operations::TranslateRequest request = {};
  bool json = false;
};

/// Below the output folder.
fs::path written_name(const ImageFile& file) {
  return fs::path(file.name).replace_extension(".png");
}

void expect_own_names(const std::vector<ImageFile>& files) {
  std::map<fs::path, fs::path> taken;
  for (const auto& file : files) {
    const auto name = written_name(file);
    const auto [found, fresh] = taken.emplace(name, file.path);
    if (fresh) continue;
    throw UsageError(
        fmt::format("{} and {} would both become {}", found->second.string(), file.path.string(), name.string()),
        "ganymede translate", "translate them into two folders");
  }
}

void run_translate(const TranslateFlags& flags) {
  set_threads(globals().threads);
  const auto model = operations::Model::load(flags.model, device_to_use());
  model->require_translating();
  const auto images = operations::image_files_of(flags.request);
  expect_own_names(images);
  const Output to(flags.output, kImageKinds);
  if (to.is_stdout()) to.require_kind(flags.json);
  const bool sheet = !to.kind().empty();
  if (sheet && images.size() > kLargestSheet) {
    throw UsageError(fmt::format("{} too many for one sheet", counted(images.size(), "image is", "images are")),
                     flags.output, "name a folder with -o");
  }

  std::vector<image::Image> above, below;  // of a sheet
  auto files = nlohmann::json::array();
  Progress progress("translate", images.size(), "image");
  const operations::Control control{.cancel = {},
                                    .progress = [&](std::uint64_t done, std::uint64_t) { progress.update(done); }};
  operations::translate(*model, images, control, [&](const ImageFile& file, operations::TranslatedImage translated) {
    const fs::path written = sheet ? fs::path(flags.output) : flags.output / written_name(file);
    files.push_back({{"from", file.path.string()}, {"to", written.string()}});
    if (!sheet) return write_file(written, image::encode_png(translated.image));
    above.push_back(std::move(translated.given));
    below.push_back(std::move(translated.image));
  });
  progress.finish();
  if (sheet) {
    const auto columns = models::grid_columns(0, static_cast<std::int64_t>(images.size()));
    to.write(encoded(image::pair_grid(above, below, static_cast<int>(columns)), to));
  }
  if (flags.json) return print_json({{"files", files}});
  to.say(fmt::format("{} translated into {}", counted(images.size(), "image"), flags.output));
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
