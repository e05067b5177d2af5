// Allocations of this process that fail when they are told to: malloc() and its kin are replaced, and with them what
// operator new and the C libraries below us take. For glibc without a sanitizer, which replaces them itself.
#pragma once

#include <string_view>

namespace ganymede::fuzz {

/// From now on the `number`-th allocation of any thread fails, and all later ones where `all_later`; none, where it is
/// 0.
void fail_allocation(long number, bool all_later);

struct Allocations {
  long asked = 0, failed = 0;
};

/// No allocation fails any more; returns those there were since fail_allocation().
Allocations let_allocations_succeed();

/// Blocks of memory that are in use now.
long blocks_in_use();

/// The library for which the allocation was that failed first ("libpng16", "libc"); "" where it was this program's own.
std::string_view asker();

/// In a handler of a signal or of the process's end: the library whose code it came from; "" where it was this program.
std::string_view crashed();

}  // namespace ganymede::fuzz
