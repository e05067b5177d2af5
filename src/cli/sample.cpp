// ganymede sample MODEL
#include <fmt/ranges.h>

#include "cli/device.h"
#include "cli/request_flags.h"
#include "ganymede/core/log.h"
#include "ganymede/core/numbered_files.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/image/npy.h"
#include "ganymede/operations/generate.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct SampleFlags {
  std::string model, output;
  bool replace = false, json = false;
  operations::GenerateRequest request = {};
};

/// Whether everything goes into one file: a grid or an array.
bool is_file(const fs::path& output) {
  return output.extension() == ".png" || output.extension() == ".npy";
}

/// One grid or array, or a file for each image; the files written.
std::vector<std::string> write_images(const fs::path& output, const operations::GenerateResult& result) {
  if (is_file(output)) {
    std::vector<image::Image> images;
    for (const auto& one : result.images) images.push_back(one.image);
    if (output.extension() == ".npy") {
      write_file(output, image::encode_npy(images));
      return {output.string()};
    }
    if (!image::can_be_shown(images[0]) || images[0].bits > 8) {
      spdlog::info("the grid shows {} at 8 bits; a folder or a .npy file gets all",
                   image::can_be_shown(images[0]) ? "its images" : "the first channels");
    }
    write_file(output, image::encode_png(image::grid(images, static_cast<int>(result.columns))));
    return {output.string()};
  }
  std::vector<std::string> files;
  for (const auto& one : result.images) {
    // Named by its place among all that were generated, so the name finds the same image again for this seed.
    const fs::path file = output / numbered_name(one.index, result.generated, image::file_ending(one.image));
    write_file(file, image::encode_file(one.image));
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
  const fs::path output(flags.output);
  const auto model = operations::Model::load(flags.model, device_to_use());
  if (!is_file(output)) prepare_numbered_folder(output, ending_of(*model), flags.replace);
  const auto result = operations::generate(*model, flags.request);
  const auto files = write_images(output, result);
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
  fmt::print("{} images{} in {}\n", result.images.size(), of, flags.output);
  if (flags.request.best > 0) fmt::print("best first, by the discriminator: {}\n", fmt::join(indices, " "));
}

}  // namespace

void add_sample(CLI::App& app) {
  auto flags = std::make_shared<SampleFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  add_flags(app, operations::fields_of(flags->request));
  app.add_option("-o,--output", flags->output,
                 "a .png for one grid, a .npy for one array, anything else is a folder of single files")
      ->required();
  app.add_flag("--replace", flags->replace, "remove the numbered files that the folder holds first");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_sample(*flags); }); });
}

}  // namespace ganymede::cli
