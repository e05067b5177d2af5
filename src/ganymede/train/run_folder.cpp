#include "ganymede/train/run_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/train/metrics_table.h"

namespace ganymede::train {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path, bool resume) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw Error("cannot create the run folder: " + error.message(), path_.string(), "choose another --out");
  lock_ = std::make_unique<FolderLock>(path_);
  if (!resume && (fs::exists(file(kRecipeFile)) || !checkpoints().empty())) {
    throw Error("the folder holds a run already", path_.string(),
                "add --resume to go on with it, or choose another --out");
  }
}

fs::path RunFolder::sample(std::uint64_t step) const {
  return path_ / "samples" / fmt::format("step-{:06}.png", step);
}

fs::path RunFolder::checkpoint(std::uint64_t step) const {
  return path_ / "checkpoints" / fmt::format("step-{:06}.safetensors", step);
}

std::vector<fs::path> checkpoints_of(const fs::path& run) {
  std::vector<fs::path> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints", error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("step-", 0) == 0 && entry.path().extension() == ".safetensors") out.push_back(entry.path());
  }
  const auto newer = [](const fs::path& a, const fs::path& b) {
    const auto x = a.stem().string(), y = b.stem().string();
    return std::pair(x.size(), x) > std::pair(y.size(), y);
  };
  std::sort(out.begin(), out.end(), newer);
  return out;
}

std::optional<RunFolder::Found> RunFolder::newest_checkpoint() const {
  const auto all = checkpoints();
  for (const auto& path : all) {
    try {
      return Found{checkpoint::read_safetensors(path), path};
    } catch (const Error& damaged) {
      spdlog::warn("passing over a damaged checkpoint: {}", damaged.what());
    }
  }
  if (all.empty()) return std::nullopt;
  throw Error("no checkpoint of this run can be read", path_.string(), "start a new run with another --out");
}

double RunFolder::seconds_until(std::uint64_t step) const {
  if (!fs::exists(file(kMetricsFile))) return 0;
  const auto metrics = read_metrics(file(kMetricsFile));
  const auto* steps = metrics.find("step");
  const auto* seconds = metrics.find("seconds");
  double last = 0;
  for (size_t row = 0; steps != nullptr && seconds != nullptr && row < metrics.rows(); ++row) {
    if ((*steps)[row] <= static_cast<double>(step)) last = (*seconds)[row];
  }
  return last;
}

}  // namespace ganymede::train
