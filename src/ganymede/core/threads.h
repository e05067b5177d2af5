// How many threads the arithmetic uses, and the one parallel loop.
#pragma once

#include <cstdint>
#include <functional>

namespace ganymede {

/// Sets LibTorch's, OpenMP's and the BLAS's threads; 0 means one for each processor this process may use.
/// Returns the number in force. LibTorch alone may start with one. Throws Error where the limit on memory has no room
/// for the BLAS's buffer.
int set_threads(int requested);

}  // namespace ganymede
