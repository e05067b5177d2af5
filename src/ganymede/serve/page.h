// The studio's page, as compiled in.
#pragma once

#include <string>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

class Page {
 public:
  Page();
  const std::string& text() const { return plain_; }
  /// The page, packed where the client takes that; 304 where it has it already.
  Response answer(const Request& request) const;

 private:
  std::string plain_, tag_;
};

}  // namespace ganymede::serve
