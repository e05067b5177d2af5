#include "ganymede/data/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "ganymede/core/processors.h"

namespace ganymede::data {

void parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  constexpr std::size_t kChunk = 4;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t failed_at = count;
  const auto run = [&] {
    for (;;) {
      const std::size_t begin = next.fetch_add(kChunk);
      if (begin >= count) return;
      for (std::size_t i = begin; i < std::min(count, begin + kChunk); ++i) {
        try {
          work(i);
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (i < failed_at) {
            failed_at = i;
            failure = std::current_exception();
          }
          next.store(count);
          return;
        }
      }
    }
  };
  const std::size_t chunks = (count + kChunk - 1) / kChunk;
  const std::size_t threads = std::min<std::size_t>(chunks, static_cast<std::size_t>(processors_allowed()));
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back(run);
  run();
  for (auto& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace ganymede::data
