// std::terminate(), as main() wants it. No library calls this.
#pragma once

namespace ganymede {

/// What std::bad_alloc says where it ends a command.
inline constexpr const char* kOutOfMemory = "out of memory; try a smaller batch";

/// From now on memory that runs out where nothing may be thrown (in a destructor or an iterator over a folder, of
/// libraries) ends the process with exit code 1 and the line that says so, its half-written files removed.
void handle_terminate();

}  // namespace ganymede
