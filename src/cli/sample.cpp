// ganymede sample MODEL
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/device.h"
#include "cli/recipe_flags.h"
#include "ganymede/checkpoint/model_file.h"
#include "ganymede/core/numbered_files.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/draw.h"
#include "ganymede/models/pictures.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct SampleFlags {
  std::string model, output, label;
  std::int64_t count = 64, best = 0;
  std::uint64_t seed = 0;
  bool untrained = false, replace = false, json = false;
};

/// The class of each picture: the one asked for, or all in turn; undefined where the model draws no classes.
Tensor labels_of(const checkpoint::Model& model, const SampleFlags& flags) {
  if (flags.label.empty()) return models::grid_labels(model.gan.classes(), flags.count);
  if (model.classes.empty()) throw UsageError("the model draws no classes", flags.model, "leave --class away");
  const auto found = std::find(model.classes.begin(), model.classes.end(), flags.label);
  if (found == model.classes.end()) {
    throw UsageError(fmt::format("unknown class '{}'", flags.label), flags.model, suggest(flags.label, model.classes));
  }
  return at::full({flags.count}, found - model.classes.begin(), at::kLong);
}

void run(const SampleFlags& flags) {
  set_threads(globals().threads);
  const fs::path output(flags.output);
  if (output.extension() != ".png") prepare_numbered_folder(output, ".png", flags.replace);
  const auto model = checkpoint::load_drawing_model(flags.model, device_to_use());
  const Tensor latents = models::draw_numbered_latents(model.recipe.latent, flags.count, flags.seed);
  const Tensor labels = labels_of(model, flags);
  Tensor images = flags.untrained ? models::generate(model.untrained_generator(), latents, labels)
                                  : models::generate(model.generator(), latents, labels);

  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < flags.count; ++i) indices.push_back(i);
  if (flags.best > 0) {
    indices = models::rank(model.gan.discriminator, images, flags.best, labels);
    images = images.index_select(0, torch::tensor(indices));
  }
  const auto pictures = models::to_pictures(images);

  auto files = nlohmann::json::array();
  if (output.extension() == ".png") {
    const bool by_class = flags.label.empty() && flags.best == 0;
    const auto columns =
        models::grid_columns(by_class ? model.gan.classes() : 0, static_cast<std::int64_t>(pictures.size()));
    write_file(output, image::encode_png(image::grid(pictures, static_cast<int>(columns))));
    files.push_back(output.string());
  } else {
    for (size_t i = 0; i < pictures.size(); ++i) {
      // Named by its place among all that were drawn, so the name finds the same picture again for this seed.
      const fs::path file = output / numbered_name(indices[i], flags.count, ".png");
      write_file(file, image::encode_png(pictures[i]));
      files.push_back(file.string());
    }
  }
  auto classes = nlohmann::json::array();
  if (labels.defined()) {
    for (const auto index : indices)
      classes.push_back(model.classes[static_cast<size_t>(labels[index].item<std::int64_t>())]);
  }
  if (flags.json)
    return print_json({{"seed", flags.seed}, {"indices", indices}, {"classes", classes}, {"files", files}});
  fmt::print("{} pictures of seed {} in {}\n", pictures.size(), flags.seed, flags.output);
  if (flags.best > 0) fmt::print("best first, by the discriminator: {}\n", fmt::join(indices, " "));
}

}  // namespace

void add_sample(CLI::App& app) {
  auto flags = std::make_shared<SampleFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  app.add_option("-n,--count", flags->count, "how many to draw")->check(CLI::Range(1, 100000))->capture_default_str();
  add_seed(app, flags->seed, "the same seed gives the same pictures");
  app.add_option("--class", flags->label, "draw this class only; a conditional model draws all in turn otherwise");
  app.add_flag("--untrained", flags->untrained, "draw with the generator as it was before training");
  app.add_option("--best", flags->best, "keep only the K that the discriminator finds most real")
      ->check(CLI::PositiveNumber);
  app.add_option("-o,--output", flags->output, "a .png for one grid, anything else is a folder of single files")
      ->required();
  app.add_flag("--replace", flags->replace, "remove the numbered .png files that the folder holds first");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
