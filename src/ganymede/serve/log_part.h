// A piece of a file that grows: what a client has not got yet.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ganymede::serve {

struct LogPart {
  std::uint64_t from = 0, end = 0;  ///< bytes of the file
  std::string text;                 ///< whole lines; of a longer one its pieces
};

/// Of the file `name` below `folder` what is new behind byte `from`; the last of it where that is not given, all from
/// the beginning where the file has become shorter. At most kMostOfLog bytes. Nothing where there is no such file.
std::optional<LogPart> log_part(const std::filesystem::path& folder, const char* name,
                                std::optional<std::uint64_t> from);

inline constexpr std::uint64_t kMostOfLog = 64 << 10;

}  // namespace ganymede::serve
