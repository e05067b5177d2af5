#include "ganymede/serve/process_use.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/core/scratch_folder.h"
#include "ganymede/serve/child_process.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kEvery = std::chrono::seconds(1), kEveryGpu = std::chrono::seconds(2);
constexpr auto kStillLooks = std::chrono::seconds(10), kLongestAnswer = std::chrono::seconds(10);
constexpr const char* kGpuProgram = "nvidia-smi";

/// Where it is on PATH.
std::optional<fs::path> gpu_program() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto file = fs::path(folder) / kGpuProgram;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return std::nullopt;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' '), last = text.find_last_not_of(" \r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

Nullable<double> gpu_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

Nullable<std::uint64_t> gpu_bytes(const std::string& mebibytes) {
  const auto number = gpu_number(mebibytes);
  if (!number.value) return {};
  return static_cast<std::uint64_t>(*number.value) << 20;
}

/// What the program says; empty where it fails or takes too long.
std::string gpu_lines(const fs::path& program) {
  const ScratchFolder scratch;
  const auto said = scratch.path() / "said";
  ChildProcess child(
      program,
      {kGpuProgram, "--query-gpu=name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"},
      said);
  const auto end = Clock::now() + kLongestAnswer;
  while (!child.ended()) {
    if (Clock::now() > end) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (*child.ended() != 0) return {};
  const Bytes bytes = read_file(said);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::optional<ProcessMeter::Reading> ProcessMeter::read() const {
  std::ifstream in("/proc/" + std::to_string(id_) + "/stat");
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  // Behind the name, which may hold anything, in brackets: the fields from the third on (proc(5)).
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
  constexpr std::size_t kUser = 14 - 3, kSystem = 15 - 3, kResident = 24 - 3;
  if (all.size() <= kResident) return std::nullopt;
  const auto number = [&](std::size_t i) { return std::strtoull(all[i].c_str(), nullptr, 10); };
  const auto ticks = static_cast<double>(number(kUser) + number(kSystem));
  return Reading{ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)),
                 number(kResident) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

std::optional<ProcessUse> ProcessMeter::look() {
  const auto now = Clock::now();
  if (!last_ || now - at_ >= kEvery) {
    const auto before = last_;
    last_ = read();
    if (before && last_)
      processors_ =
          (last_->processor_seconds - before->processor_seconds) / std::chrono::duration<double>(now - at_).count();
    at_ = now;
  }
  if (!last_) return std::nullopt;
  return ProcessUse{processors_, last_->memory};
}

std::optional<pid_t> holder_of(const fs::path& folder) {
  const auto lock = open_below(folder, ".lock");
  if (!lock || !is_locked(folder)) return std::nullopt;
  char text[32] = {};
  if (::pread(lock->descriptor(), text, sizeof text - 1, 0) <= 0) return std::nullopt;
  const auto id = static_cast<pid_t>(std::strtol(text, nullptr, 10));
  struct stat wanted{}, open{};
  if (id <= 0 || ::fstat(lock->descriptor(), &wanted) != 0) return std::nullopt;
  // The number may be another machine's, or of a process that has ended: it counts where that one has the file open.
  std::error_code error;
  const auto files = fs::path("/proc") / std::to_string(id) / "fd";
  for (const auto& entry : fs::directory_iterator(files, error)) {
    if (::stat(entry.path().c_str(), &open) == 0 && open.st_ino == wanted.st_ino && open.st_dev == wanted.st_dev)
      return id;
  }
  return std::nullopt;
}

GpuMeter::~GpuMeter() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::vector<GpuUse> GpuMeter::look() {
  const std::lock_guard lock(mutex_);
  looked_at_ = Clock::now();
  if (!thread_.joinable() && gpu_program()) thread_ = std::thread([this] { work(); });
  wake_.notify_all();
  return said_;
}

void GpuMeter::work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (Clock::now() - looked_at_ > kStillLooks) {
      said_.clear();
      wake_.wait(lock);
      continue;
    }
    lock.unlock();
    std::vector<GpuUse> said;
    try {
      if (const auto program = gpu_program()) said = parse_gpus(gpu_lines(*program));
    } catch (const Error& error) {
      spdlog::warn("{}", error.what());
    }
    lock.lock();
    said_ = std::move(said);
    wake_.wait_for(lock, kEveryGpu, [this] { return ending_; });
  }
}

std::vector<GpuUse> parse_gpus(const std::string& text) {
  std::vector<GpuUse> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream parts(line);
    for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(trimmed(cell));
    if (cells.size() != 4) continue;
    const auto percent = gpu_number(cells[1]);
    out.push_back({cells[0], {}, gpu_bytes(cells[2]), gpu_bytes(cells[3])});
    if (percent.value) out.back().busy = *percent.value / 100;
  }
  return out;
}

}  // namespace ganymede::serve
