#include "ganymede/data/sources.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ganymede/core/error.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/sieve.h"

namespace ganymede::data {
namespace {

bool is_zip(const std::filesystem::path& path) {
  std::error_code error;
  return is_archive_name(path) && !is_tar_name(path) && std::filesystem::is_regular_file(path, error);
}

/// The source whose files a zip holds, told by their names; empty where none is recognised.
std::string source_in_zip(const std::filesystem::path& zip, const std::string& whole) {
  std::string guess;
  const Wanted known = [&](const std::string& file) {
    for (const auto& name : dataset_names()) {
      const auto& source = source_named(name);
      if (source.in_zip && source.has(base_name(file), whole)) guess = name;
      if (!guess.empty()) return true;
    }
    return false;
  };
  try {
    walk_archive(zip, known, [](const std::string&, const Bytes&) { return false; });
  } catch (const Error&) {
    return guess;  // who opens it says what is wrong with it
  }
  return guess;
}

/// A folder of several sets is none of them.
void refuse_several(const std::map<std::string, std::string>& found, const std::filesystem::path& path) {
  if (found.size() < 2) return;
  std::vector<std::string> sets;
  for (const auto& [home, set] : found) sets.push_back(set);
  throw UsageError(fmt::format("the folder holds several data sets ({})", fmt::join(sets, ", ")), path.string(),
                   "name the folder of one of them");
}

}  // namespace

SourceRegistry& sources() {
  static SourceRegistry registry = [] {
    SourceRegistry made("data set");
    add_entries(made);
    return made;
  }();
  return registry;
}

void add_source(SourceRegistry& registry, Source source) {
  const std::string name = source.name;
  registry.add(name, std::move(source));
}

const Source& source_named(const std::string& name) {
  return sources().at(name, {});
}

std::vector<std::string> dataset_names() {
  return sources().names();
}

std::string guess_source(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  const auto names = dataset_names();
  for (const auto& name : names) {
    const auto& source = source_named(name);
    if (source.is && source.is(path)) return name;  // beside images such a file would tell nothing about them
  }
  const std::string whole = fs::absolute(path).string();
  std::vector<const Source*> known;
  for (const auto& name : names) {
    if (source_named(name).has) known.push_back(&source_named(name));
  }
  const auto set_of = [&](const std::string& file, const std::string& place) -> std::string {
    const auto has = [&](const Source* source) { return source->has(file, place); };
    const auto found = std::find_if(known.begin(), known.end(), has);
    return found == known.end() ? std::string() : (*found)->name;
  };
  if (const auto guess = set_of(path.filename().string(), whole); !guess.empty()) return guess;
  std::error_code error;
  fs::path zip = is_zip(path) ? path : fs::path();
  const std::size_t begin = path.string().size();
  std::map<std::string, std::string> found;  // by the folder that its files usually lie in: EMNIST's six share one
  if (fs::is_directory(path, error)) {
    for (fs::recursive_directory_iterator entry(path, error), end; entry != end && !error; entry.increment(error)) {
      if (entry.depth() > 1) entry.disable_recursion_pending();
      if (entry.depth() == 0 && is_zip(entry->path())) zip = entry->path();
      const std::string file = entry->path().filename().string();
      if (is_image_name(file)) continue;
      const auto set = set_of(file, whole + entry->path().string().substr(begin));
      if (!set.empty()) found.emplace(source_named(set).home.empty() ? set : source_named(set).home, set);
    }
  }
  refuse_several(found, path);
  if (!found.empty()) return found.begin()->second;
  const auto guess = zip.empty() ? std::string() : source_in_zip(zip, whole);
  return guess.empty() ? "folder" : guess;
}

}  // namespace ganymede::data
