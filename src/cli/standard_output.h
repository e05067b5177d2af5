// "-o -", standard output, for commands that write no images (those: image_output.h).
#pragma once

#include <string>

namespace ganymede::cli {

inline bool is_standard_output(const std::string& output) {
  return output == "-";
}

/// Throws UsageError for it where a command writes a `what`, "folder" or "file", that standard output cannot be.
void refuse_standard_output(const std::string& output, const std::string& what);

/// Of a command that writes its document to a file too: there it is the same as --json.
void document_to_standard_output(std::string& output, bool& json);

}  // namespace ganymede::cli
