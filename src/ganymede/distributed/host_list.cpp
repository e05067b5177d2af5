#include "ganymede/distributed/host_list.h"

#include <algorithm>
#include <charconv>

namespace ganymede::distributed {
namespace {

/// The whole text as a number of at least 0.
std::optional<int> number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> first_host(const std::string& list) {
  std::string host;
  for (std::size_t at = 0; at < list.size() && list[at] != ','; ++at) {
    if (list[at] == ']') return std::nullopt;
    if (list[at] != '[') {
      host += list[at];
      continue;
    }
    const auto close = list.find(']', at);
    if (close == std::string::npos) return std::nullopt;
    const std::string numbers = list.substr(at + 1, close - at - 1);
    // The first of "08-12,20", with its zeros.
    const std::string first = numbers.substr(0, numbers.find_first_of("-,"));
    if (!number(first)) return std::nullopt;
    host += first;
    at = close;
  }
  if (host.empty()) return std::nullopt;
  return host;
}

std::optional<int> tasks_of_node(const std::string& list, int node) {
  int before = 0;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    std::string entry = list.substr(begin, end - begin);
    int nodes = 1;
    if (const auto times = entry.find("(x"); times != std::string::npos) {
      if (!entry.ends_with(')')) return std::nullopt;
      const auto several = number(entry.substr(times + 2, entry.size() - times - 3));
      if (!several) return std::nullopt;
      nodes = *several;
      entry.resize(times);
    }
    const auto tasks = number(entry);
    if (!tasks) return std::nullopt;
    before += nodes;
    if (node < before) return tasks;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace ganymede::distributed
