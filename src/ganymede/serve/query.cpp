#include "ganymede/serve/query.h"

#include <fmt/format.h>

#include <charconv>

namespace ganymede::serve {

std::size_t number_in(const Request& request, const std::string& name, std::size_t fallback, std::size_t low,
                      std::size_t high) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return fallback;
  const std::string& text = found->second;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < low || value > high)
    throw Problem(422, fmt::format("must be a whole number from {} to {}", low, high), name);
  return value;
}

std::vector<std::string> words_in(const Request& request, const std::string& name, std::size_t most) {
  std::vector<std::string> words;
  const auto found = request.query.find(name);
  if (found == request.query.end() || found->second.empty()) return words;
  const std::string& text = found->second;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (words.size() > most) throw Problem(422, fmt::format("may name {} at most", most), name);
  return words;
}

}  // namespace ganymede::serve
