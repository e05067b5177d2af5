// ganymede sample MODEL
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>

#include "cli/device.h"
#include "cli/image_output.h"
#include "cli/request_flags.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/core/numbered_files.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/chart.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/image/npy.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/origin.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct SampleFlags {
  std::string model, output;
  bool replace = false, json = false;
  operations::GenerateRequest request = {};
};

const std::vector<std::string> kSampleKinds = {".png", ".jpg", ".npy"};

/// By a whole factor, to 256 pixels or somewhat less.
image::Image enlarged_image(const image::Image& one) {
  constexpr int kEnlarged = 256;
  return image::upscale(image::shown(one), std::max(1, kEnlarged / std::max(one.width, one.height)));
}

/// What each column of a grid shows, where all its images are of one class; empty where one is of several, or all are
/// of the same.
std::vector<std::string> classes_of_columns(const operations::GenerateResult& result) {
  const auto columns = static_cast<std::size_t>(result.columns);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < result.images.size(); ++i) {
    const std::string& label = result.images[i].label;
    if (label.empty() || (i >= columns && label != names[i % columns])) return {};
    if (i < columns) names.push_back(label);
  }
  const bool differ = std::adjacent_find(names.begin(), names.end(), std::not_equal_to<>()) != names.end();
  return differ ? names : std::vector<std::string>{};
}

image::Image sheet_of(const operations::GenerateResult& result, const std::vector<image::Image>& images) {
  const image::Image grid = image::grid(images, static_cast<int>(result.columns));
  const auto names = classes_of_columns(result);
  return names.empty() || !image::can_draw_charts() ? grid : image::under_names(grid, names, images.front().width);
}

/// One grid or array, or a file for each image; the files written. `enlarged`: there is but one image, and its sheet
/// shows it large.
std::vector<std::string> write_images(const Output& output, const operations::Origin& origin,
                                      const operations::GenerateResult& result, bool enlarged) {
  if (!output.kind().empty()) {
    std::vector<image::Image> images;
    for (const auto& one : result.images) images.push_back(one.image);
    if (output.kind() == ".npy") {
      output.write(image::encode_npy(images));
      return {output.name()};
    }
    if (!image::can_be_shown(images[0]) || images[0].bits > 8) {
      spdlog::info("the grid shows {} at 8 bits; a folder or a .npy file gets all",
                   image::can_be_shown(images[0]) ? "its images" : "the first channels");
    }
    const auto texts = operations::texts_of_sheet(origin, result.images);
    const image::Image sheet = enlarged ? enlarged_image(images[0]) : sheet_of(result, images);
    output.write(encoded(sheet, output, texts));
    return {output.name()};
  }
  std::vector<std::string> files;
  for (const auto& one : result.images) {
    // Named by its place among all that were generated, so the name finds the same image again for this seed.
    const fs::path file =
        fs::path(output.name()) / numbered_name(one.index, result.generated, image::file_ending(one.image));
    write_file(file, image::encode_file(one.image, operations::texts_of(origin, one)));
    files.push_back(file.string());
  }
  return files;
}

/// Of the model's single images.
const char* ending_of(const operations::Model& model) {
  return image::file_ending(image::Image(0, 0, static_cast<int>(model.image_shape().channels())));
}

void run_sample(const SampleFlags& flags) {
  set_threads(globals().threads);
  const Output output(flags.output, kSampleKinds);
  if (output.is_stdout()) output.require_kind(flags.json);
  const auto model = operations::Model::load(flags.model, device_to_use());
  if (output.kind().empty()) prepare_numbered_folder(output.name(), ending_of(*model), flags.replace);
  const auto result = operations::generate(*model, flags.request);
  const auto origin = operations::origin_of(operations::model_name(flags.model), *model, flags.request);
  const auto files = write_images(output, origin, result, flags.request.best == 1);
  std::vector<std::int64_t> indices;
  auto classes = nlohmann::json::array();
  for (const auto& one : result.images) {
    indices.push_back(one.index);
    if (!one.label.empty()) classes.push_back(one.label);
  }
  if (flags.json) {
    nlohmann::json document{{"indices", indices}, {"classes", classes}, {"files", files}};
    if (result.seed) document["seed"] = *result.seed;
    return print_json(document);
  }
  const std::string of = result.seed ? fmt::format(" of seed {}", *result.seed) : "";
  output.say(fmt::format("{}{} in {}", counted(result.images.size(), "image"), of, flags.output));
  if (flags.request.best > 0) output.say(fmt::format("best first, by the discriminator: {}", fmt::join(indices, " ")));
}

}  // namespace

void add_sample(CLI::App& app) {
  auto flags = std::make_shared<SampleFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  add_flags(app, operations::fields_of(flags->request));
  app.add_option("-o,--output", flags->output,
                 "a .png or .jpg for one grid (with --best 1 the best image, enlarged), a .npy for one array, - for a "
                 "PNG on standard output (jpg:-, npy:-); "
                 "anything else is a folder of single files")
      ->required();
  app.add_flag("--replace", flags->replace, "remove the numbered files that the folder holds first");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_sample(*flags); }); });
}

}  // namespace ganymede::cli
