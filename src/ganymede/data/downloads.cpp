#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/data/fetch.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {

std::vector<Download> downloads_of(const std::string& dataset, const std::vector<std::string>& splits,
                                   const std::filesystem::path& folder, const std::string& base) {
  const bool network = dataset == kInception;
  const std::vector<std::string> known = network ? std::vector<std::string>{} : source_named(dataset).splits;
  for (const auto& split : splits) {
    if (std::find(known.begin(), known.end(), split) != known.end()) continue;
    throw UsageError(fmt::format("unknown split '{}'", split), dataset,
                     known.empty() ? "it has none" : suggest(split, known));
  }
  std::vector<Download> downloads;
  for (const auto& file : published_files()) {
    if (file.dataset != dataset) continue;
    const bool asked = std::find(splits.begin(), splits.end(), file.split) != splits.end();
    const bool usual = splits.empty() && file.split != "extra";
    if (!file.split.empty() && !asked && !usual) continue;
    std::string from = base.empty() ? file.base : base;
    if (!from.ends_with('/')) from += '/';
    downloads.push_back({from + file.name, folder / file.name, file.algorithm, file.checksum});
  }
  if (downloads.empty()) {
    const char* hint =
        source_named(dataset).built_in ? "it is built in: use it by its name" : "name your own files with --data";
    throw UsageError(fmt::format("'{}' has nothing to download", dataset), {}, hint);
  }
  return downloads;
}

}  // namespace ganymede::data
