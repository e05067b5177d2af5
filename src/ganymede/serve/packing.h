// Images as the bodies of answers.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "ganymede/core/files.h"

namespace ganymede::serve {

std::string base64(std::span<const std::uint8_t> bytes);
/// Throws Error for a text that is none of RFC 4648's base64, padded and without line ends.
Bytes from_base64(std::string_view text);

/// A zip archive of `files` (name and content), stored as they are; the same files give the same bytes.
std::string zip(std::span<const std::pair<std::string, Bytes>> files);

/// `plain` as a gzip file; the same text gives the same bytes.
std::string gzip(std::string_view plain);

/// The whole content of a gzip file. Throws Error when it is damaged.
std::string gunzip(std::string_view packed);

}  // namespace ganymede::serve
