// What a file is that stands where another was asked for, told by its content: for messages.
#pragma once

#include <istream>
#include <string>

namespace ganymede {

struct FileKind {
  std::string is;    ///< "this is an ONNX file"; empty where its content does not tell
  std::string hint;  ///< what to do where a model of this program was asked for
};

/// Looks at an open file's begin and, of an archive, at the names in its end; where the file then stands is not said.
FileKind file_kind(std::istream& file);

}  // namespace ganymede
