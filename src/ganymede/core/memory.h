// How the allocator treats the large tensors that every training step makes anew.
#pragma once

#include <cstdint>

namespace ganymede {

/// Keeps freed memory in the process instead of handing it back and asking again, page by page, at every step: a DCGAN
/// step then meets 7 times fewer page faults. Call once, from main(). No effect outside glibc.
void keep_freed_memory();
/// Gives what was freed back to the system now.
void give_back_freed_memory();
/// The most bytes of memory that this process ever held at once, pages of files it looked at included; 0 where the
/// system does not say.
std::uint64_t peak_resident_bytes();

}  // namespace ganymede
