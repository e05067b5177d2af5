// How much memory requests may hold all together: what comes in as bodies and what large answers need.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>

namespace ganymede::serve {

/// Copies share one budget.
class MemoryBudget {
 public:
  /// A share of the budget, given back when its last copy goes. It may outlive the budget.
  using Share = std::shared_ptr<const void>;

  explicit MemoryBudget(std::uint64_t bytes) : bytes_(bytes), used_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

  /// Null where so much is not free now. What is larger than the whole budget gets all of it, alone.
  Share take(std::uint64_t wanted) const {
    const std::uint64_t share = std::min(wanted, bytes_);
    if (used_->fetch_add(share) + share > bytes_) {
      *used_ -= share;
      return nullptr;
    }
    return {static_cast<const void*>(used_.get()), [used = used_, share](const void*) { *used -= share; }};
  }
  std::uint64_t size() const { return bytes_; }
  std::uint64_t used() const { return *used_; }

 private:
  std::uint64_t bytes_;
  std::shared_ptr<std::atomic<std::uint64_t>> used_;
};

}  // namespace ganymede::serve
