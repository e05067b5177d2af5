#include "ganymede/core/processors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "support/support.h"

namespace ganymede {
namespace {

namespace fs = std::filesystem;

/// The quota that a system with these files leaves.
std::optional<double> quota_of(const std::map<std::string, std::string>& files) {
  const test::TemporaryFolder folder;
  for (const auto& [name, text] : files) {
    const fs::path file = folder.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  return processor_quota(folder.path());
}

const std::string kVersion2 = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
const std::string kVersion1 = "33 32 0:29 / /sys/fs/cgroup/cpu\\040and rw - cgroup cgroup rw,cpu,cpuacct\n";

TEST(Processors, QuotaOfVersion2) {
  EXPECT_EQ(quota_of({{"proc/self/cgroup", "0::/a.slice/b\n"},
                      {"proc/self/mountinfo", kVersion2},
                      {"sys/fs/cgroup/a.slice/b/cpu.max", "150000 100000\n"}}),
            1.5);
  EXPECT_EQ(quota_of({{"proc/self/cgroup", "0::/a.slice/b\n"},
                      {"proc/self/mountinfo", kVersion2},
                      {"sys/fs/cgroup/a.slice/b/cpu.max", "max 100000\n"}}),
            std::nullopt);
}

TEST(Processors, QuotaOfVersion1) {
  const std::string group = "5:cpu,cpuacct:/docker/1\n0::/\n";
  EXPECT_EQ(quota_of({{"proc/self/cgroup", group},
                      {"proc/self/mountinfo", kVersion1},
                      {"sys/fs/cgroup/cpu and/docker/1/cpu.cfs_quota_us", "300000\n"},
                      {"sys/fs/cgroup/cpu and/docker/1/cpu.cfs_period_us", "100000\n"}}),
            3.0);
  EXPECT_EQ(quota_of({{"proc/self/cgroup", group},
                      {"proc/self/mountinfo", kVersion1},
                      {"sys/fs/cgroup/cpu and/docker/1/cpu.cfs_quota_us", "-1\n"},
                      {"sys/fs/cgroup/cpu and/docker/1/cpu.cfs_period_us", "100000\n"}}),
            std::nullopt);
}

TEST(Processors, TheLeastOfNestedGroupsCounts) {
  EXPECT_EQ(quota_of({{"proc/self/cgroup", "0::/outer/inner\n"},
                      {"proc/self/mountinfo", kVersion2},
                      {"sys/fs/cgroup/outer/cpu.max", "200000 100000\n"},
                      {"sys/fs/cgroup/outer/inner/cpu.max", "800000 100000\n"}}),
            2.0);
}

TEST(Processors, AContainersGroupIsWhatIsMounted) {
  // Without a namespace of its own the process's group has the host's name, of which only the end is mounted.
  const std::string mounted = "31 23 0:28 /kube/pod /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n";
  for (const char* group : {"0::/kube/pod\n", "0::/\n", "0::/../other\n"}) {
    EXPECT_EQ(quota_of({{"proc/self/cgroup", group},
                        {"proc/self/mountinfo", mounted},
                        {"sys/fs/cgroup/cpu.max", "400000 100000\n"}}),
              4.0)
        << group;
  }
  EXPECT_EQ(quota_of({{"proc/self/cgroup", "0::/kube/pod/job\n"},
                      {"proc/self/mountinfo", mounted},
                      {"sys/fs/cgroup/cpu.max", "400000 100000\n"},
                      {"sys/fs/cgroup/job/cpu.max", "100000 100000\n"}}),
            1.0);
}

TEST(Processors, NothingThatIsReadIsTrusted) {
  EXPECT_EQ(quota_of({}), std::nullopt);
  EXPECT_EQ(quota_of({{"proc/self/cgroup", "nonsense\n0::/\n::\n"},
                      {"proc/self/mountinfo", "- - -\n1 2 3 / /a\\9z\\0 rw - cgroup2 x\n" + kVersion2},
                      {"sys/fs/cgroup/cpu.max", "twice 0\n"}}),
            std::nullopt);
  EXPECT_EQ(
      quota_of({{"proc/self/cgroup", "0::/\n"}, {"proc/self/mountinfo", kVersion2}, {"sys/fs/cgroup/cpu.max", "5 0"}}),
      std::nullopt);
}

TEST(Processors, ThreadsFollowTheQuotaUpwards) {
  EXPECT_EQ(threads_within(8, std::nullopt), 8);
  EXPECT_EQ(threads_within(8, 1.5), 2);
  EXPECT_EQ(threads_within(8, 2.0), 2);
  EXPECT_EQ(threads_within(8, 0.1), 1);
  EXPECT_EQ(threads_within(2, 64.0), 2);
  EXPECT_GE(processors_allowed(), 1);
}

}  // namespace
}  // namespace ganymede
