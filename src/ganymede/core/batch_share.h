// A batch that several processes share: which of its images this one has. What depends on the place of an image in its
// batch (a random number, a batch norm's statistics) looks here, so that several processes do what one would.
#pragma once

#include <cstdint>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// Adds numbers up over the processes that share a batch.
class ProcessSum {
 public:
  virtual ~ProcessSum() = default;
  /// `values` (f32 or f64, contiguous) become their sums over all processes, the same bits in each. Every process calls
  /// it, with as many values, in the same order among its calls. Throws Error where a process is lost.
  virtual void add_up(const Tensor& values) const = 0;
};

/// Images [number * n, (number + 1) * n) of a batch of `of` * n; of several such batches, one after another, those of
/// each.
struct BatchShare {
  std::int64_t number = 0, of = 1;
  const ProcessSum* statistics = nullptr;  ///< by which batch norms see the whole batch; null: they see the share
  std::int64_t batches = 1;
};

/// While one lives, what runs on this thread works on that share of its batch.
class BatchShareScope {
 public:
  explicit BatchShareScope(const BatchShare& share) : before_(here()) { here() = share; }
  ~BatchShareScope() { here() = before_; }
  BatchShareScope(const BatchShareScope&) = delete;
  BatchShareScope& operator=(const BatchShareScope&) = delete;

  /// That of the innermost one; the whole batch outside any.
  static const BatchShare& current() { return here(); }

 private:
  static BatchShare& here() {
    thread_local BatchShare share;
    return share;
  }

  BatchShare before_;
};

/// The rows of this share, where `draw(rows)` makes those of the whole batches and `rows` are a share's.
template <class Draw>
Tensor rows_of_share(std::int64_t rows, const Draw& draw) {
  const BatchShare& share = BatchShareScope::current();
  if (share.of == 1) return draw(rows);
  std::vector<Tensor> own;
  for (const Tensor& batch : draw(rows * share.of).chunk(share.batches))
    own.push_back(batch.chunk(share.of)[share.number]);
  return own.size() == 1 ? own[0] : at::cat(own);
}

}  // namespace ganymede
