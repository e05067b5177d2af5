#include "ganymede/serve/page.h"

#include "ganymede/core/hash.h"
#include "ganymede/serve/assets.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {

Page::Page() : plain_(gunzip(studio_page())) {
  Digest digest;
  digest.update({reinterpret_cast<const std::uint8_t*>(plain_.data()), plain_.size()});
  tag_ = "\"" + digest.hex().substr(0, 16) + "\"";
}

Response Page::answer(const Request& request) const {
  Response response{.content_type = "text/html; charset=utf-8",
                    .headers = {{"ETag", tag_}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}}};
  if (request.header("if-none-match") == tag_) {
    response.status = 304;
  } else if (request.header("accept-encoding").find("gzip") != std::string::npos) {
    response.body = std::string(studio_page());
    response.headers.emplace_back("Content-Encoding", "gzip");
  } else {
    response.body = plain_;
  }
  return response;
}

}  // namespace ganymede::serve
