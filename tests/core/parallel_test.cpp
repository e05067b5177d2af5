#include "ganymede/core/parallel.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include "ganymede/core/threads.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede {
namespace {

using namespace std::chrono_literals;

/// LibTorch's threads, and back.
class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

void work_for(std::chrono::microseconds time) {
  for (const auto begin = std::chrono::steady_clock::now(); std::chrono::steady_clock::now() - begin < time;) {
  }
}

/// How many a thread has that is made now.
int threads_of_a_new_one() {
  int count = 0;
  std::thread([&count] { count = at::get_num_threads(); }).join();
  return count;
}

TEST(OwnThreads, AreThoseOfTheCallingThreadAlone) {
  const Threads threads(3);
  for (const int own : {1, 2, 5}) {
    int got = 0;
    std::thread([&got, own] {
      EXPECT_EQ(set_own_threads(own), own);
      got = at::get_num_threads();
    }).join();
    EXPECT_EQ(got, own);
    EXPECT_EQ(at::get_num_threads(), 3);
    EXPECT_EQ(threads_of_a_new_one(), 3);
  }
}

TEST(InParts, DoesEachPartOnce) {
  const Threads threads(4);
  for (const std::int64_t parts : {0, 1, 3, 1000}) {
    std::vector<std::atomic<int>> done(static_cast<std::size_t>(parts));
    in_parts(parts, [&](std::int64_t i) { ++done[static_cast<std::size_t>(i)]; });
    for (const auto& times : done) EXPECT_EQ(times, 1);
  }
}

TEST(InParts, UsesNoMoreThreadsThanAllowed) {
  const Threads threads(3);
  std::atomic<int> now{0}, most{0};
  std::set<std::thread::id> who;
  std::mutex mutex;
  for (int repeat = 0; repeat < 20; ++repeat) {
    in_parts(30, [&](std::int64_t) {
      const int count = ++now;
      for (int before = most; count > before && !most.compare_exchange_weak(before, count);) {
      }
      work_for(200us);
      --now;
      const std::lock_guard lock(mutex);
      who.insert(std::this_thread::get_id());
    });
  }
  EXPECT_LE(most, 3);
  EXPECT_GT(who.size(), 1u);
}

TEST(InParts, LibrariesSeeOneThreadWithinAPartAndRecordNothing) {
  const Threads threads(4);
  const Tensor x = at::ones({2, 2}).set_requires_grad(true);
  std::atomic<int> wrong{0};
  in_parts(16, [&](std::int64_t) {
    if (at::get_num_threads() != 1 || (x + x).requires_grad()) ++wrong;
    int inner = 0;
    in_parts(5, [&](std::int64_t) { ++inner; });  // a plain loop, so no lock
    if (inner != 5 || at::get_num_threads() != 1) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(at::get_num_threads(), 4);
  EXPECT_TRUE((x + x).requires_grad());
}

TEST(InParts, RethrowsAndGoesOn) {
  const Threads threads(2);
  EXPECT_THROW(in_parts(100,
                        [](std::int64_t i) {
                          if (i == 7) throw std::runtime_error("seven");
                        }),
               std::runtime_error);
  EXPECT_EQ(at::get_num_threads(), 2);
  std::atomic<std::int64_t> sum{0};
  in_parts(100, [&](std::int64_t i) { sum += i; });
  EXPECT_EQ(sum, 4950);
}

TEST(InParts, ServesSeveralCallersAtOnce) {
  std::vector<std::thread> callers;
  std::atomic<std::int64_t> sum{0};
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const Threads threads(3);
      for (int repeat = 0; repeat < 200; ++repeat) in_parts(10, [&](std::int64_t part) { sum += part; });
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 200 * 45);
}

TEST(ParallelFor, CoversTheRange) {
  const Threads threads(3);
  for (const std::int64_t count : {0, 1, 7, 1000}) {
    for (const std::int64_t grain : {1, 10, 5000}) {
      std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
      parallel_for(5, 5 + count, grain, [&](std::int64_t begin, std::int64_t end) {
        EXPECT_TRUE(end - begin >= grain || count < grain);
        for (std::int64_t i = begin; i < end; ++i) ++done[static_cast<std::size_t>(i - 5)];
      });
      for (const auto& times : done) EXPECT_EQ(times, 1);
    }
  }
}

/// Processor time of this process while `action` and then nothing runs, some times over.
double busy_seconds(const std::function<void()>& action) {
  action();  // threads are made
  std::this_thread::sleep_for(20ms);
  const std::clock_t before = std::clock();
  for (int i = 0; i < 20; ++i) {
    action();
    std::this_thread::sleep_for(25ms);  // 0.5 s in all, of which a thread that is awake takes nearly all
  }
  return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

// Run by the next test in a process of its own, with variables that ask for the contrary.
TEST(DISABLED_ThreadsAsChild, Wait) {
  set_threads(2);
  Tensor x = at::ones({1 << 16});  // little work, but for two threads
  const double ours = busy_seconds([] { in_parts(2, [](std::int64_t) {}); });
  const double libtorchs = busy_seconds([&] { x.neg_(); });
  std::printf("asleep: ours %s (%.3f s), LibTorch's %s (%.3f s)\n", ours < 0.2 ? "yes" : "no", ours,
              libtorchs < 0.2 ? "yes" : "no", libtorchs);
}

TEST(Threads, WaitAsleepWhateverVariablesSay) {
  for (const char* variables : {"OMP_WAIT_POLICY=active", "GOMP_SPINCOUNT=infinite", "-u OMP_WAIT_POLICY"}) {
    const std::string command = std::string("env ") + variables + " /proc/" + std::to_string(::getpid()) +
                                "/exe --gtest_also_run_disabled_tests --gtest_filter=*ThreadsAsChild*";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> part{};
    while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
    ::pclose(pipe);
    EXPECT_NE(text.find("ours yes"), std::string::npos) << variables << "\n" << text;
    EXPECT_NE(text.find("LibTorch's yes"), std::string::npos) << variables << "\n" << text;
  }
}

}  // namespace
}  // namespace ganymede
