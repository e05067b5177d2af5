// A loop over independent pieces of work on all processors, without LibTorch.
#pragma once

#include <cstddef>
#include <functional>

namespace ganymede::data {

/// Calls work(0) ... work(count - 1), each once, in no order, from several threads. Rethrows the error of the lowest
/// index that failed among those that ran; work not yet begun is then left out.
void parallel(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace ganymede::data
