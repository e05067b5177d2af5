// ganymede new NAME --data DIR: a recipe that fits the images one has
#include <algorithm>

#include "cli/chosen_data.h"
#include "cli/command.h"
#include "cli/device.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/shell_word.h"
#include "ganymede/core/text.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/survey.h"
#include "ganymede/recipe/class_count.h"
#include "ganymede/recipe/fitting.h"
#include "ganymede/recipe/recorded_runs.h"
#include "ganymede/train/benchmark.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct NewFlags {
  std::string name, data, output;
  int size = 0;
  double hours = 0;
  bool replace = false, json = false;
};

template <class T>
T median(std::vector<T> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

config::ImageFacts facts_of(const std::string& place) {
  ChosenData chosen;
  chosen.choose(place, {});
  data::DatasetOptions options = data::settled(chosen.options());
  const auto list = data::source_named(options.name).list;
  if (list == nullptr) {
    throw UsageError(fmt::format("are not images in files but '{}'", options.name), place,
                     "start from a recipe: ganymede recipes copy dcgan-64");
  }
  const auto listed = list(options);
  config::ImageFacts out{.source = options.name,
                         .path = fs::absolute(options.path).lexically_normal().string(),
                         .classes = listed.listing.classes};
  std::vector<std::size_t> per_class(out.classes.size());
  std::vector<int> sides;
  std::vector<double> ratios;
  const auto examined = data::examine(*listed.store, listed.listing.images, data::decode_options(options));
  for (std::size_t i = 0; i < examined.size(); ++i) {
    const auto& one = examined[i];
    if (!one.fault.empty()) {
      ++out.bad;
      continue;
    }
    ++out.images;
    out.grey += one.channels == 1 ? 1 : 0;
    const auto [shorter, longer] = std::minmax(one.width, one.height);
    sides.push_back(shorter);
    ratios.push_back(static_cast<double>(longer) / shorter);
    const auto label = listed.listing.labels[i];
    if (label < 0)
      ++out.unlabelled;
    else
      ++per_class[static_cast<std::size_t>(label)];
  }
  if (!sides.empty()) out.shorter_side = median(sides), out.ratio = median(ratios);
  if (!per_class.empty()) out.smallest_class = *std::min_element(per_class.begin(), per_class.end());
  return out;
}

/// What training it takes here, measured by a few steps of it.
struct Estimate {
  train::BenchmarkResult speed = {};
  std::uint64_t steps = 0;
  double seconds = 0;
  config::Expectation expected = {};

  std::string time_text() const {
    return fmt::format("about {} here: {} of {:.2f} s, and grids of samples", duration_text(seconds),
                       counted(steps, "step"), speed.seconds_per_step);
  }
  std::string memory_text() const {
    return fmt::format("{:.2f} GiB at most, without the images",
                       static_cast<double>(speed.peak_memory_bytes) / (std::uint64_t{1} << 30));
  }
};

/// What recorded runs say of a training.
config::Expectation expectation_of(const config::Recipe& recipe, const config::ImageFacts& facts) {
  return config::expectation_of({.side = recipe.data.size.height,
                                 .channels = recipe.data.channels,
                                 .images = facts.images,
                                 .steps = static_cast<std::uint64_t>(*recipe.train.steps),
                                 .batch = recipe.train.batch_size});
}

/// The recipe with the estimate below its first line, as comments.
std::string with_estimate(std::string text, const Estimate& estimate) {
  std::string lines = fmt::format("# time: {}\n# memory: {}\n", estimate.time_text(), estimate.memory_text());
  const char* lead = "# quality: ";
  for (const auto& line : config::expectation_text(estimate.expected)) {
    lines += lead + line + "\n";
    lead = "#   ";
  }
  return text.insert(text.find('\n') + 1, lines);
}

nlohmann::json to_json(const config::Expectation& expected) {
  const auto& run = expected.run;
  return {{"near", expected.near},
          {"unlike", expected.unlike},
          {"recorded_run",
           {{"recipe", run.recipe},
            {"pictures", run.pictures},
            {"size", run.side},
            {"channels", run.channels},
            {"images", run.images},
            {"steps", run.steps},
            {"batch_size", run.batch}}},
          {"metric", run.metric},
          {"figure", run.figure},
          {"protocol", run.protocol}};
}

void print_estimate(std::FILE* to, const Estimate& estimate) {
  fmt::print(to, "  time    {}\n  memory  {}\n", estimate.time_text(), estimate.memory_text());
  fmt::print(to,
             "  expect  textures after some hundred steps, arrangement after some thousand, details after tens of "
             "thousands\n");
  const char* lead = "quality";
  for (const auto& line : config::expectation_text(estimate.expected)) {
    fmt::print(to, "  {:<7} {}\n", lead, line);
    lead = "";
  }
}

/// Of a recipe that takes this speed.
Estimate estimate_of(const config::Recipe& recipe, const train::BenchmarkResult& speed,
                     const config::ImageFacts& facts) {
  const auto steps = static_cast<std::uint64_t>(*recipe.train.steps);
  return {.speed = speed,
          .steps = steps,
          .seconds = train::seconds_in_all(speed, recipe, steps, facts.images),
          .expected = expectation_of(recipe, facts)};
}

struct FittedRecipe {
  std::string text;
  Estimate estimate;
};

FittedRecipe fit(const NewFlags& flags, const config::ImageFacts& facts) {
  config::FittingWishes wishes;
  if (flags.size > 0) wishes.size = flags.size;
  std::string text = config::fitting_recipe(flags.name, facts, wishes);
  const auto recipe = config::parse_recipe(text, flags.name, flags.name);
  const auto speed = train::benchmark(
      config::follows_data(recipe) ? config::with_classes(recipe, static_cast<std::int64_t>(facts.classes.size()))
                                   : recipe,
      3, device_to_use());
  Estimate estimate = estimate_of(recipe, speed, facts);
  // How often samples are drawn follows the steps, and with it what they take: corrected until it fits.
  for (int i = 0; flags.hours > 0 && i < 3; ++i) {
    const double steps = static_cast<double>(estimate.steps) * flags.hours * 3600 / estimate.seconds;
    wishes.steps = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(steps));
    text = config::fitting_recipe(flags.name, facts, wishes);
    estimate = estimate_of(config::parse_recipe(text, flags.name, flags.name), speed, facts);
  }
  return {std::move(text), estimate};
}

std::vector<std::string> taken_names() {
  std::vector<std::string> names;
  for (const auto& shipped : config::shipped_recipes()) names.emplace_back(shipped.name);
  return names;
}

void run(const NewFlags& flags) {
  set_threads(globals().threads);
  const fs::path output = flags.output.empty() ? fs::path(flags.name + ".toml") : fs::path(flags.output);
  const auto taken = taken_names();
  if (std::find(taken.begin(), taken.end(), flags.name) != taken.end())
    throw UsageError("is a shipped recipe's name", flags.name, "choose another");
  const bool on_stdout = is_standard_output(flags.output);
  if (on_stdout && flags.json)
    throw UsageError("standard output takes either this or the text about it", "-o -", "name a file with -o");
  if (!on_stdout && fs::exists(output) && !flags.replace)
    throw UsageError("is there already", output.string(), "choose another name, or add --replace");
  const auto facts = facts_of(flags.data);
  const auto [fitted, estimate] = fit(flags, facts);
  const std::string text = with_estimate(fitted, estimate);
  if (on_stdout) {
    fmt::print("{}", text);
  } else {
    write_file(output, text);
  }
  if (flags.json) {
    return print_json({{"recipe", output.string()},
                       {"images", facts.images},
                       {"bad", facts.bad},
                       {"steps", estimate.steps},
                       {"seconds_per_step", estimate.speed.seconds_per_step},
                       {"seconds_per_grid", estimate.speed.seconds_per_grid},
                       {"seconds", estimate.seconds},
                       {"peak_memory_bytes", estimate.speed.peak_memory_bytes},
                       {"expected_quality", to_json(estimate.expected)}});
  }
  std::FILE* const to = on_stdout ? stderr : stdout;
  fmt::print(to, "{}: for {}{}\n", on_stdout ? flags.name : output.string(), counted(facts.images, "image"),
             facts.bad > 0 ? fmt::format(", without {} that cannot be read", facts.bad) : "");
  print_estimate(to, estimate);
  if (on_stdout) return;
  fmt::print("train it with: ganymede train {}\n",
             shell_word(output == fs::path(flags.name + ".toml") ? flags.name : output.string()));
}

}  // namespace

void add_new(CLI::App& app) {
  auto flags = std::make_shared<NewFlags>();
  app.add_option("name", flags->name, "what the recipe is called: NAME.toml is written")->required();
  app.add_option("--data", flags->data, "your images: a folder, zip, tar or shards")->required()->type_name("PATH");
  app.add_option("-o,--output", flags->output, "the file to write instead; - is standard output")->type_name("FILE");
  app.add_option("--size", flags->size, "side of the images; by their own sizes unless given")
      ->check(CLI::IsMember({16, 32, 64, 128}));
  limited(app.add_option("--hours", flags->hours,
                         "as many steps as take about so long on this machine; 100 epochs unless given"),
          0.001, 10000.0);
  app.add_flag("--replace", flags->replace, "write over a file that is there");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
