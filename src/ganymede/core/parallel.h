// Work in parts, taken by whoever is free: the calling thread, and helpers that sleep while there is nothing to do.
//
// OpenMP's loops give each thread its share beforehand and wait for all of them. Where another program has one of the
// processors that wait is for its time slice, and ends only when the thread gets its turn. Here a helper that does not
// get its turn has taken nothing, and the others do the work; only a part that was begun is waited for.
#pragma once

#include <cstdint>
#include <functional>

namespace ganymede {

/// Calls work(0) ... work(parts - 1), each once, in no order, on at most as many threads as LibTorch would use here
/// (set_threads). Within `work` LibTorch, oneDNN and the BLAS use one thread and record no gradients, and in_parts is a
/// plain loop. Rethrows the first error; parts not yet begun are then left out.
/// The same bytes whatever the timing are the caller's: let each part write what is its own, and add up afterwards.
void in_parts(std::int64_t parts, const std::function<void(std::int64_t)>& work);

/// Calls work(first, last) for pieces that cover [begin, end), none shorter than `grain` unless all is. How it is cut
/// depends on the number of threads.
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& work);

/// While it lives LibTorch, oneDNN and the BLAS use one thread on the thread that made it, and so does in_parts.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int threads_before_;
  bool within_before_;
};

/// How many pieces are worth while: several for each thread, so that the last ones even out.
std::int64_t useful_parts();

}  // namespace ganymede
