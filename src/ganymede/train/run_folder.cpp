#include "ganymede/train/run_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/core/text.h"
#include "ganymede/core/upkeep.h"
#include "ganymede/image/chart.h"
#include "ganymede/train/metrics_table.h"
#include "ganymede/train/run_state.h"

namespace ganymede::train {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path, bool resume) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw Error("cannot create the run folder: " + error.message(), path_.string(), "choose another --output");
  lock_ = std::make_unique<FolderLock>(path_);
  struct stat status{};
  if (::stat(path_.c_str(), &status) == 0) device_ = status.st_dev, inode_ = status.st_ino;
  if (!resume && (fs::exists(file(kRecipeFile)) || !checkpoints().empty())) {
    throw Error("the folder holds a run already", path_.string(),
                "add --resume to go on with it, or choose another --output");
  }
  remove_leftovers(path_);
}

void RunFolder::expect_there() const {
  struct stat status{};
  if (::stat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_) return;
  throw Error("the run folder was deleted or replaced while it was in use", path_.string(),
              "nothing more can be saved in it; start again with another --output");
}

std::optional<std::uint64_t> RunFolder::model_step() const {
  const std::string where = file(kModelFile).string();
  try {
    std::error_code error;
    const auto size = fs::file_size(where, error);
    std::ifstream in(where, std::ios::binary);
    if (error || !in) return std::nullopt;
    return checkpoint::step_of(checkpoint::SafetensorsFile{{}, checkpoint::read_header(in, size, where).metadata});
  } catch (const Error& damaged) {
    spdlog::warn("the model is written anew: {}", damaged.what());
    return std::nullopt;
  }
}

bool RunFolder::is_complete(std::uint64_t step) const {
  const auto state = read_run_state(path_);
  if (!state || state->phase != RunPhase::kDone || state->step != step || model_step() != step) return false;
  std::vector<fs::path> files{file("real.png"), sample(step), file(kMetricsFile)};
  if (image::can_draw_charts()) files.push_back(file("real_and_generated.png"));
  std::error_code ignored;
  return std::all_of(files.begin(), files.end(), [&](const auto& one) { return fs::is_regular_file(one, ignored); });
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

std::optional<fs::path> checkpoint_until(const fs::path& run, std::uint64_t step) {
  constexpr std::size_t kBegin = sizeof("step-") - 1;
  for (const auto& path : checkpoints_of(run)) {
    const std::string name = path.stem().string();
    std::uint64_t of = 0;
    const auto read = std::from_chars(name.data() + kBegin, name.data() + name.size(), of);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() && of <= step) return path;
  }
  return std::nullopt;
}

std::vector<std::string> run_names(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const auto& folder : folders) {
    const auto path = fs::weakly_canonical(folder);
    names.push_back((path.has_filename() ? path : path.parent_path()).filename().string());
  }
  const auto plain = names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(plain.begin(), plain.end(), plain[i]) > 1) names[i] = folders[i].string();
    names[i] = printable(names[i]);
  }
  return names;
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
  throw Error("no checkpoint of this run can be read", path_.string(), "start a new run with another --output");
}

double RunFolder::seconds_until(std::uint64_t step) const {
  if (!fs::exists(file(kMetricsFile))) return 0;
  // Rows behind the checkpoint may be damaged after a power cut: those up to it were forced onto the disk.
  const auto metrics = read_metrics_until(file(kMetricsFile), step);
  const auto* seconds = metrics.find("seconds");
  return seconds == nullptr || seconds->empty() ? 0 : seconds->back();
}

}  // namespace ganymede::train
