// ganymede explore interpolate|walk|exemplars|arithmetic|direction|neighbours|project MODEL
#include <algorithm>
#include <charconv>
#include <numeric>

#include "cli/command.h"
#include "cli/device.h"
#include "cli/recipe_flags.h"
#include "ganymede/checkpoint/model_file.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/explore/latents.h"
#include "ganymede/explore/project.h"
#include "ganymede/image/animation.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/image/resize.h"
#include "ganymede/models/draw.h"
#include "ganymede/models/pictures.h"
#include "ganymede/quality/feature_size.h"
#include "ganymede/quality/nearest_images.h"
#include "ganymede/train/dataset_classifier.h"
#include "ganymede/train/datasets.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using image::Image;

constexpr int kCell = 64;  ///< pixels a side that pictures are enlarged to, about
constexpr int kMostFrames = 10000;

struct ExploreFlags {
  std::string model, output, label, to_label, way = "spherical";
  std::string points, a, b, c, with, without, apply = "0,1,2,3", data, features;
  std::vector<std::string> images;
  double truncation = 0, radius = 0.25, strength = 1, seconds = 0.05;
  int frames = 0, anchors = 5, steps = 300, count = 5, among = 500;
  std::uint64_t seed = 0;
  bool judge = false, json = false;
};

/// What every subcommand begins with.
struct Explored {
  explicit Explored(const ExploreFlags& given) : flags(given) {
    set_threads(globals().threads);
    model.emplace(checkpoint::load_drawing_model(flags.model, device_to_use()));
    if (!flags.label.empty()) label = number_of(flags.label, "--class");
  }

  std::int64_t number_of(const std::string& name, const std::string& flag) const {
    const auto& classes = model->classes;
    if (classes.empty())
      throw UsageError("the model draws no classes", flags.model, fmt::format("leave {} away", flag));
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      throw UsageError(fmt::format("unknown class '{}'", name), flags.model, suggest(name, classes));
    return found - classes.begin();
  }

  Tensor labels(std::int64_t count) const {
    if (!flags.to_label.empty())
      return explore::class_path(label, number_of(flags.to_label, "--to-class"), model->gan.classes(), count);
    return model->gan.classes() > 0 ? at::full({count}, label, at::kLong) : Tensor();
  }
  Tensor cut_off(const Tensor& latents) const {
    return flags.truncation > 0 ? models::truncated(model->recipe.latent, latents, flags.truncation) : latents;
  }
  std::vector<Image> draw(const Tensor& latents) const {
    return models::to_pictures(models::generate(model->generator(), latents, labels(latents.size(0))));
  }

  /// The latents of "3,5" or "7:3,7:5": pictures of `ganymede sample` by index, of --seed or of the seed before the
  /// colon.
  Tensor points(const std::string& text, const std::string& flag) const {
    const auto number = [&](std::string_view part) {
      std::uint64_t value = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
      if (part.empty() || error != std::errc() || end != part.data() + part.size()) {
        throw UsageError(fmt::format("'{}' names no pictures", text), flag,
                         "name them by index, '0,1,2', or by seed and index, '7:0,7:1'");
      }
      return value;
    };
    std::vector<explore::Exemplar> exemplars;
    for (size_t begin = 0; begin <= text.size();) {
      const size_t end = std::min(text.find(',', begin), text.size());
      const std::string_view part = std::string_view(text).substr(begin, end - begin);
      const size_t colon = part.find(':');
      if (colon == std::string_view::npos)
        exemplars.push_back({flags.seed, number(part)});
      else
        exemplars.push_back({number(part.substr(0, colon)), number(part.substr(colon + 1))});
      begin = end + 1;
    }
    return cut_off(explore::latents_of(model->recipe.latent, exemplars));
  }

  /// The recipe's data, or what --data says of where it is.
  config::DataConfig data() const {
    auto data = model->recipe.data;
    if (!flags.data.empty()) data.path = flags.data;
    return data;
  }

  explore::Blend way() const { return flags.way == "linear" ? explore::Blend::kLinear : explore::Blend::kSpherical; }

  const ExploreFlags& flags;
  std::optional<checkpoint::Model> model;
  std::int64_t label = 0;
};

nlohmann::json rows_of(const Tensor& latents) {
  auto rows = nlohmann::json::array();
  const Tensor whole = latents.contiguous();
  for (std::int64_t i = 0; i < whole.size(0); ++i) {
    const float* row = whole.data_ptr<float>() + i * whole.size(1);
    rows.push_back(std::vector<float>(row, row + whole.size(1)));
  }
  return rows;
}

void finish(const ExploreFlags& flags, const Bytes& file, const std::string& what, nlohmann::json document) {
  write_file(flags.output, file);
  document["file"] = flags.output;
  if (flags.json) return print_json(document);
  fmt::print("{} in {}\n", what, flags.output);
}

void finish_figure(const ExploreFlags& flags, const std::vector<image::LabelledRow>& rows, const std::string& title,
                   nlohmann::json document) {
  if (fs::path(flags.output).extension() != ".png")
    throw UsageError("figures are drawn as PNG", flags.output, "end the name in .png");
  finish(flags, image::encode_png(image::labelled_grid(rows, title, kCell)), title, std::move(document));
}

/// Frames as a strip or as an animation, by the file's ending.
void finish_frames(const ExploreFlags& flags, const std::vector<Image>& frames, const std::string& what,
                   nlohmann::json document) {
  const std::string ending = fs::path(flags.output).extension().string();
  if (ending == ".png") {
    const int columns = static_cast<int>(std::min<size_t>(frames.size(), 16));
    return finish(flags, image::encode_png(image::grid(frames, columns)), what, std::move(document));
  }
  if (ending != ".gif" && ending != ".apng") {
    throw UsageError("frames are written as PNG, GIF or APNG", flags.output,
                     "end the name in .png (a strip), .gif or .apng");
  }
  const auto large = image::enlarged_frames(frames);
  const int milliseconds = static_cast<int>(flags.seconds * 1000);
  finish(flags, ending == ".gif" ? image::encode_gif(large, milliseconds) : image::encode_apng(large, milliseconds),
         what, std::move(document));
}

void interpolate(const ExploreFlags& flags) {
  const Explored explored(flags);
  const Tensor points = explored.points(flags.points, "--points");
  if (points.size(0) < 2) throw UsageError("one picture is no way", "--points", "name two or more");
  const Tensor latents = explore::path(points, flags.frames, explored.way());
  finish_frames(flags, explored.draw(latents),
                fmt::format("{} steps through {} pictures", flags.frames, points.size(0)),
                {{"way", flags.way}, {"latents", rows_of(latents)}});
}

void walk(const ExploreFlags& flags) {
  const Explored explored(flags);
  const Tensor points =
      explored.cut_off(models::draw_numbered_latents(explored.model->recipe.latent, flags.anchors, flags.seed));
  const Tensor latents = explore::closed_path(points, flags.frames, explored.way());
  finish_frames(flags, explored.draw(latents),
                fmt::format("{} steps around {} pictures of seed {}", flags.frames, flags.anchors, flags.seed),
                {{"way", flags.way}, {"seed", flags.seed}, {"latents", rows_of(latents)}});
}

/// A classifier of the data a model was trained on, as the judge of what it draws.
class ClassJudge {
 public:
  explicit ClassJudge(const Explored& explored)
      : classifier_(train::classifier_of(explored.data(), explored.model->gan.image_shape())) {
    spdlog::info("judged by a classifier that names {:.2f} % of {}", 100 * classifier_.accuracy.share,
                 classifier_.accuracy.of);
  }

  const std::vector<std::string>& classes() const { return classifier_.classes; }
  /// f64 [N, classes].
  Tensor probabilities(const std::vector<Image>& pictures) const {
    return train::class_probabilities(classifier_.network, models::from_pictures(pictures));
  }
  nlohmann::json about() const {
    return {{"accuracy", classifier_.accuracy.share}, {"accuracy_of", classifier_.accuracy.of}};
  }

 private:
  train::DatasetClassifier classifier_;
};

/// The pictures that show each class most surely: what the groups of `arithmetic` and `direction` are made of.
void exemplars(const ExploreFlags& flags) {
  const Explored explored(flags);
  const ClassJudge judge(explored);
  const auto drawn = explored.draw(
      explored.cut_off(models::draw_numbered_latents(explored.model->recipe.latent, flags.among, flags.seed)));
  const Tensor probabilities = judge.probabilities(drawn), named = probabilities.argmax(1);
  std::vector<image::LabelledRow> rows;
  auto classes = nlohmann::json::array();
  for (size_t label = 0; label < judge.classes().size(); ++label) {
    const auto column = static_cast<std::int64_t>(label);
    const Tensor order = probabilities.select(1, column).argsort(0, /*descending=*/true);
    const auto share = named.eq(column).to(at::kDouble).mean().item<double>();
    rows.push_back({fmt::format("{} ({:.0f} %)", judge.classes()[label], 100 * share), {}});
    auto points = nlohmann::json::array(), sure = nlohmann::json::array();
    for (int i = 0; i < std::min(flags.count, flags.among); ++i) {
      const auto index = order[i].item<std::int64_t>();
      rows.back().images.push_back(drawn[static_cast<size_t>(index)]);
      points.push_back(fmt::format("{}:{}", flags.seed, index));
      sure.push_back(probabilities[index][column].item<double>());
    }
    classes.push_back({{"class", judge.classes()[label]}, {"share", share}, {"points", points}, {"probability", sure}});
  }
  if (!flags.json) {
    for (const auto& one : classes)
      fmt::print("{}: {}\n", one["class"].get<std::string>(),
                 fmt::join(one["points"].get<std::vector<std::string>>(), ","));
  }
  finish_figure(flags, rows, fmt::format("The surest of {} pictures, and how many are named so", flags.among),
                {{"classes", classes}, {"among", flags.among}, {"classifier", judge.about()}});
}

void arithmetic(const ExploreFlags& flags) {
  const Explored explored(flags);
  std::vector<image::LabelledRow> rows;
  nlohmann::json document{{"radius", flags.radius}};
  std::vector<Tensor> groups;
  const std::pair<const char*, const std::string&> named[] = {{"a", flags.a}, {"b", flags.b}, {"c", flags.c}};
  for (const auto& [name, text] : named) {
    groups.push_back(explored.points(text, fmt::format("--{}", name)));
    const Tensor mean = groups.back().mean(0, true);
    rows.push_back({fmt::format("{}{}; mean",
                                *name == 'a'   ? ""
                                : *name == 'b' ? "\u2212 "
                                               : "+ ",
                                static_cast<char>(*name - 32)),
                    explored.draw(at::cat({groups.back(), mean}))});
    document[name] = rows_of(groups.back());
    document[fmt::format("mean_{}", name)] = rows_of(mean)[0];
  }
  const Tensor nine =
      explore::neighbours(explore::arithmetic(groups[0], groups[1], groups[2]), flags.radius, flags.seed);
  const auto drawn = explored.draw(nine);
  for (size_t i = 0; i < 9; i += 3)
    rows.push_back(
        {i == 3   ? "= result and"
         : i == 6 ? "neighbours"
                  : "",
         {drawn.begin() + static_cast<std::ptrdiff_t>(i), drawn.begin() + static_cast<std::ptrdiff_t>(i) + 3}});
  document["result"] = rows_of(nine)[4];
  document["neighbours"] = rows_of(nine);
  std::string title = "A \u2212 B + C";
  if (flags.judge) {
    const ClassJudge judge(explored);
    const Tensor probabilities = judge.probabilities(drawn), said = probabilities.argmax(1);
    const auto name = [&](std::int64_t row) {
      return judge.classes()[static_cast<size_t>(said[row].item<std::int64_t>())];
    };
    auto& judged = document["judged"] = {
        {"classifier", judge.about()}, {"result", name(4)}, {"neighbours", nlohmann::json::array()}};
    for (std::int64_t i = 0; i < 9; ++i) judged["neighbours"].push_back(name(i));
    title += fmt::format(": {}", name(4));
  }
  finish_figure(flags, rows, title, std::move(document));
}

void direction(const ExploreFlags& flags) {
  const Explored explored(flags);
  const Tensor along =
      explore::direction(explored.points(flags.with, "--with"), explored.points(flags.without, "--without"));
  const Tensor start = explored.points(flags.apply, "--apply");
  const int columns = flags.frames;
  std::vector<image::LabelledRow> rows;
  for (std::int64_t i = 0; i < start.size(0); ++i) {
    std::vector<Tensor> steps;
    for (int k = 0; k < columns; ++k)
      steps.push_back(start[i] + flags.strength * (2.0 * k / (columns - 1) - 1) * along);
    rows.push_back({fmt::format("{}", i + 1), explored.draw(at::stack(steps))});
  }
  finish_figure(flags, rows, fmt::format("along the direction, from {:g} to {:g}", -flags.strength, flags.strength),
                {{"direction", rows_of(along.unsqueeze(0))[0]}, {"latents", rows_of(start)}});
}

/// The training images nearest to pictures of the model: whether it draws what it has seen.
void neighbours(const ExploreFlags& flags) {
  const Explored explored(flags);
  const auto drawn = explored.draw(explored.points(flags.points, "--points"));
  auto recipe = explored.model->recipe;
  recipe.data = explored.data();
  const auto training = train::open_data(recipe, explored.model->gan);
  const auto device = explored.model->gan.generator.device();
  const auto extractor =
      flags.features.empty()
          ? nullptr
          : quality::at_its_size(quality::torchscript_extractor(flags.features, device), training.get());
  const auto embedding = extractor ? quality::feature_embedding(*extractor) : quality::pixel_embedding();

  Progress progress("looking through", training->size(), "image");
  const auto found =
      quality::nearest_of(drawn, *training, flags.count, embedding, [&](std::size_t done) { progress.update(done); });
  progress.finish();
  std::vector<image::LabelledRow> rows;
  auto pictures = nlohmann::json::array();
  for (size_t i = 0; i < drawn.size(); ++i) {
    rows.push_back({"drawn | nearest", {drawn[i]}});
    auto& list = pictures.emplace_back(nlohmann::json::array());
    for (const auto& one : found[i]) {
      rows.back().images.push_back(one.picture);
      list.push_back({{"index", one.index}, {"distance", one.distance}});
      if (!one.label.empty()) list.back()["class"] = one.label;
    }
  }
  finish_figure(
      flags, rows,
      fmt::format("The nearest of {} training images by {}", training->size(), extractor ? "features" : "pixels"),
      {{"neighbours", std::move(pictures)}, {"data", training->info().name}});
}

/// The picture as the generator draws them: square, its size and channels, in [-1, 1].
Tensor as_drawn(const fs::path& file, const nn::Shape& shape) {
  const auto picture = image::decode(read_file(file), file.string());
  const int side = static_cast<int>(shape.width()), channels = static_cast<int>(shape.channels());
  const auto fitted = image::to_channels(image::resize(image::center_crop_square(picture), side, side), channels);
  return models::from_pixels(fitted.pixels, 1, side, side, channels, torch::kCPU, at::kFloat);
}

void project(const ExploreFlags& flags) {
  const Explored explored(flags);
  std::vector<Tensor> wanted;
  for (const auto& file : flags.images) wanted.push_back(as_drawn(file, explored.model->gan.image_shape()));
  const Tensor images = at::cat(wanted);
  Progress progress("searching", static_cast<std::uint64_t>(flags.steps), "step");
  const auto found = explore::project(explored.model->generator(), explored.model->recipe.latent, images,
                                      explored.labels(images.size(0)), {.steps = flags.steps, .seed = flags.seed},
                                      [&](int step) { progress.update(static_cast<std::uint64_t>(step)); });
  progress.finish();
  finish_figure(flags, {{"given", models::to_pictures(images)}, {"found", explored.draw(found.latents)}},
                "Pictures and the nearest the generator makes",
                {{"errors", found.errors}, {"latents", rows_of(found.latents)}});
}

CLI::App& add(CLI::App& app, const char* name, const char* summary, const std::shared_ptr<ExploreFlags>& flags,
              void (*run)(const ExploreFlags&)) {
  CLI::App& command = *app.add_subcommand(name, summary);
  command.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  command.add_option("-o,--output", flags->output, "the file to write")->required();
  add_seed(command, flags->seed, "of pictures that are named by index alone, and of what is drawn at random");
  command.add_option("--class", flags->label, "the class to draw; the first one unless given");
  command.add_option("--truncation", flags->truncation, "cut the noise's distribution off at plus and minus this")
      ->check(CLI::PositiveNumber);
  command.add_flag("--json", flags->json, "one JSON document, with the vectors");
  command.callback([flags, run] { run(*flags); });
  return command;
}

void add_frames(CLI::App& command, const std::shared_ptr<ExploreFlags>& flags, int usual) {
  flags->frames = usual;
  command.add_option("--frames", flags->frames, "how many pictures")
      ->check(CLI::Range(2, kMostFrames))
      ->capture_default_str();
  command.add_option("--way", flags->way, "spherical or linear")
      ->check(CLI::IsMember({"spherical", "linear"}))
      ->capture_default_str();
  command.add_option("--seconds", flags->seconds, "that a picture of an animation stays")
      ->check(CLI::Range(0.01, 60.0))
      ->capture_default_str();
}

}  // namespace

void add_explore(CLI::App& app) {
  app.require_subcommand(1);
  constexpr const char* kPoints = "pictures of 'ganymede sample', by index ('0,1,2') or by seed and index ('7:0,7:1')";
  constexpr const char* kData = "where the training data is; where data sets usually are unless given";
  const auto make = [] { return std::make_shared<ExploreFlags>(); };

  auto flags = make();
  auto* command = &add(app, "interpolate", "the way through pictures: a strip (.png) or an animation (.gif, .apng)",
                       flags, interpolate);
  command->add_option("--points", flags->points, kPoints)->default_val("0,1");
  command->add_option("--to-class", flags->to_label,
                      "turn from --class into this one on the way; with --points 0,0 nothing else changes");
  add_frames(*command, flags, 16);

  flags = make();
  command =
      &add(app, "walk", "a round through random points: a strip (.png) or an animation (.gif, .apng)", flags, walk);
  command->add_option("--points", flags->anchors, "how many points")->check(CLI::Range(2, 1000))->capture_default_str();
  add_frames(*command, flags, 100);

  flags = make();
  flags->count = 3;
  command = &add(app, "exemplars", "pictures that a classifier of the training data is surest of, for each class",
                 flags, exemplars);
  command->add_option("-k,--count", flags->count, "how many of each class")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--among", flags->among, "how many pictures are looked at")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_option("--data", flags->data, kData);

  flags = make();
  command = &add(app, "arithmetic", "A - B + C with its eight neighbours, as a labelled figure", flags, arithmetic);
  command->add_option("--a", flags->a, kPoints)->required();
  command->add_option("--b", flags->b, kPoints)->required();
  command->add_option("--c", flags->c, kPoints)->required();
  command->add_option("--radius", flags->radius, "how far the neighbours lie")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  command->add_flag("--judge", flags->judge, "let a classifier of the training data name what comes out");
  command->add_option("--data", flags->data, kData);

  flags = make();
  command = &add(app, "direction", "what tells two groups apart, added to other pictures", flags, direction);
  command->add_option("--with", flags->with, kPoints)->required();
  command->add_option("--without", flags->without, kPoints)->required();
  command->add_option("--apply", flags->apply, kPoints)->capture_default_str();
  command->add_option("--strength", flags->strength, "goes from minus to plus this")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  flags->frames = 7;
  command->add_option("--frames", flags->frames, "how many pictures a row")
      ->check(CLI::Range(2, 64))
      ->capture_default_str();

  flags = make();
  command = &add(app, "neighbours", "the training images nearest to pictures of the model, as a labelled figure", flags,
                 neighbours);
  command->add_option("--points", flags->points, kPoints)->default_val("0,1,2,3,4,5,6,7");
  command->add_option("-k,--count", flags->count, "how many of each")->check(CLI::Range(1, 100))->capture_default_str();
  command->add_option("--data", flags->data, kData);
  command
      ->add_option("--features", flags->features,
                   "compare by the features of this TorchScript file; by pixels unless given")
      ->check(CLI::ExistingFile);

  flags = make();
  command = &add(app, "project", "the noise that makes the picture most like a given one", flags, project);
  command->add_option("images", flags->images, "pictures: PNG, JPEG or WebP")->required();
  command->add_option("--steps", flags->steps, "of the search")->check(CLI::Range(1, 100000))->capture_default_str();
}

}  // namespace ganymede::cli
