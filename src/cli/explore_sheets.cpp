#include <fmt/ranges.h>

#include "cli/explore.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/core/progress.h"
#include "ganymede/image/encode.h"
#include "ganymede/operations/arithmetic.h"
#include "ganymede/operations/exemplars.h"
#include "ganymede/operations/generate.h"
#include "ganymede/operations/nearest_images.h"
#include "ganymede/operations/project.h"

namespace ganymede::cli {
namespace {

namespace ops = operations;
using nlohmann::json;
using ops::GeneratedImage;

constexpr int kCell = 64;  ///< pixels a side that images of a sheet are enlarged to, about

/// Progress on stderr.
ops::Control shown(Progress& progress) {
  return {.cancel = {}, .progress = [&progress](std::uint64_t done, std::uint64_t) { progress.update(done); }};
}

/// Throws UsageError where it cannot be one.
Output sheet_output(const SheetOutput& output) {
  Output to(output.file, kImageKinds);
  to.require_kind(output.json);
  return to;
}

void finish_sheet(const SheetOutput& output, const ops::ImageTexts& texts, const std::vector<image::LabelledRow>& rows,
                  const std::string& title, json document) {
  const Output to = sheet_output(output);
  finish(output, to, encoded(image::labelled_grid(rows, title, kCell), to, texts), title, std::move(document));
}

json accuracy_json(const train::Accuracy& accuracy) {
  return {{"accuracy", accuracy.share}, {"accuracy_of", accuracy.of}};
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

/// What the operands are called: three names, or A, B and C.
std::vector<std::string> operand_names(const SheetOutput& output) {
  if (output.labels.empty()) return {"A", "B", "C"};
  if (output.labels.size() != 3) {
    throw UsageError(fmt::format("{} for three operands", counted(output.labels.size(), "name")), "--labels",
                     "name A, B and C: --labels 'smiling woman,woman,man'");
  }
  return output.labels;
}

}  // namespace

void run_explore(const SheetOutput& output, const ops::Model& model, const ops::ExemplarsRequest& request) {
  sheet_output(output);  // before anything is generated
  const auto result = ops::exemplars(model, request);
  std::vector<image::LabelledRow> rows;
  auto classes = json::array();
  for (const auto& one : result.classes) {
    rows.push_back({fmt::format("{} ({:.0f} %)", one.name, 100 * one.share), pixels_of(one.images)});
    std::vector<std::string> points, asked;
    for (const auto& generated : one.images) {
      points.push_back(fmt::format("{}:{}", request.seed, generated.index));
      if (!generated.label.empty()) asked.push_back(generated.label);
    }
    classes.push_back(
        {{"class", one.name}, {"share", one.share}, {"points", points}, {"probability", one.probabilities}});
    if (!asked.empty()) classes.back()["asked"] = asked;
    if (!output.json) fmt::print("{}: {}\n", one.name, fmt::join(points, ","));
  }
  finish_sheet(output, texts_of(output, model, request), rows,
               fmt::format("The surest of {}, and how many are named so", counted(request.among, "image")),
               {{"classes", classes}, {"among", request.among}, {"classifier", accuracy_json(result.accuracy)}});
}

void run_explore(const SheetOutput& output, const ops::Model& model, const ops::ArithmeticRequest& request) {
  sheet_output(output);  // before anything is generated
  const auto operands = operand_names(output);
  const auto result = ops::arithmetic(model, request);
  std::vector<image::LabelledRow> rows;
  json document{{"radius", request.radius}};
  const auto add = [&](const std::string& name, const std::string& title, const std::vector<ops::Point>& points,
                       const GeneratedImage& mean) {
    const auto generated = operand(model, request, points);
    rows.push_back({title, pixels_of(generated)});
    rows.back().images.push_back(mean.image);
    rows.back().captions.resize(generated.size());
    rows.back().captions.emplace_back("mean");
    document[name] = latents_of(generated);
    document["mean_" + name] = mean.latent;
  };
  add("a", operands[0], request.a, result.mean_a);
  add("b", "\u2212 " + operands[1], request.b, result.mean_b);
  add("c", "+ " + operands[2], request.c, result.mean_c);
  const auto nine = pixels_of(result.images);
  const char* const titles[] = {"", "=", ""};
  for (std::ptrdiff_t i = 0; i < 3; ++i) rows.push_back({titles[i], {nine.begin() + 3 * i, nine.begin() + 3 * i + 3}});
  rows[4].captions = {"", "result"};
  document["result"] = result.images[4].latent;
  document["perturbations"] = document["neighbours"] = latents_of(result.images);
  std::string title = fmt::format("{} \u2212 {} + {}", operands[0], operands[1], operands[2]);
  if (result.named) {
    const auto& names = result.named->names;
    const json accuracy = accuracy_json(result.named->accuracy);
    document["classified"] = {{"classifier", accuracy}, {"result", names[4]}, {"perturbations", names}};
    document["judged"] = {{"classifier", accuracy}, {"result", names[4]}, {"neighbours", names}};
    title += fmt::format(": {}", names[4]);
  }
  finish_sheet(output, texts_of(output, model, request), rows, title, std::move(document));
}

void run_explore(const SheetOutput& output, const ops::Model& model, const ops::DirectionRequest& request) {
  sheet_output(output);  // before anything is generated
  const auto result = ops::direction(model, request);
  const auto images = pixels_of(result.images);
  std::vector<image::LabelledRow> rows;
  for (std::size_t i = 0; i < result.starts.size(); ++i) {
    const auto first = images.begin() + static_cast<std::ptrdiff_t>(i) * result.frames;
    rows.push_back({fmt::format("{}", i + 1), {first, first + result.frames}});
  }
  finish_sheet(output, texts_of(output, model, request), rows,
               fmt::format("along the direction, from {:g} to {:g}", -request.strength, request.strength),
               {{"direction", result.direction}, {"latents", result.starts}});
}

void run_explore(const SheetOutput& output, const ops::Model& model, const ops::NearestImagesRequest& request) {
  sheet_output(output);              // before anything is generated
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
  finish_sheet(output, texts_of(output, model, request), rows,
               fmt::format("The nearest of {} by {}", counted(result.searched, "training image"), by),
               {{"nearest", lists}, {"neighbours", lists}, {"data", result.data}});
}

void run_explore(const SheetOutput& output, const ops::Model& model, const ops::ProjectRequest& request) {
  sheet_output(output);  // before anything is generated
  Progress progress("searching", static_cast<std::uint64_t>(request.steps), "step");
  const auto result = ops::project(model, request, shown(progress));
  progress.finish();
  finish_sheet(output, texts_of(output, model, request), {{"given", result.given}, {"found", pixels_of(result.found)}},
               "Images and the nearest the generator makes",
               {{"errors", result.errors}, {"latents", latents_of(result.found)}});
}

}  // namespace ganymede::cli
