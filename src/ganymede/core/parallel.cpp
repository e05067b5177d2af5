#include "ganymede/core/parallel.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <omp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede {
namespace {

constexpr std::int64_t kPartsOfAThread = 4;

void rest() {
#ifdef __x86_64__
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `value` is another than `old`: awake for a moment, as the next work is mostly near, then asleep.
/// Not std::atomic::wait: it gives the processor away a few times first, which Linux takes for the whole turn.
void wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  using Clock = std::chrono::steady_clock;
  constexpr auto awake = std::chrono::microseconds(30);
  for (const auto begin = Clock::now(); Clock::now() - begin < awake; rest()) {
    if (value.load(std::memory_order_acquire) != old) return;
  }
  while (value.load(std::memory_order_acquire) == old) {
    ::syscall(SYS_futex, &value, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
  }
}

void wake(const std::atomic<std::uint32_t>& value, int sleepers) {
  ::syscall(SYS_futex, &value, FUTEX_WAKE_PRIVATE, sleepers, nullptr, nullptr, 0);
}

/// One call of in_parts.
struct Job {
  const std::function<void(std::int64_t)>* work;
  std::int64_t parts;
  int room;  ///< helpers that may still join; under the team's mutex
  std::atomic<std::int64_t> next{0};
  std::atomic<std::uint32_t> inside{0};  ///< helpers at work
  std::mutex mutex;
  std::exception_ptr failure;

  void run() {
    for (std::int64_t i; (i = next.fetch_add(1)) < parts;) {
      try {
        (*work)(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next.store(parts);
      }
    }
  }
};

thread_local bool within_part = false;

/// The helpers of this process. They are never joined: at its end they sleep.
class Team {
 public:
  void post(const std::shared_ptr<Job>& job) {
    int sleepers = job->room;
    {
      const std::lock_guard lock(mutex_);
      for (; helpers_ < job->room; ++helpers_) std::thread([this] { help(); }).detach();
      jobs_.push_back(job);
    }
    posted_.fetch_add(1, std::memory_order_release);
    wake(posted_, sleepers);
  }

  /// Nobody joins any more; returns when those who did are done.
  void finish(const std::shared_ptr<Job>& job) {
    {
      const std::lock_guard lock(mutex_);
      std::erase(jobs_, job);
    }
    for (std::uint32_t inside; (inside = job->inside.load(std::memory_order_acquire)) > 0;) {
      wait_while(job->inside, inside);
    }
  }

 private:
  std::shared_ptr<Job> join_one() {
    const std::lock_guard lock(mutex_);
    for (const auto& job : jobs_) {
      if (job->room == 0 || job->next.load(std::memory_order_relaxed) >= job->parts) continue;
      --job->room;
      job->inside.fetch_add(1, std::memory_order_relaxed);
      return job;
    }
    return nullptr;
  }

  void help() {
    at::get_num_threads();  // LibTorch sets a new thread's number when it is asked first
    const OneThread one;
    const at::NoGradGuard no_gradients;
    for (;;) {
      const std::uint32_t seen = posted_.load(std::memory_order_acquire);
      while (const auto job = join_one()) {
        job->run();
        if (job->inside.fetch_sub(1, std::memory_order_acq_rel) == 1) wake(job->inside, 1);
      }
      wait_while(posted_, seen);
    }
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Job>> jobs_;
  int helpers_ = 0;
  std::atomic<std::uint32_t> posted_{0};
};

Team& team() {
  static Team& team = *new Team;
  return team;
}

/// This thread's number for MKL, where LibTorch has MKL within: LibTorch has set that of all threads, which OpenMP's
/// does not change any more.
void set_mkl_threads(int threads) {
  using Set = int (*)(int);
  static const auto set = reinterpret_cast<Set>(::dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  if (set != nullptr) set(threads);
}

}  // namespace

OneThread::OneThread() : threads_before_(omp_get_max_threads()), within_before_(within_part) {
  omp_set_num_threads(1);
  if (!within_before_) set_mkl_threads(1);
  within_part = true;
}

OneThread::~OneThread() {
  omp_set_num_threads(threads_before_);
  if (!within_before_) set_mkl_threads(0);  // what all threads have
  within_part = within_before_;
}

void in_parts(std::int64_t parts, const std::function<void(std::int64_t)>& work) {
  const std::int64_t threads = within_part ? 1 : std::min<std::int64_t>(at::get_num_threads(), parts);
  if (threads <= 1) {
    const at::NoGradGuard no_gradients;
    for (std::int64_t i = 0; i < parts; ++i) work(i);
    return;
  }
  const auto job = std::make_shared<Job>();
  job->work = &work;
  job->parts = parts;
  job->room = static_cast<int>(threads - 1);
  {
    const OneThread one;
    const at::NoGradGuard no_gradients;
    team().post(job);
    job->run();
    team().finish(job);
  }
  if (job->failure) std::rethrow_exception(job->failure);
}

std::int64_t useful_parts() {
  const std::int64_t threads = within_part ? 1 : at::get_num_threads();
  return threads == 1 ? 1 : threads * kPartsOfAThread;
}

void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& work) {
  const std::int64_t count = end - begin;
  if (count <= 0) return;
  const std::int64_t parts = std::clamp<std::int64_t>(count / std::max<std::int64_t>(grain, 1), 1, useful_parts());
  if (parts == 1) return work(begin, end);
  in_parts(parts, [&](std::int64_t i) { work(begin + count * i / parts, begin + count * (i + 1) / parts); });
}

}  // namespace ganymede
