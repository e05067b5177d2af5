#include "ganymede/serve/slow_lane.h"

#include <future>
#include <thread>
#include <vector>

#include "ganymede/serve/http.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

TEST(SlowLane, RunsOneAfterAnotherAndTakesSoMany) {
  std::promise<void> go;
  std::vector<int> done;
  {
    SlowLane lane;
    lane.post([future = std::make_shared<std::future<void>>(go.get_future())] { future->wait(); });
    int posted = 1;
    try {
      for (; posted < 100; ++posted) lane.post([&done, posted] { done.push_back(posted); });
    } catch (const Problem& full) {
      EXPECT_EQ(full.status(), 429);
    }
    EXPECT_EQ(posted, 8);
    EXPECT_THAT(done, testing::IsEmpty());
    go.set_value();
  }
  EXPECT_THAT(done, testing::ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(SlowLane, TakesMoreOnceSomeAreDone) {
  SlowLane lane;
  for (int i = 0; i < 50; ++i) {
    std::promise<void> done;
    lane.post([&done] { done.set_value(); });
    done.get_future().wait();
    while (true) {  // it is counted a moment longer than it runs
      try {
        lane.post([] {});
        break;
      } catch (const Problem&) {
        std::this_thread::yield();
      }
    }
  }
}

TEST(SlowLane, TellsTasksThatItEnds) {
  SlowLane lane;
  std::promise<void> begun, ended;
  lane.post([&] {
    begun.set_value();
    while (!lane.ending().cancelled()) std::this_thread::yield();
    ended.set_value();
  });
  begun.get_future().wait();
  lane.end();
  ended.get_future().wait();
}

}  // namespace
}  // namespace ganymede::serve
