#include "ganymede/core/processors.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace ganymede {
namespace {

namespace fs = std::filesystem;

/// A hierarchy of control groups as it is mounted: the folder `at` is its group `group`.
struct Mount {
  fs::path at;
  std::string group;
};

bool has_word(const std::string& list, const std::string& word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// proc/self/mountinfo writes blanks and the like as a backslash and three octal digits.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.find_first_not_of("01234567", i + 1);
    if (text[i] == '\\' && std::min(digits, text.size()) >= i + 4) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// Where version 2, or version 1's controller "cpu", is mounted. A line of mountinfo: numbers, device, group, place,
/// options, optional fields, "-", type, source, options.
std::optional<Mount> mount_of(const fs::path& root, bool version2) {
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream before(line), after(line.substr(dash + 3));
    std::string id, parent, device, group, place, type, source, options;
    before >> id >> parent >> device >> group >> place;
    after >> type >> source >> options;
    if (version2 ? type == "cgroup2" : type == "cgroup" && has_word(options, "cpu")) {
      return Mount{root / fs::path(unescaped(place)).relative_path(), unescaped(group)};
    }
  }
  return {};
}

/// The folders of the group and of those around it, as far as they are mounted.
std::vector<fs::path> folders_of(const Mount& mount, const std::string& group) {
  // What is mounted may be the group of the container, of which the process's name for its group need know nothing.
  const bool below = group.rfind(mount.group, 0) == 0 && group != mount.group;
  const std::string way = mount.group == "/" ? group : below ? group.substr(mount.group.size()) : "";
  std::vector<fs::path> folders{mount.at};
  for (const auto& name : fs::path(way).relative_path()) {
    if (!name.empty() && name != "..") folders.push_back(folders.back() / name);
  }
  return folders;
}

std::optional<double> limit_in(const fs::path& folder, bool version2) {
  std::string quota, period;
  if (version2) {
    std::ifstream(folder / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  char* end = nullptr;
  const double time = std::strtod(quota.c_str(), &end), of = std::strtod(period.c_str(), nullptr);
  if (quota.empty() || *end != '\0' || !(time > 0) || !(of > 0)) return {};  // "max", or -1
  return time / of;
}

void lower(std::optional<double>& least, const std::optional<double>& limit) {
  if (limit && (!least || *limit < *least)) least = limit;
}

}  // namespace

std::optional<double> processor_quota(const fs::path& root) {
  std::optional<double> least;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:group
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool version2 = controllers.empty();
    if (!version2 && !has_word(controllers, "cpu")) continue;
    const auto mount = mount_of(root, version2);
    if (!mount) continue;
    for (const auto& folder : folders_of(*mount, line.substr(second + 1))) lower(least, limit_in(folder, version2));
  }
  return least;
}

int threads_within(int bound, const std::optional<double>& quota) {
  const int within = quota ? static_cast<int>(std::min(std::ceil(*quota - 1e-6), 1e6)) : bound;
  return std::max(1, std::min(bound, within));
}

int processors_allowed() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int bound = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  return threads_within(bound, processor_quota("/"));
}

}  // namespace ganymede
