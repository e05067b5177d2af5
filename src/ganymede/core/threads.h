// How many threads the arithmetic uses, and how they wait.
#pragma once

namespace ganymede {

/// Sets LibTorch's, OpenMP's and the BLAS's threads for the thread that calls it and for those made later; 0 means one
/// for each processor this process may use (core/processors.h). Returns the number in force. LibTorch alone may start
/// with one. OpenMP's threads wait asleep after a few microseconds from now on, whatever OMP_WAIT_POLICY and its like
/// say. Throws Error where the limit on memory has no room for the BLAS's buffer.
int set_threads(int requested);

/// The same for the thread that calls it alone: one that is made later has as many as it would have had.
int set_own_threads(int requested);

}  // namespace ganymede
