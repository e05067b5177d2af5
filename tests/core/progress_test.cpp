#include "ganymede/core/progress.h"

#include <fmt/format.h>

#include <thread>

#include "support/support.h"

namespace ganymede {
namespace {

TEST(DurationText, ReadsLikeOneSaysIt) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(12.4), "12 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(250), "4 min 10 s");
  EXPECT_EQ(duration_text(3599.7), "1 h 00 min");
  EXPECT_EQ(duration_text(12000), "3 h 20 min");
  EXPECT_EQ(duration_text(100 * 3600), "100 h 00 min");
  EXPECT_EQ(duration_text(-5), "0 s");
}

/// Keeps what it is shown.
class Recorded : public ProgressDisplay {
 public:
  Recorded(std::vector<std::string>& seen, const Stretch& stretch) : seen_(seen) {
    seen_.push_back(fmt::format("{} {}/{} {}", stretch.title, stretch.done, stretch.total, stretch.unit));
  }
  ~Recorded() override { seen_.push_back("end"); }
  void update(std::uint64_t done, const std::string& note) override {
    seen_.push_back(fmt::format("{} {}", done, note));
  }

 private:
  std::vector<std::string>& seen_;
};

TEST(Progress, IsShownWhereTheScopeSays) {
  std::vector<std::string> seen;
  const auto work = [] {
    Progress progress("tiny", 40, "step", 10);
    progress.update(20, "loss 1");
    progress.finish();
    progress.finish();
  };
  work();
  EXPECT_TRUE(seen.empty()) << "nobody looks";
  const TaskScope outer({}, [&](const Stretch& stretch) { return std::make_unique<Recorded>(seen, stretch); });
  const TaskScope inner{CancelToken()};
  work();
  EXPECT_EQ(seen, (std::vector<std::string>{"tiny 10/40 step", "20 loss 1", "end"}));
}

TEST(Progress, AScopeThatWantsNothingShownHidesIt) {
  std::vector<std::string> seen;
  const TaskScope outer({}, [&](const Stretch& stretch) { return std::make_unique<Recorded>(seen, stretch); });
  const TaskScope inner({}, [](const Stretch&) { return nullptr; });
  Progress("tiny", 40, "step").update(1);
  EXPECT_TRUE(seen.empty());
}

TEST(Task, IsCancelledByItsTokenOrByOneAroundItAndNoOther) {
  const CancelToken outside, inside, other;
  EXPECT_FALSE(cancel_requested());
  const TaskScope outer(outside);
  {
    const TaskScope inner(inside);
    other.cancel();
    EXPECT_FALSE(cancel_requested());
    inside.cancel();
    EXPECT_TRUE(cancel_requested());
    const CancelQuestion cancelled;
    std::thread([&] {
      EXPECT_FALSE(cancel_requested()) << "a scope is its thread's";
      EXPECT_TRUE(cancelled()) << "which may be asked for by those that help it";
    }).join();
  }
  EXPECT_FALSE(cancel_requested());
  outside.cancel();
  const TaskScope inner{CancelToken()};
  EXPECT_TRUE(cancel_requested());
}

}  // namespace
}  // namespace ganymede
