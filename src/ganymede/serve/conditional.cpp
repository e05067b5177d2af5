#include "ganymede/serve/conditional.h"

#include <algorithm>

#include "ganymede/core/hash.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

constexpr std::size_t kWorthPacking = 1024;  ///< bytes: a shorter document fits the packet of its header

bool has(const Headers& headers, const char* name) {
  return std::any_of(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
}

}  // namespace

Wanted Wanted::of(const Request& request) {
  return {.reads = request.method == "GET",
          .gzip = request.header("accept-encoding").find("gzip") != std::string::npos,
          .known_tag = request.header("if-none-match")};
}

void make_conditional(const Wanted& wanted, Response& response) {
  const bool document = response.content_type == "application/json", image = response.content_type == "image/png";
  if (!wanted.reads || response.status != 200 || !(document || image)) return;
  if (!response.file.empty() || response.events || has(response.headers, "ETag")) return;
  // Weak: packed and plain bytes share it.
  const std::string tag = "W/\"" + text_digest(response.body).substr(0, 16) + "\"";
  response.headers.emplace_back("ETag", tag);
  if (!has(response.headers, "Cache-Control")) response.headers.emplace_back("Cache-Control", "private, no-cache");
  if (document) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (wanted.known_tag == tag) {
    response.status = 304;
    response.body.clear();
  } else if (document && wanted.gzip && response.body.size() >= kWorthPacking) {
    response.body = gzip(response.body);
    response.headers.emplace_back("Content-Encoding", "gzip");
  }
}

}  // namespace ganymede::serve
