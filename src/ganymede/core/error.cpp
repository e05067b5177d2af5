#include "ganymede/core/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "ganymede/core/text.h"

namespace ganymede {
namespace {

std::string join_parts(const std::string& what, const std::string& where, const std::string& hint) {
  std::string text = where.empty() ? what : where + ": " + what;
  if (!hint.empty()) text += "; " + hint;
  return text;
}

/// Levenshtein distance, with one row of memory.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j - 1] + 1, above + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

Error::Error(std::string what_happened, std::string where, std::string hint)
    : std::runtime_error(printable(join_parts(what_happened, where, hint))),
      what_(printable(what_happened)),
      where_(printable(where)),
      hint_(printable(hint)) {}

std::string suggest(const std::string& unknown, const std::vector<std::string>& known) {
  if (known.empty()) return "nothing is known here";
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return edit_distance(unknown, a) < edit_distance(unknown, b);
  });
  const size_t distance = edit_distance(unknown, *nearest);
  // A third of its letters, and never all of them: what is further is another word.
  if (distance <= std::max<size_t>(2, unknown.size() / 3) && distance < unknown.size())
    return fmt::format("did you mean '{}'?", *nearest);
  return fmt::format("known are {}", fmt::join(known, ", "));
}

}  // namespace ganymede
