#include "ganymede/config/value_words.h"

#include <fmt/format.h>

namespace ganymede::config {

std::string words_of_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "`" : ", `") + name + "`";
  return out;
}

std::string words_of(Range range) {
  return fmt::format(", {:.10g} to {:.10g}", range.low, range.high);
}

std::string words_of(EitherOf values) {
  return fmt::format(", {} or {}", values.one, values.other);
}

}  // namespace ganymede::config
