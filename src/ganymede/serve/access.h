// Who may ask, and what every answer says to browsers.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

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

/// Who sent a request, as limits count it: the address that it came from, or that a proxy of this machine names in
/// X-Real-IP; of IPv6 the network of 64 bits, which is what one customer gets.
std::string client_of(const Request& request);
std::string client_of(const std::string& address);

/// Slows down who guesses the token: who (client_of) was wrong too often is not listened to for a while. Used
/// by one thread.
class Guesses {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether what the address sends may be compared with the token now.
  bool may_guess(const std::string& address, Clock::time_point now);
  /// It was wrong.
  void count(const std::string& address, Clock::time_point now);

  static constexpr double kFree = 60;          ///< wrong ones at once
  static constexpr double kASecond = 1;        ///< and so many a second after that
  static constexpr std::size_t kMax = 10'000;  ///< clients remembered

 private:
  struct Wrong {
    double count = 0;
    Clock::time_point when;
  };
  static double left(const Wrong& wrong, Clock::time_point now);
  void forget(Clock::time_point now);

  std::map<std::string, Wrong> wrong_;
};

/// Whether a host name or address means this machine and no other.
bool is_loopback(const std::string& host);

/// Throws Problem 421 where a server that listens on loopback alone is asked under another name: a web page whose name
/// was pointed at 127.0.0.1 would otherwise read it (DNS rebinding).
void check_host(const Request& request);

/// The Content-Security-Policy of the studio's HTML, whose inline scripts and styles it names by digest: it may be in a
/// frame of pages of these origins alone.
std::string page_policy(const std::string& page, const std::vector<std::string>& frames);
/// Headers of every answer; `page` is the studio's HTML.
Headers security_headers(const std::string& page);

}  // namespace ganymede::serve
