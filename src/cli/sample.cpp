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
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/chart.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/image/npy.h"
#include "ganymede/models/gan.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/origin.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct SampleFlags {
  std::string model, output, precision = "f32";
  bool replace = false, json = false;
  operations::GenerateRequest request = {};
};

/// What was written, image by image.
struct Written {
  std::vector<std::int64_t> indices = {};
  std::vector<std::string> labels = {}, files = {};
  std::optional<std::uint64_t> seed = {};

  explicit Written(std::size_t count) : indices(count), labels(count), files(count) {}
  void note(std::size_t place, const operations::GeneratedImage& one) {
    indices[place] = one.index;
    labels[place] = one.label;
  }
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

/// One grid or array. `enlarged`: there is but one image, and its sheet shows it large.
void write_sheet(const Output& output, const operations::Origin& origin, const operations::GenerateResult& result,
                 bool enlarged) {
  std::vector<image::Image> images;
  for (const auto& one : result.images) images.push_back(one.image);
  if (output.kind() == ".npy") return output.write(image::encode_npy(images));
  if (!image::can_be_shown(images[0]) || images[0].bits > 8) {
    spdlog::info("the grid shows {} at 8 bits; a folder or a .npy file gets all",
                 image::can_be_shown(images[0]) ? "its images" : "the first channels");
  }
  const auto texts = operations::texts_of_sheet(origin, result.images);
  const image::Image sheet = enlarged ? enlarged_image(images[0]) : sheet_of(result, images);
  output.write(encoded(sheet, output, texts));
}

/// The image's own file in a folder.
std::string write_one(const std::string& folder, const operations::Origin& origin,
                      const operations::GeneratedImage& one, std::int64_t generated) {
  // Named by its place among all that were generated, so the name finds the same image again for this seed.
  const fs::path file = fs::path(folder) / numbered_name(one.index, generated, image::file_ending(one.image));
  write_file_unsynced(file, image::encode_file(one.image, operations::texts_of(origin, one)));
  return file.string();
}

/// All images at once, into one file or a folder.
Written sample_together(const operations::Model& model, const operations::Origin& origin, const Output& output,
                        const operations::GenerateRequest& request) {
  const auto result = operations::generate(model, request);
  Written out(result.images.size());
  for (std::size_t i = 0; i < result.images.size(); ++i) out.note(i, result.images[i]);
  out.seed = result.seed;
  if (output.kind().empty()) {
    for (std::size_t i = 0; i < result.images.size(); ++i)
      out.files[i] = write_one(output.name(), origin, result.images[i], result.generated);
  } else {
    write_sheet(output, origin, result, request.best == 1);
    out.files = {output.name()};
  }
  return out;
}

/// Each image into its file as soon as it is there: threads generate, pack and write side by side.
Written sample_each(const operations::Model& model, const operations::Origin& origin, const Output& output,
                    const operations::GenerateRequest& request) {
  constexpr std::size_t kLong = 2000;  // images, from which on one wants to know how far it has come
  const std::size_t count = operations::images_of(request);
  std::optional<Progress> progress;
  if (count >= kLong) progress.emplace("generating", count, "image");
  const operations::Control control{.progress = [&](std::uint64_t done, std::uint64_t) {
    if (progress) progress->update(done);
  }};
  Written out(count);
  const auto take = [&](operations::GeneratedImage&& one) {
    const auto place = static_cast<std::size_t>(one.index);
    out.note(place, one);
    out.files[place] = write_one(output.name(), origin, one, static_cast<std::int64_t>(count));
  };
  out.seed = operations::generate_each(model, request, take, control).seed;
  return out;
}

/// Of the model's single images.
const char* ending_of(const operations::Model& model) {
  return image::file_ending(image::Image(0, 0, static_cast<int>(model.image_shape().channels())));
}

void run_sample(const SampleFlags& flags) {
  set_threads(globals().threads);
  const Output output(flags.output, kSampleKinds);
  if (output.is_stdout()) output.require_kind(flags.json);
  const auto device = device_to_use();
  const auto type = models::compute_type(*config::value_named<config::Precision>(flags.precision), device);
  const auto model = operations::Model::load(flags.model, device, type);
  if (output.kind().empty()) prepare_numbered_folder(output.name(), ending_of(*model), flags.replace);
  const auto origin = operations::origin_of(operations::model_name(flags.model), *model, flags.request);
  const bool each = output.kind().empty() && flags.request.best == 0;
  const Written written = (each ? sample_each : sample_together)(*model, origin, output, flags.request);
  if (flags.json) {
    auto classes = nlohmann::json::array();
    for (const auto& label : written.labels) {
      if (!label.empty()) classes.push_back(label);
    }
    nlohmann::json document{{"indices", written.indices}, {"classes", classes}, {"files", written.files}};
    if (written.seed) document["seed"] = *written.seed;
    return print_json(document);
  }
  const std::string of = written.seed ? fmt::format(" of seed {}", *written.seed) : "";
  output.say(fmt::format("{}{} in {}", counted(written.indices.size(), "image"), of, flags.output));
  if (flags.request.best > 0) {
    output.say(fmt::format("best first, by the discriminator: {}", fmt::join(written.indices, " ")));
  }
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
  app.add_option(
         "--precision", flags->precision,
         "of the generator's arithmetic: bf16, or auto (bf16 where the processor has it), is faster, and pixels "
         "then differ by a level or two of 255")
      ->check(CLI::IsMember(config::all_names<config::Precision>()))
      ->capture_default_str();
  app.add_flag("--replace", flags->replace, "remove the numbered files that the folder holds first");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_sample(*flags); }); });
}

}  // namespace ganymede::cli
