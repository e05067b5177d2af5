#include "ganymede/serve/access.h"

#include <fstream>

#include "support/support.h"

namespace ganymede::serve {
namespace {

TEST(Access, TokensMatchWholly) {
  const Token token("0123456789abcdef");
  EXPECT_TRUE(token.matches("Bearer 0123456789abcdef"));
  EXPECT_TRUE(token.matches("bEARER 0123456789abcdef"));
  for (const char* wrong : {"", "Bearer", "Bearer ", "0123456789abcdef", "Bearer 0123456789abcde",
                            "Bearer 0123456789abcdef ", "Basic 0123456789abcdef"}) {
    EXPECT_FALSE(token.matches(wrong)) << wrong;
  }
}

TEST(Access, ATokenFileIsItsFirstLine) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "good") << " \t0123456789abcdef \r\nmore\n";
  EXPECT_TRUE(Token::from_file(folder / "good").matches("Bearer 0123456789abcdef"));
  std::ofstream(folder / "short") << "secret\n";
  EXPECT_THAT(test::error_of([&] { Token::from_file(folder / "short"); }), testing::HasSubstr("16 characters"));
  std::ofstream(folder / "empty");
  EXPECT_THAT(test::error_of([&] { Token::from_file(folder / "empty"); }), testing::HasSubstr("16 characters"));
  EXPECT_THAT(test::error_of([&] { Token::from_file(folder / "none"); }), testing::HasSubstr("none"));
}

TEST(Access, OnlyNamesOfThisMachineAreLoopback) {
  for (const char* name : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"})
    EXPECT_TRUE(is_loopback(name)) << name;
  for (const char* name :
       {"", "0.0.0.0", "::", "example.org", "localhost.example.org", "127.0.0.1.example.org", "127.1", "1127.0.0.1"})
    EXPECT_FALSE(is_loopback(name)) << name;
  Request request;
  for (const char* host : {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:80"}) {
    request.headers["host"] = host;
    EXPECT_NO_THROW(check_host(request)) << host;
  }
  for (const char* host : {"", ":80", "example.org:80", "127.0.0.1.example.org"}) {
    request.headers["host"] = host;
    EXPECT_THROW(check_host(request), Problem) << host;
  }
}

TEST(Access, WrongTokensAreSlowedDownByAddress) {
  Guesses guesses;
  auto now = Guesses::Clock::now();
  const auto in_a_row = [&](const std::string& address) {
    int tried = 0;
    for (; tried < 1000 && guesses.may_guess(address, now); ++tried) guesses.count(address, now);
    return tried;
  };
  EXPECT_EQ(in_a_row("192.0.2.1"), Guesses::kFree);
  EXPECT_TRUE(guesses.may_guess("192.0.2.2", now)) << "others go on";
  now += std::chrono::seconds(10);
  EXPECT_EQ(in_a_row("192.0.2.1"), 10 * Guesses::kASecond);
  now += std::chrono::hours(1);
  EXPECT_EQ(in_a_row("192.0.2.1"), Guesses::kFree) << "no more than that, however long it waited";
  EXPECT_EQ(in_a_row("2001:db8::1"), Guesses::kFree);
  EXPECT_FALSE(guesses.may_guess("2001:db8::ffff:2", now)) << "the same network";
  EXPECT_TRUE(guesses.may_guess("2001:db8:0:1::1", now));
  for (std::size_t i = 0; i < Guesses::kMax + 10; ++i) guesses.count("host " + std::to_string(i), now);
  EXPECT_EQ(in_a_row("192.0.2.9"), Guesses::kFree) << "and remembers no more addresses than it should";
}

TEST(Access, ThePolicyNamesInlineScriptsByDigest) {
  const auto headers = security_headers("<html><style>a</style><script type=\"module\">b</script></html>");
  ASSERT_EQ(headers.front().first, "Content-Security-Policy");
  const std::string& policy = headers.front().second;
  // printf b | openssl dgst -sha256 -binary | base64
  EXPECT_THAT(policy, testing::HasSubstr("script-src 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=';"));
  EXPECT_THAT(policy, testing::HasSubstr("style-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=';"));
}

}  // namespace
}  // namespace ganymede::serve
