// A batch that several processes share: which of its images this one has. What depends on the place of an image in its
// batch (a random number, a batch norm's statistics) looks here, so that several processes do what one would.
#pragma once

#include <cstdint>

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

/// Images [number * n, (number + 1) * n) of a batch of `of` * n.
struct BatchShare {
  std::int64_t number = 0, of = 1;
  const ProcessSum* statistics = nullptr;  ///< by which batch norms see the whole batch; null: they see the share
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

/// The rows of this share, where `draw(rows)` makes those of a whole batch and `rows` are a share's.
template <class Draw>
Tensor rows_of_share(std::int64_t rows, const Draw& draw) {
  const BatchShare& share = BatchShareScope::current();
  return share.of == 1 ? draw(rows) : draw(rows * share.of).narrow(0, rows * share.number, rows);
}

}  // namespace ganymede
