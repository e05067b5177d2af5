// ganymede cache, and cache clear: what the program keeps outside of runs, where, and how much of it
#include "ganymede/data/cache.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/command.h"
#include "cli/text_table.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

/// One kind of file in the cache folder. What is of no kind is not ours, and stays.
struct CacheKind {
  const char *name, *folder, *extension, *about;
};
constexpr std::array kKinds{
    CacheKind{"images", "", ".pixels", "unpacked data sets: they open at once"},
    CacheKind{"surveys", "surveys", ".survey", "what the check of image files found: each is decoded once"},
    CacheKind{"features", "", ".features", "features of real images: evaluating again is faster"},
    CacheKind{"classifiers", "classifiers", ".safetensors", "classifiers of data sets, which the metric modes needs"},
};

struct Cached {
  std::vector<fs::path> files;
  std::uint64_t bytes = 0;
};

Cached find_cached(const fs::path& root, const CacheKind& kind) {
  Cached found;
  const fs::path folder = *kind.folder == '\0' ? root : root / kind.folder;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_symlink(error) || !entry.is_regular_file(error) || entry.path().extension() != kind.extension)
      continue;
    const auto bytes = entry.file_size(error);
    if (error) continue;  // another program took it away just now
    found.files.push_back(entry.path());
    found.bytes += bytes;
  }
  return found;
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

/// Throws Error where the environment names no place for a cache.
fs::path folder_of_cache() {
  const fs::path folder = data::cache_folder();
  if (folder.empty()) throw Error("there is no cache", "neither HOME nor XDG_CACHE_HOME is set", "set one of them");
  return folder;
}

void show_cache(bool as_json) {
  const fs::path folder = folder_of_cache();
  TextTable table({{"KIND"}, {"FILES", TextTable::Align::kRight}, {"SIZE", TextTable::Align::kRight}, {"WHAT"}});
  auto kinds = nlohmann::json::array();
  std::uint64_t bytes = 0;
  for (const auto& kind : kKinds) {
    const Cached found = find_cached(folder, kind);
    bytes += found.bytes;
    table.add({kind.name, grouped(found.files.size()), megabytes(found.bytes), kind.about});
    kinds.push_back(
        {{"kind", kind.name}, {"files", found.files.size()}, {"bytes", found.bytes}, {"about", kind.about}});
  }
  const std::string where = printable(folder.string());
  if (as_json) return print_json({{"folder", where}, {"bytes", bytes}, {"limit", data::kCacheLimit}, {"kinds", kinds}});
  fmt::print("{}: {} (images and features are kept to {:.0f} GiB each)\n{}", where, megabytes(bytes),
             static_cast<double>(data::kCacheLimit) / (std::uint64_t{1} << 30), table.text());
  if (bytes > 0) fmt::print("all of it can be made again; to have the room back: ganymede cache clear\n");
}

void clear_cache(const std::vector<std::string>& wanted) {
  const fs::path folder = folder_of_cache();
  std::uint64_t files = 0, bytes = 0;
  for (const auto& kind : kKinds) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), kind.name) == wanted.end()) continue;
    for (const auto& file : find_cached(folder, kind).files) {
      std::error_code error;
      const auto size = fs::file_size(file, error);
      if (!fs::remove(file, error)) {
        if (error) throw Error("cannot be removed: " + error.message(), printable(file.string()), "check its folder");
        continue;
      }
      ++files, bytes += error ? 0 : size;
    }
  }
  fmt::print("removed {}, {}\n", counted(files, "file"), megabytes(bytes));
}

}  // namespace

void add_cache(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  app.require_subcommand(0, 1);
  app.add_flag("--json", *json, "one JSON document");
  app.callback([&app, json] {
    if (app.get_subcommands().empty()) show_cache(*json);
  });
  auto kinds = std::make_shared<std::vector<std::string>>();
  auto* clear_app = app.add_subcommand("clear", "remove what is kept; all of it can be made again");
  std::vector<std::string> names;
  for (const auto& kind : kKinds) names.emplace_back(kind.name);
  clear_app->add_option("kind", *kinds, "only these kinds; all unless given")->check(CLI::IsMember(names));
  show_examples(*clear_app, "ganymede cache clear\nganymede cache clear features");
  clear_app->callback([kinds] { clear_cache(*kinds); });
}

}  // namespace ganymede::cli
