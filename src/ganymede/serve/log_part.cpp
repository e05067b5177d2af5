#include "ganymede/serve/log_part.h"

#include <unistd.h>

#include <algorithm>

#include "ganymede/core/open_file.h"

namespace ganymede::serve {

std::optional<LogPart> log_part(const std::filesystem::path& folder, const char* name,
                                std::optional<std::uint64_t> from) {
  const auto file = open_below(folder, name);
  if (!file) return std::nullopt;
  LogPart out;
  out.from = from.value_or(file->size() - std::min(file->size(), kMostOfLog));
  if (out.from > file->size()) out.from = 0;
  out.text.resize(std::min(kMostOfLog, file->size() - out.from));
  const ssize_t got = ::pread(file->descriptor(), out.text.data(), out.text.size(), static_cast<off_t>(out.from));
  out.text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  if (!from && out.from > 0) {  // it begins somewhere in a line
    const auto begin = std::min(out.text.find('\n') + 1, out.text.size());
    out.text.erase(0, begin);
    out.from += begin;
  }
  const auto whole = out.text.rfind('\n') + 1;  // 0 where there is none
  if (whole > 0 || out.text.size() < kMostOfLog) out.text.resize(whole);
  out.end = out.from + out.text.size();
  return out;
}

}  // namespace ganymede::serve
