// ganymede explore interpolate|walk|blend|exemplars|arithmetic|direction|nearest|project MODEL
#include <fmt/ranges.h>

#include "cli/device.h"
#include "cli/request_flags.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/exemplars.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/interpolate.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/operations/project.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
namespace ops = operations;
using image::Image;
using nlohmann::json;
using ops::GeneratedImage;

constexpr int kCell = 64;  ///< pixels a side that images of a sheet are enlarged to, about

/// What all these commands have beside their request.
struct ExploreOutput {
  std::string model, file;
  double seconds = 0.05;
  bool json = false;
};

std::vector<Image> pixels_of(std::span<const GeneratedImage> generated) {
  std::vector<Image> out;
  for (const auto& one : generated) out.push_back(one.image);
  return out;
}

json latents_of(std::span<const GeneratedImage> generated) {
  auto rows = json::array();
  for (const auto& one : generated) rows.push_back(one.latent);
  return rows;
}

/// Progress on stderr.
ops::Control shown(Progress& progress) {
  return {.cancel = {}, .progress = [&progress](std::uint64_t done, std::uint64_t) { progress.update(done); }};
}

void finish(const ExploreOutput& output, const Bytes& file, const std::string& what, json document) {
  write_file(output.file, file);
  document["file"] = output.file;
  if (output.json) return print_json(document);
  fmt::print("{} in {}\n", what, output.file);
}

void finish_sheet(const ExploreOutput& output, const std::vector<image::LabelledRow>& rows, const std::string& title,
                  json document) {
  if (fs::path(output.file).extension() != ".png") {
    throw UsageError("labelled grids are written as PNG", output.file, "end the name in .png");
  }
  finish(output, image::encode_png(image::labelled_grid(rows, title, kCell)), title, std::move(document));
}

/// Frames as a strip or as an animation, by the file's ending.
void finish_frames(const ExploreOutput& output, const ops::FramesResult& result, const std::string& what,
                   json document) {
  const std::string ending = fs::path(output.file).extension().string();
  const auto frames = pixels_of(result.images);
  document["latents"] = latents_of(result.images);
  if (ending == ".png") {
    const int columns = static_cast<int>(std::min<size_t>(frames.size(), 16));
    return finish(output, image::encode_png(image::grid(frames, columns)), what, std::move(document));
  }
  const auto large = image::enlarged_frames(frames);
  const int milliseconds = static_cast<int>(output.seconds * 1000);
  finish(output, ending == ".gif" ? image::encode_gif(large, milliseconds) : image::encode_apng(large, milliseconds),
         what, std::move(document));
}

/// Before anything is generated.
void check_frames_ending(const ExploreOutput& output) {
  const std::string ending = fs::path(output.file).extension().string();
  if (ending == ".png" || ending == ".gif" || ending == ".apng") return;
  throw UsageError("frames are written as PNG, GIF or APNG", output.file,
                   "end the name in .png (a strip), .gif or .apng");
}

std::string name_of(ops::Interpolation interpolation) {
  return interpolation == ops::Interpolation::kLinear ? "linear" : "spherical";
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::InterpolateRequest& request) {
  check_frames_ending(output);
  const auto points = std::max<size_t>(2, request.points.size());
  const std::string name = name_of(request.interpolation);
  finish_frames(output, ops::interpolate(model, request),
                fmt::format("{} steps through {} images", request.frames, points),
                {{"interpolation", name}, {"way", name}});
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::WalkRequest& request) {
  check_frames_ending(output);
  const std::string name = name_of(request.interpolation);
  finish_frames(output, ops::walk(model, request),
                fmt::format("{} steps around {} images of seed {}", request.frames, request.points, request.seed),
                {{"interpolation", name}, {"way", name}, {"seed", request.seed}});
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::BlendRequest& request) {
  check_frames_ending(output);
  const auto result = ops::blend(model, request);
  finish_frames(output, result, fmt::format("{} mixes of {} points", result.images.size(), request.points.size()),
                json::object());
}

json accuracy_json(const train::Accuracy& accuracy) {
  return {{"accuracy", accuracy.share}, {"accuracy_of", accuracy.of}};
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::ExemplarsRequest& request) {
  const auto result = ops::exemplars(model, request);
  std::vector<image::LabelledRow> rows;
  auto classes = json::array();
  for (const auto& one : result.classes) {
    rows.push_back({fmt::format("{} ({:.0f} %)", one.name, 100 * one.share), pixels_of(one.images)});
    std::vector<std::string> points;
    for (const auto& generated : one.images) points.push_back(fmt::format("{}:{}", request.seed, generated.index));
    classes.push_back(
        {{"class", one.name}, {"share", one.share}, {"points", points}, {"probability", one.probabilities}});
    if (!output.json) fmt::print("{}: {}\n", one.name, fmt::join(points, ","));
  }
  finish_sheet(output, rows, fmt::format("The surest of {} images, and how many are named so", request.among),
               {{"classes", classes}, {"among", request.among}, {"classifier", accuracy_json(result.accuracy)}});
}

/// The points of an operand as images.
std::vector<GeneratedImage> operand(const ops::Model& model, const ops::ArithmeticRequest& request,
                                    const std::vector<ops::Point>& points) {
  ops::GenerateRequest wanted;
  static_cast<ops::GenerationOptions&>(wanted) = request;
  if (wanted.label.empty() && !model.classes().empty()) wanted.label = model.classes().front();
  wanted.points = points;
  wanted.seed = request.seed;
  return ops::generate(model, wanted).images;
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::ArithmeticRequest& request) {
  const auto result = ops::arithmetic(model, request);
  std::vector<image::LabelledRow> rows;
  json document{{"radius", request.radius}};
  const auto add = [&](const std::string& name, const char* title, const std::vector<ops::Point>& points,
                       const GeneratedImage& mean) {
    const auto generated = operand(model, request, points);
    rows.push_back({title, pixels_of(generated)});
    rows.back().images.push_back(mean.image);
    document[name] = latents_of(generated);
    document["mean_" + name] = mean.latent;
  };
  add("a", "A; mean", request.a, result.mean_a);
  add("b", "\u2212 B; mean", request.b, result.mean_b);
  add("c", "+ C; mean", request.c, result.mean_c);
  const auto nine = pixels_of(result.images);
  const char* const titles[] = {"", "= result and", "perturbations"};
  for (std::ptrdiff_t i = 0; i < 3; ++i) rows.push_back({titles[i], {nine.begin() + 3 * i, nine.begin() + 3 * i + 3}});
  document["result"] = result.images[4].latent;
  document["perturbations"] = document["neighbours"] = latents_of(result.images);
  std::string title = "A \u2212 B + C";
  if (result.named) {
    const auto& names = result.named->names;
    const json accuracy = accuracy_json(result.named->accuracy);
    document["classified"] = {{"classifier", accuracy}, {"result", names[4]}, {"perturbations", names}};
    document["judged"] = {{"classifier", accuracy}, {"result", names[4]}, {"neighbours", names}};
    title += fmt::format(": {}", names[4]);
  }
  finish_sheet(output, rows, title, std::move(document));
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::DirectionRequest& request) {
  const auto result = ops::direction(model, request);
  const auto images = pixels_of(result.images);
  std::vector<image::LabelledRow> rows;
  for (std::size_t i = 0; i < result.starts.size(); ++i) {
    const auto first = images.begin() + static_cast<std::ptrdiff_t>(i) * result.frames;
    rows.push_back({fmt::format("{}", i + 1), {first, first + result.frames}});
  }
  finish_sheet(output, rows, fmt::format("along the direction, from {:g} to {:g}", -request.strength, request.strength),
               {{"direction", result.direction}, {"latents", result.starts}});
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::NearestImagesRequest& request) {
  std::optional<Progress> progress;  // begun when the size of the data is known
  const auto result =
      ops::nearest_images(model, request, {.cancel = {}, .progress = [&](std::uint64_t done, std::uint64_t total) {
                                             if (!progress) progress.emplace("looking through", total, "image");
                                             progress->update(done);
                                           }});
  progress.reset();
  std::vector<image::LabelledRow> rows;
  auto lists = json::array();
  for (size_t i = 0; i < result.images.size(); ++i) {
    rows.push_back({"generated | nearest", {result.images[i].image}});
    auto& list = lists.emplace_back(json::array());
    for (const auto& one : result.nearest[i]) {
      rows.back().images.push_back(one.image);
      list.push_back({{"index", one.index}, {"distance", one.distance}});
      if (!one.label.empty()) list.back()["class"] = one.label;
    }
  }
  const char* by = request.features.empty() ? "pixels" : "features";
  finish_sheet(output, rows, fmt::format("The nearest of {} training images by {}", result.searched, by),
               {{"nearest", lists}, {"neighbours", lists}, {"data", result.data}});
}

void run_explore(const ExploreOutput& output, const ops::Model& model, const ops::ProjectRequest& request) {
  Progress progress("searching", static_cast<std::uint64_t>(request.steps), "step");
  const auto result = ops::project(model, request, shown(progress));
  progress.finish();
  finish_sheet(output, {{"given", result.given}, {"found", pixels_of(result.found)}},
               "Images and the nearest the generator makes",
               {{"errors", result.errors}, {"latents", latents_of(result.found)}});
}

template <class Request>
CLI::App& add_kind(CLI::App& app, const char* name, const char* summary, bool animated = false) {
  struct Kept {
    ExploreOutput output = {};
    Request request = {};
  };
  const auto kept = std::make_shared<Kept>();
  CLI::App& command = *app.add_subcommand(name, summary);
  command.add_option("model", kept->output.model, "a .safetensors file or a run folder")->required();
  add_flags(command, ops::fields_of(kept->request));
  command.add_option("-o,--output", kept->output.file, "the file to write")->required();
  if (animated) {
    command.add_option("--seconds", kept->output.seconds, "that an image of an animation stays")
        ->check(CLI::Range(0.01, 60.0))
        ->capture_default_str();
  }
  command.add_flag("--json", kept->output.json, "one JSON document, with the vectors");
  command.callback([kept] {
    run_request([&] {
      set_threads(globals().threads);
      run_explore(kept->output, *ops::Model::load(kept->output.model, device_to_use()), kept->request);
    });
  });
  return command;
}

}  // namespace

void add_explore(CLI::App& app) {
  app.require_subcommand(1);
  add_kind<ops::InterpolateRequest>(
      app, "interpolate", "an interpolation through points: a strip (.png) or an animation (.gif, .apng)", true);
  add_kind<ops::WalkRequest>(app, "walk", "a round through random points: a strip (.png) or an animation (.gif, .apng)",
                             true);
  add_kind<ops::BlendRequest>(app, "blend", "weighted mixes of points: a strip (.png) or an animation (.gif, .apng)",
                              true);
  add_kind<ops::ExemplarsRequest>(app, "exemplars",
                                  "images that a classifier of the training data is surest of, for each class");
  add_kind<ops::ArithmeticRequest>(app, "arithmetic", "A - B + C with eight perturbations, as a labelled grid");
  add_kind<ops::DirectionRequest>(app, "direction", "what tells two groups apart, added to other points");
  add_kind<ops::NearestImagesRequest>(app, "nearest",
                                      "the training images nearest to generated ones, as a labelled grid")
      .alias("neighbours");
  add_kind<ops::ProjectRequest>(app, "project", "the noise that makes the image most like a given one");
}

}  // namespace ganymede::cli
