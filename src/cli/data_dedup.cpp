// ganymede data dedup
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/chosen_data.h"
#include "cli/command.h"
#include "cli/recipe_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/exclude.h"
#include "ganymede/data/sources.h"
#include "ganymede/train/deduplicate.h"

namespace ganymede::cli {
namespace {

constexpr int kHashedSide = 32;
constexpr std::size_t kShownGroups = 20;

struct DedupFlags {
  ChosenData data;
  train::DeduplicateOptions options;
  std::string out;
  bool json = false;
};

struct Found {
  std::shared_ptr<const data::Dataset> whole;
  bool named = false;  ///< keys are names, not numbers
  std::vector<std::vector<std::size_t>> groups;

  /// All but the first of each group.
  std::vector<std::string> superfluous() const {
    std::vector<std::string> keys;
    for (const auto& group : groups) {
      for (std::size_t i = 1; i < group.size(); ++i) keys.push_back(whole->key(group[i]));
    }
    return keys;
  }
};

Found find(const DedupFlags& flags) {
  data::DatasetOptions options = flags.data.options();
  Found found;
  found.named = data::source_named(options.name).list != nullptr;
  if (found.named) {
    options.size = kHashedSide;
    options.channels = 3;
  } else if (!options.classes.empty() || !options.exclude.empty() || options.size != 0 || options.channels != 0) {
    // A list of numbers counts in the set as the source gives it.
    throw UsageError("a part of this data cannot be looked at alone", options.name,
                     "leave --class, --exclude, --size and --channels out");
  }
  found.whole = data::open_source(data::settled(options));
  const auto small = data::resized(found.whole, kHashedSide, 3);
  Progress progress("learning to hash", static_cast<std::uint64_t>(flags.options.steps), "step");
  const auto hashes = train::semantic_hashes(*small, flags.options, [&](int step, double loss) {
    progress.update(static_cast<std::uint64_t>(step), loss > 0 ? fmt::format("loss {:.4f}", loss) : "");
  });
  progress.finish();
  found.groups = train::duplicate_groups(hashes, flags.options.tolerance);
  return found;
}

void run(const DedupFlags& flags) {
  refuse_standard_output(flags.out, "file");
  catch_stop_signals();
  set_threads(globals().threads);
  const Found found = find(flags);
  const auto keys = found.superfluous();
  const auto& info = found.whole->info();
  const std::string about =
      fmt::format("{} of {} of {} {}", grouped(keys.size()), counted(found.whole->size(), "image"), info.name,
                  keys.size() == 1 ? "looks like one before it" : "look like one before them");
  if (!flags.out.empty()) write_file(flags.out, data::exclude_list(about, found.named ? "" : info.checksum, keys));
  if (flags.json) {
    nlohmann::json groups = nlohmann::json::array();
    for (const auto& group : found.groups) {
      nlohmann::json members = nlohmann::json::array();
      for (const auto index : group) members.push_back(found.whole->key(index));
      groups.push_back(members);
    }
    print_json({{"images", found.whole->size()},
                {"duplicates", keys.size()},
                {"groups", groups},
                {"steps", flags.options.steps},
                {"seed", flags.options.seed},
                {"tolerance", flags.options.tolerance},
                {"list", flags.out.empty() ? nlohmann::json() : nlohmann::json(flags.out)}});
    return;
  }
  fmt::print("{}, in {}\n", about, counted(found.groups.size(), "group"));
  for (std::size_t i = 0; i < std::min(kShownGroups, found.groups.size()); ++i) {
    std::vector<std::string> members;
    for (const auto index : found.groups[i]) members.push_back(found.whole->key(index));
    fmt::print("  {}\n", fmt::join(members, "  "));
  }
  if (found.groups.size() > kShownGroups) {
    fmt::print("  ... and {} more (--json lists all)\n", counted(found.groups.size() - kShownGroups, "group"));
  }
  if (!flags.out.empty()) fmt::print("to train without them: --set 'data.exclude=\"{}\"'\n", flags.out);
}

}  // namespace

void add_data_dedup(CLI::App& app) {
  show_examples(app, "ganymede data dedup photos.zip -o same.txt");
  auto flags = std::make_shared<DedupFlags>();
  flags->data.add_to(app);
  limited(app.add_option("--steps", flags->options.steps, "training steps of the autoencoder that hashes"), 1,
          1'000'000)
      ->capture_default_str();
  add_seed(app, flags->options.seed, "the same seed finds the same");
  limited(app.add_option("--tolerance", flags->options.tolerance, "hashes may differ in so many of 128 bits"), 0, 15)
      ->capture_default_str();
  app.add_option("-o,--output", flags->out, "the list of what can be left out, for [data].exclude")->type_name("FILE");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
