// Every reader reads its seeds while one allocation after the other fails, ours and those of the libraries below: it
// must say so, by Error or std::bad_alloc, or come to the same without that memory; nothing crashes, hangs or leaks,
// and the next attempt reads the whole. Where memory runs out in a destructor of a library, the process ends as the
// program does (core/terminate.h). A reader works in a process of its own, so that what ends it is named and the rest
// goes on. GANYMEDE_ALLOCATIONS=all makes every allocation fail, otherwise some are taken.
#include <fcntl.h>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <set>

#include "fuzz/failing_allocations.h"
#include "fuzz/targets.h"
#include "ganymede/core/error.h"
#include "ganymede/core/terminate.h"
#include "support/support.h"

namespace ganymede::fuzz {
namespace {

constexpr unsigned kPatience = 30;  // seconds of one attempt
constexpr long kSample = 6;         // attempts of a seed, where not all are made
constexpr int kMostWrong = 20;

/// Libraries that crash, end the process or leak by themselves when they get no memory; libc: newlocale() leaks.
const std::set<std::string> kFragile = {"libc",    "libarchive", "libavif", "libde265",
                                        "libheif", "libjxl",     "libtiff", "libwebp"};

/// How an attempt ends; kLibrary: as that of a fragile library; kOther: by another exception, which
/// the program says as it says Error (toml++ takes a number that it has no memory for to be none).
enum End { kRead, kRefused, kOutOfMemory, kTerminated, kLibrary, kOther, kEnds };

/// What a child process says of its work, in memory that outlives it.
struct Report {
  // Where it is: if it ends before it is done, this is what it did.
  std::size_t seed = 0;
  bool all_later = false;
  long number = 1, step = 1;
  bool done = false;
  std::array<char, 64> ended_by{};  ///< the library that ended it, if one did
  std::array<long, kEnds> ends{};
  int wrong_count = 0;
  std::array<char, 2000> wrong{};
  std::array<char, 400> fragile{};

  void add_wrong(const std::string& what) {
    ++wrong_count;
    const std::size_t used = std::strlen(wrong.data());
    std::snprintf(wrong.data() + used, wrong.size() - used, "seed %zu, allocation %ld%s: %s\n", seed, number,
                  all_later ? " and later" : "", what.c_str());
  }
  /// `what` went wrong in `library`; whether that is known of it.
  bool known(const std::string& library, const std::string& what) {
    if (!kFragile.contains(library)) return false;
    const std::string text = " " + library + " (" + what + ")";
    if (std::strstr(fragile.data(), text.c_str()) == nullptr)
      std::strncat(fragile.data(), text.c_str(), fragile.size() - std::strlen(fragile.data()) - 1);
    return true;
  }
};

Report* report_here = nullptr;  // of this process

void note_who_ended_it() {
  let_allocations_succeed();
  const auto library = crashed().substr(0, report_here->ended_by.size() - 1);
  std::copy(library.begin(), library.end(), report_here->ended_by.begin());
}

void on_crash(int signal) {
  note_who_ended_it();
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void on_exit() {
  note_who_ended_it();
}

struct Attempt {
  End end = kRead;
  Allocations allocations;
  std::uint64_t digest = 0;
};

/// Reads while the `number`-th allocation fails: none, where it is 0.
Attempt attempt(const Target& target, const Bytes& bytes, long number, bool all_later) {
  End end = kRead;
  ::alarm(kPatience);
  forget_seen();
  fail_allocation(number, all_later);
  try {
    target.read(bytes);
  } catch (const Error&) {
    end = kRefused;
  } catch (const std::bad_alloc&) {
    end = kOutOfMemory;
  } catch (const std::exception&) {
    end = kOther;
  }
  const auto allocations = let_allocations_succeed();
  ::alarm(0);
  return {end, allocations, seen()};
}

/// One allocation, or it and all later ones, fail; false where the reader came to its end before it.
bool fails_well(const Target& target, const Bytes& bytes, std::uint64_t expected, Report& report) {
  const auto again = [&] { return attempt(target, bytes, report.number, report.all_later); };
  long before = blocks_in_use();
  const auto first = again();
  if (first.allocations.failed == 0) return false;
  const std::string library(asker());
  if (first.end == kRead && first.digest != expected) report.add_wrong("it read something else, without a word");
  // What is kept some times (OpenSSL's last errors) is no leak: that is taken each time.
  constexpr int kRounds = 24;
  bool leaks = false;
  for (int round = 0; round <= kRounds && blocks_in_use() > before; ++round) {
    if (round == kRounds && !(leaks = report.known(library, "leaks"))) report.add_wrong("it leaks");
    before = blocks_in_use();
    again();
  }
  ++report.ends.at(leaks ? kLibrary : first.end);
  const auto after = attempt(target, bytes, 0, false);
  if (after.end != kRead || after.digest != expected) report.add_wrong("the next attempt reads it no more");
  return true;
}

bool all_wanted() {
  const char* wanted = std::getenv("GANYMEDE_ALLOCATIONS");
  return wanted != nullptr && std::strcmp(wanted, "all") == 0;
}

/// In the child: goes on where the report is.
void work(const Target& target, const std::vector<Bytes>& seeds, Report& report) {
  report_here = &report;
  ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
  spdlog::set_level(spdlog::level::off);
  handle_terminate();
  std::atexit(on_exit);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGABRT, SIGALRM}) ::signal(signal, on_crash);
  ::mallopt(M_PERTURB, 0xA5);  // what is freed is overwritten: whoever reads it is seen
  for (; report.seed < seeds.size(); ++report.seed, report.number = 1, report.all_later = false) {
    const auto& bytes = seeds[report.seed];
    attempt(target, bytes, 0, false);  // what is made once is there
    const auto whole = attempt(target, bytes, 0, false);
    report.step = all_wanted() ? 1 : std::max(1L, whole.allocations.asked / kSample);
    for (;; report.all_later = true, report.number = 1) {
      for (; fails_well(target, bytes, whole.digest, report); report.number += report.step) {
      }
      // Without any memory a server answers nobody, until there is some: its client would wait for ever.
      if (report.all_later || target.name == "http") break;
    }
  }
  report.done = true;
}

/// Of a child that ended before it was done.
void judge(int status, Report& report) {
  const std::string library = report.ended_by.data();
  const std::string how = WIFSIGNALED(status) ? ::strsignal(WTERMSIG(status)) : "exit";
  if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && library.empty()) {
    ++report.ends[kTerminated];
  } else if (report.known(library, how)) {
    ++report.ends[kLibrary];
  } else {
    report.add_wrong(how + " in " + (library.empty() ? "this program" : library));
  }
  report.ended_by = {};
  report.number += report.step;
}

/// By its name GoogleTest runs it first: it forks, and must be alone for that.
class AllocationsDeathTest : public testing::TestWithParam<Target> {};

TEST_P(AllocationsDeathTest, EachIsSurvivedWhenItFails) {
  const auto seeds = GetParam().seeds();
  // The folder is this process's, which removes it; and who has a cache of data sets has it listed.
  ::setenv("XDG_CACHE_HOME", put("cache/anchor", {}).parent_path().c_str(), 1);
  void* shared = ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto& report = *new (shared) Report;
  while (!report.done && report.wrong_count < kMostWrong) {
    const pid_t child = ::fork();
    if (child == 0) {
      work(GetParam(), seeds, report);
      std::_Exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!report.done) judge(status, report);
  }
  EXPECT_STREQ(report.wrong.data(), "");
  if (all_wanted()) {
    const auto& ends = report.ends;
    std::printf(
        "%s: %ld Error, %ld std::bad_alloc, %ld other, %ld made up for, %ld ended with the line, %ld of a library:%s\n",
        GetParam().name.c_str(), ends[kRefused], ends[kOutOfMemory], ends[kOther], ends[kRead], ends[kTerminated],
        ends[kLibrary], ends[kLibrary] > 0 ? report.fragile.data() : " none");
  }
  ::munmap(shared, sizeof(Report));
}

/// All but the one that packs an archive around its bytes, which is read by another.
std::vector<Target> readers() {
  auto all = targets();
  std::erase_if(all, [](const Target& target) { return target.name == "torch-pickle"; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Readers, AllocationsDeathTest, testing::ValuesIn(readers()), [](const auto& one) {
  std::string name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace ganymede::fuzz
