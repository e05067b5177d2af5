// Answers that are sent packed, and only where the client has not the same already.
#pragma once

#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// What a request says of the answer it would like, kept until there is one.
struct Wanted {
  bool reads = false;          ///< a GET: what it is answered may be kept
  bool gzip = false;           ///< the client unpacks it
  std::string known_tag = {};  ///< If-None-Match

  static Wanted of(const Request& request);
};

/// Gives a JSON document or an image that lies in memory a tag (RFC 9110, section 8.8.3) by its content, answers 304
/// where the client has that, and packs a document of some size. Answers other than 200, files and event streams stay
/// as they are, and so does what has a tag already.
void make_conditional(const Wanted& wanted, Response& response);

}  // namespace ganymede::serve
