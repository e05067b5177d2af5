// Who may ask, and what every answer says to browsers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// A secret that calls carry as `Authorization: Bearer TOKEN`. Only its digest is kept.
class Token {
 public:
  explicit Token(const std::string& token);
  /// The first line of a file, without blanks at its ends. Throws UsageError when it has fewer than 16 characters.
  static Token from_file(const std::filesystem::path& file);
  /// Whether an Authorization header carries it; takes equally long wherever they differ.
  bool matches(const std::string& authorization) const;

 private:
  std::string digest_;
};

/// Whether a host name or address means this machine and no other.
bool is_loopback(const std::string& host);

/// Throws Problem 421 where a server that listens on loopback alone is asked under another name: a web page whose name
/// was pointed at 127.0.0.1 would otherwise read it (DNS rebinding).
void check_host(const Request& request);

/// Headers of every answer; `page` is the studio's HTML, whose inline scripts and styles the policy names by digest.
Headers security_headers(const std::string& page);

}  // namespace ganymede::serve
