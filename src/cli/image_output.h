// Where commands write images, charts and animations: what -o names.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::cli {

/// "x.png", "x.jpg", ...: a file of that kind. "-" is standard output, of the first kind that the command writes;
/// "jpg:-" one of another kind.
class Output {
 public:
  /// `kinds` are the endings of what the command writes: {".png", ".jpg"}. Throws UsageError for a file that is named
  /// like an image of another kind, unless it is a folder that is there, and for a terminal as standard output.
  Output(const std::string& named, const std::vector<std::string>& kinds);

  const std::string& name() const { return name_; }
  /// The kind's ending, ".jpg" for ".jpeg" too; empty where the name has no ending of `kinds`: a folder, say.
  const std::string& kind() const { return kind_; }
  bool is_stdout() const { return stdout_; }
  /// Throws UsageError where standard output is to take a document as well (`told`), or the name has none of the kinds.
  void require_kind(bool told) const;

  /// Writes the content, whole or not at all.
  void write(const Bytes& content) const;
  /// A line about what was written: to stderr where the content itself is on stdout.
  void say(const std::string& line) const;

 private:
  std::string name_, kind_;
  std::vector<std::string> kinds_;
  bool stdout_ = false;
};

/// The kinds of single images.
inline const std::vector<std::string> kImageKinds = {".png", ".jpg"};

/// An image of what people are shown as PNG, which carries the named `texts`, or as JPEG, which does not.
Bytes encoded(const image::Image& image, const Output& output,
              std::span<const std::pair<std::string, std::string>> texts = {});

}  // namespace ganymede::cli
