// What processes and GPUs of this machine do, as the system says it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"

namespace ganymede::serve {

/// Measures one process, seldom enough that the share of processors is one of some time.
class ProcessMeter {
 public:
  explicit ProcessMeter(pid_t id) : id_(id) {}
  pid_t id() const { return id_; }
  /// Nothing where it has ended, or the system does not say; no processors at the first look.
  std::optional<ProcessUse> look();

 private:
  struct Reading {
    double processor_seconds = 0;
    std::uint64_t memory = 0;
  };
  std::optional<Reading> read() const;

  pid_t id_;
  std::optional<Reading> last_;
  Nullable<double> processors_;
  std::chrono::steady_clock::time_point at_;
};

/// The process of this machine that holds a run's folder (FolderLock), where it is one that we may look at.
std::optional<pid_t> holder_of(const std::filesystem::path& folder);

/// What `nvidia-smi` says of the GPUs, asked on a thread of its own while somebody looks: it may take seconds.
class GpuMeter {
 public:
  GpuMeter() = default;
  ~GpuMeter();
  GpuMeter(const GpuMeter&) = delete;
  GpuMeter& operator=(const GpuMeter&) = delete;
  /// What was said last; nothing yet at the first look, and none without such a program.
  std::vector<GpuUse> look();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::chrono::steady_clock::time_point looked_at_;
  std::vector<GpuUse> said_;
  std::thread thread_;
};

/// Of its lines, "NAME, PERCENT, MIB, MIB" each; what it does not know of one ("[N/A]") is null.
std::vector<GpuUse> parse_gpus(const std::string& text);

}  // namespace ganymede::serve
