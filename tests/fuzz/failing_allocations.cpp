#include "fuzz/failing_allocations.h"

#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

// glibc's own, below the names that are replaced here.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace ganymede::fuzz {
namespace {

std::atomic<bool> counting{false}, later{false};
std::atomic<long> at{0}, asked{0}, failed{0}, in_use{0};

/// Those who called for the allocation that failed first.
std::array<void*, 32> callers;
int depth = 0;

/// Whether this allocation is one that fails.
bool fails() {
  if (!counting) return false;
  const long number = ++asked;
  if (number != at && !(later && number > at)) return false;
  if (++failed == 1) depth = ::backtrace(callers.data(), static_cast<int>(callers.size()));
  errno = ENOMEM;
  return true;
}

void* counted(void* block) {
  if (block != nullptr) ++in_use;
  return block;
}

/// The file of the code at `address` ("libpng16"); "" where it is this program's.
std::string_view file_of(void* address) {
  Dl_info own{}, info{};
  ::dladdr(reinterpret_cast<void*>(&file_of), &own);
  if (::dladdr(address, &info) == 0 || std::strcmp(info.dli_fname, own.dli_fname) == 0) return {};
  std::string_view name = info.dli_fname;
  name.remove_prefix(name.rfind('/') + 1);
  return name.substr(0, name.find(".so"));
}

/// The innermost library among those who called. It may itself have called templates of this program, or a standard
/// library that ended the process.
std::string_view first_library(std::span<void* const> frames) {
  for (void* frame : frames) {
    const auto name = file_of(frame);
    if (!name.empty() && name != "libc" && name != "libstdc++" && name != "libgcc_s") return name;
  }
  return {};
}

}  // namespace

std::string_view asker() {
  // Before them come fails() and the function that was replaced.
  const auto frames = std::span<void* const>(callers).first(static_cast<std::size_t>(depth));
  const auto library = first_library(frames);
  return library.empty() && frames.size() > 2 && file_of(frames[2]) == "libc" ? "libc" : library;
}

std::string_view crashed() {
  std::array<void*, 32> frames;
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  return first_library(std::span<void* const>(frames).first(static_cast<std::size_t>(count)));
}

void fail_allocation(long number, bool all_later) {
  depth = ::backtrace(callers.data(), 1);  // what it needs itself is loaded the first time
  asked = failed = 0;
  at = number;
  later = all_later;
  counting = true;
}

Allocations let_allocations_succeed() {
  counting = false;
  return {asked, failed};
}

long blocks_in_use() {
  return in_use;
}

}  // namespace ganymede::fuzz

#define REPLACES extern "C" __attribute__((visibility("default")))

using ganymede::fuzz::counted;
using ganymede::fuzz::fails;
using ganymede::fuzz::in_use;

REPLACES void* malloc(std::size_t size) noexcept {
  return fails() ? nullptr : counted(__libc_malloc(size));
}

REPLACES void* calloc(std::size_t count, std::size_t size) noexcept {
  return fails() ? nullptr : counted(__libc_calloc(count, size));
}

REPLACES void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return fails() ? nullptr : counted(__libc_memalign(alignment, size));
}

REPLACES void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return fails() ? nullptr : counted(__libc_memalign(alignment, size));
}

REPLACES int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  if (fails()) return ENOMEM;
  *block = counted(__libc_memalign(alignment, size));
  return *block == nullptr ? ENOMEM : 0;
}

REPLACES void free(void* block) noexcept {
  if (block != nullptr) --in_use;
  __libc_free(block);
}

REPLACES void* realloc(void* block, std::size_t size) noexcept {
  if (block != nullptr && size == 0) {
    free(block);
    return nullptr;
  }
  if (fails()) return nullptr;
  return block == nullptr ? counted(__libc_malloc(size)) : __libc_realloc(block, size);
}
