// One client's flood leaves room and turns for the others.
#include <gmock/gmock.h>

#include "ganymede/serve/access.h"
#include "ganymede/serve/fair_queue.h"
#include "ganymede/serve/shares.h"

namespace ganymede::serve {
namespace {

TEST(Shares, NobodyHoldsMoreThanOneMay) {
  const Shares shares(10);
  auto first = shares.take("a", 6);
  EXPECT_TRUE(first);
  EXPECT_FALSE(shares.take("a", 5));
  EXPECT_TRUE(shares.take("b", 10)) << "another's share is its own";
  const auto rest = shares.take("a", 4);
  EXPECT_TRUE(rest);
  EXPECT_FALSE(shares.take("a", 1));
  const auto copy = first;
  first.reset();
  EXPECT_FALSE(shares.take("a", 1)) << "the copy holds it";
}

TEST(Shares, ComeBack) {
  const Shares shares(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(shares.take("a", 1)) << i;
}

TEST(FairQueue, ClientsTakeTurns) {
  FairQueue queue;
  std::string order;
  const auto push = [&](const std::string& client, int count) {
    for (int i = 0; i < count; ++i)
      queue.push(client, [&order, client, i] { order += client + std::to_string(i) + " "; });
  };
  push("a", 4);
  queue.pop()();
  push("b", 2);
  push("c", 1);
  for (int i = 0; i < 6; ++i) queue.pop()();
  EXPECT_EQ(order, "a0 a1 b0 c0 a2 b1 a3 ");
  EXPECT_FALSE(queue.pop()) << "all were taken";
}

TEST(Client, IsAnAddressOrANetworkOrWhomAProxyNames) {
  const auto client = [](const std::string& remote, const std::string& named = {}) {
    Request request;
    request.remote = remote;
    if (!named.empty()) request.headers["x-real-ip"] = named;
    return client_of(request);
  };
  EXPECT_EQ(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
  EXPECT_NE(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
  EXPECT_NE(client("192.0.2.1"), client("192.0.2.2"));
  EXPECT_EQ(client("127.0.0.1", "192.0.2.1"), client("192.0.2.1")) << "a proxy of this machine";
  EXPECT_EQ(client("192.0.2.7", "192.0.2.1"), client("192.0.2.7")) << "anybody may send the header";
}

}  // namespace
}  // namespace ganymede::serve
