// How many processors this process may use: what it is bound to, and what its container's quota leaves of them.
#pragma once

#include <filesystem>
#include <optional>

namespace ganymede {

/// Processors' worth of time that control groups leave this process: the least of cpu.max (version 2) or
/// cpu.cfs_quota_us by cpu.cfs_period_us (version 1) of its own group and of those around it. None where there is no
/// limit. `root` is where proc/self/cgroup, proc/self/mountinfo and what they name are read, "/" but for tests.
std::optional<double> processor_quota(const std::filesystem::path& root);

/// How many threads that allows beside `bound` processors: a part of one counts, since a thread is not one without
/// work.
int threads_within(int bound, const std::optional<double>& quota);

/// The processors that the scheduler may put this process on (taskset, cpusets), within the quota. At least 1.
int processors_allowed();

}  // namespace ganymede
