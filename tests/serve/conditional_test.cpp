#include "ganymede/serve/conditional.h"

#include "ganymede/serve/packing.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

std::string header(const Response& response, const std::string& wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return {};
}

Response document(std::size_t size) {
  return json_response({{"text", std::string(size, 'x')}});
}

TEST(Conditional, ALongDocumentIsPacked) {
  Response response = document(5000);
  const std::string plain = response.body;
  make_conditional({.reads = true, .gzip = true}, response);
  EXPECT_LT(response.body.size(), 500u);
  EXPECT_EQ(gunzip(response.body), plain);
  EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  Response again = document(5000);
  make_conditional({.reads = true, .gzip = true}, again);
  EXPECT_EQ(again.body, response.body) << "the same bytes every time";
}

TEST(Conditional, WhatTheClientHasIsNotSentAgain) {
  Response first = document(5000), plain = document(5000), changed = document(5001);
  make_conditional({.reads = true, .gzip = true}, first);
  const std::string tag = header(first, "ETag");
  make_conditional({.reads = true, .known_tag = tag}, plain);
  EXPECT_EQ(plain.status, 304);
  EXPECT_EQ(plain.body, "");
  make_conditional({.reads = true, .known_tag = tag}, changed);
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(header(changed, "ETag"), tag);
}

TEST(Conditional, OtherAnswersStayAsTheyAre) {
  Response posted = document(5000), small = document(10), file = document(5000), failed = document(5000);
  file.file = "/somewhere";
  failed.status = 503;
  for (Response* response : {&file, &failed}) make_conditional({.reads = true, .gzip = true}, *response);
  make_conditional({.gzip = true}, posted);
  for (const Response* response : {&posted, &file, &failed}) EXPECT_TRUE(response->headers.empty());
  make_conditional({.reads = true, .gzip = true}, small);
  EXPECT_EQ(header(small, "Content-Encoding"), "");
  EXPECT_NE(header(small, "ETag"), "");
}

}  // namespace
}  // namespace ganymede::serve
