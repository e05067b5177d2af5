// ganymede explore interpolate|walk|blend|exemplars|arithmetic|direction|nearest|project MODEL
#include "cli/explore.h"

#include <fmt/format.h>

#include "cli/device.h"
#include "cli/request_flags.h"
#include "ganymede/core/files.h"
#include "ganymede/core/threads.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/model.h"

namespace ganymede::cli {
namespace {

namespace ops = operations;

/// `now`: what a command is called today that had the name `name`.
template <class Out, class Request>
void add_kind(CLI::App& app, const std::string& name, const char* example, const std::string& now = {}) {
  struct Kept {
    std::string model = {};
    Out output = {};
    Request request = {};
  };
  const auto kept = std::make_shared<Kept>();
  const std::string& called = now.empty() ? name : now;
  CLI::App& command = *app.add_subcommand(name, ops::summary_of("explore " + called));
  show_examples(command, fmt::format("ganymede explore {} {}", called, example));
  if (!now.empty()) old_name(command, now);
  command.add_option("model", kept->model, "a .safetensors file or a run folder")->required();
  add_flags(command, ops::fields_of(kept->request));
  command
      .add_option("-o,--output", kept->output.file,
                  std::is_same_v<Out, FramesOutput>
                      ? "a .png or .jpg (a strip), .gif or .apng; - is a GIF on standard output, png:- a strip"
                      : "a .png or .jpg; - is a PNG on standard output")
      ->required();
  if constexpr (std::is_same_v<Out, FramesOutput>) {
    limited(command.add_option("--seconds", kept->output.seconds, "that an image of an animation stays"),
            ops::kMilliseconds.low / 1000, ops::kMilliseconds.high / 1000)
        ->capture_default_str();
  }
  if constexpr (std::is_same_v<Request, ops::ArithmeticRequest>) {
    command
        .add_option("--labels", kept->output.labels, "what A, B and C show, for the sheet: 'smiling woman,woman,man'")
        ->delimiter(',')
        ->type_size(1)
        ->allow_extra_args(false);
  }
  command.add_flag("--json", kept->output.json, "one JSON document, with the vectors");
  command.callback([kept] {
    run_request(ops::fields_of(kept->request), [&] {
      set_threads(globals().threads);
      kept->output.model = ops::model_name(kept->model);
      run_explore(kept->output, *ops::Model::load(kept->model, device_to_use()), kept->request);
    });
  });
}

}  // namespace

operations::ImageTexts texts_of(const SheetOutput& output, const operations::Model& model,
                                const operations::GenerationOptions& options) {
  return ops::texts_of_sheet(ops::origin_of(output.model, model, options), {});
}

std::vector<image::Image> pixels_of(std::span<const operations::GeneratedImage> generated) {
  std::vector<image::Image> out;
  for (const auto& one : generated) out.push_back(one.image);
  return out;
}

nlohmann::json latents_of(std::span<const operations::GeneratedImage> generated) {
  auto rows = nlohmann::json::array();
  for (const auto& one : generated) rows.push_back(one.latent);
  return rows;
}

void finish(const SheetOutput& output, const Output& to, const Bytes& content, const std::string& what,
            nlohmann::json document) {
  to.write(content);
  document["file"] = output.file;
  if (output.json) return print_json(document);
  to.say(fmt::format("{} in {}", what, output.file));
}

void add_explore(CLI::App& app) {
  app.require_subcommand(1);
  add_kind<FramesOutput, ops::InterpolateRequest>(app, "interpolate", "runs/conv --points 7:0,7:1 -o path.gif");
  add_kind<FramesOutput, ops::WalkRequest>(app, "walk", "runs/conv --seed 7 --frames 200 -o walk.gif");
  add_kind<FramesOutput, ops::BlendRequest>(app, "blend",
                                            "runs/conv --points 0,1 --weights '[[1, 0], [0.5, 0.5]]' -o mixes.png");
  add_kind<SheetOutput, ops::ExemplarsRequest>(app, "exemplars", "runs/conv -k 5 -o exemplars.png");
  add_kind<SheetOutput, ops::ArithmeticRequest>(
      app, "arithmetic", "runs/faces --a 3,8,9 --b 1,4,5 --c 2,6,7 --labels 'smiling woman,woman,man' -o smile.png");
  add_kind<SheetOutput, ops::DirectionRequest>(app, "direction",
                                               "runs/faces --with 3,8,9 --without 1,4,5 -o smiles.png");
  constexpr const char* kNearest = "runs/conv --points 0,1,2 -o nearest.png";
  add_kind<SheetOutput, ops::NearestImagesRequest>(app, "nearest", kNearest);
  add_kind<SheetOutput, ops::NearestImagesRequest>(app, "neighbours", kNearest, "nearest");
  add_kind<SheetOutput, ops::ProjectRequest>(app, "project", "runs/faces photo.png -o found.png");
}

}  // namespace ganymede::cli
