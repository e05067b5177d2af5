#include "ganymede/serve/access.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "ganymede/core/files.h"
#include "ganymede/core/hash.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

constexpr std::size_t kLeastToken = 16;
constexpr std::string_view kScheme = "bearer ";

/// 'sha256-...' for the content of every element `tag` of a page.
std::string sources_of(const std::string& page, const std::string& tag) {
  std::string out;
  for (std::size_t at = 0; (at = page.find("<" + tag, at)) != std::string::npos;) {
    const std::size_t begin = page.find('>', at) + 1, end = page.find("</" + tag + ">", begin);
    if (begin == 0 || end == std::string::npos) break;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash;
    SHA256(reinterpret_cast<const unsigned char*>(page.data()) + begin, end - begin, hash.data());
    out += " 'sha256-" + base64(hash) + "'";
    at = end;
  }
  return out.empty() ? " 'none'" : out;
}

}  // namespace

Token::Token(const std::string& token) : digest_(text_digest(token)) {}

Token Token::from_file(const std::filesystem::path& file) {
  const Bytes bytes = read_file(file, 4096);
  std::string text(bytes.begin(), bytes.end());
  text = text.substr(0, text.find('\n'));
  constexpr const char* kBlanks = " \t\r";
  text.erase(text.find_last_not_of(kBlanks) + 1);
  text.erase(0, text.find_first_not_of(kBlanks));
  if (text.size() < kLeastToken) {
    throw UsageError(fmt::format("the token has fewer than {} characters", kLeastToken), file.string(),
                     "make one with: openssl rand -hex 32");
  }
  return Token(text);
}

bool Token::matches(const std::string& authorization) const {
  if (authorization.size() < kScheme.size()) return false;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if ((authorization[i] | 0x20) != (kScheme[i] | 0x20)) return false;
  }
  const std::string digest = text_digest(std::string_view(authorization).substr(kScheme.size()));
  return CRYPTO_memcmp(digest.data(), digest_.data(), digest_.size()) == 0;
}

std::string client_of(const std::string& address) {
  in6_addr v6{};
  if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &v6) != 1) return address;
  return {reinterpret_cast<const char*>(v6.s6_addr), 8};
}

std::string client_of(const Request& request) {
  const std::string& named = request.header("x-real-ip");
  // Behind a proxy on this machine everybody would have its address.
  return client_of(is_loopback(request.remote) && !named.empty() ? named : request.remote);
}

double Guesses::left(const Wrong& wrong, Clock::time_point now) {
  return std::max(0.0, wrong.count - kASecond * std::chrono::duration<double>(now - wrong.when).count());
}

bool Guesses::may_guess(const std::string& address, Clock::time_point now) {
  const auto found = wrong_.find(client_of(address));
  return found == wrong_.end() || left(found->second, now) < kFree;
}

void Guesses::count(const std::string& address, Clock::time_point now) {
  if (wrong_.size() >= kMax) forget(now);
  auto& wrong = wrong_[client_of(address)];
  wrong = {left(wrong, now) + 1, now};
}

/// Makes room: addresses that were not wrong lately go, and all where that is not enough.
void Guesses::forget(Clock::time_point now) {
  std::erase_if(wrong_, [&](const auto& entry) { return left(entry.second, now) == 0; });
  if (wrong_.size() >= kMax) wrong_.clear();
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  // Parsed, not compared by its beginning: "127.0.0.1.example.org" is a name like any other.
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24) == 127;
  return host == "localhost" || host == "::1" || host == "[::1]";
}

void check_host(const Request& request) {
  const std::string& host = request.header("host");
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  if (!is_loopback(has_port ? host.substr(0, colon) : host)) {
    throw Problem(421,
                  "this server answers to the names of this machine only, such as localhost; start it with a token to "
                  "be asked under others");
  }
}

std::string page_policy(const std::string& page, const std::vector<std::string>& frames) {
  return "default-src 'none'; script-src" + sources_of(page, "script") + "; style-src" + sources_of(page, "style") +
         "; img-src 'self' blob: data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " +
         (frames.empty() ? "'none'" : fmt::format("{}", fmt::join(frames, " ")));
}

Headers security_headers(const std::string& page) {
  return {{"Content-Security-Policy", page_policy(page, {})},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Referrer-Policy", "no-referrer"},
          {"Cross-Origin-Opener-Policy", "same-origin"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
          {"Cache-Control", "no-store"}};
}

}  // namespace ganymede::serve
