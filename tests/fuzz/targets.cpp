#include "fuzz/targets.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ostream>

#include "ganymede/core/error.h"
#include "support/support.h"

namespace ganymede::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> all = [] {
    std::vector<Target> out;
    for (const auto& some : {image_targets(), dataset_targets(), tensor_targets(), text_targets(), server_targets()}) {
      out.insert(out.end(), some.begin(), some.end());
    }
    return out;
  }();
  return all;
}

void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "a reader's promise is broken: %s\n", what);
  std::abort();
}

namespace {
constexpr std::uint64_t kNothingSeen = 0xCBF29CE484222325;  // FNV-1a's
std::uint64_t digest = kNothingSeen;
}  // namespace

void saw(std::span<const std::uint8_t> bytes) {
  for (const auto byte : bytes) digest = (digest ^ byte) * 0x100000001B3;
}
std::uint64_t seen() {
  return digest;
}
void forget_seen() {
  digest = kNothingSeen;
}

bool survives(const Target& target, const Bytes& bytes) {
  // Of the exact size, so that a sanitizer sees any read beyond the end.
  const Bytes exact(bytes.begin(), bytes.end());
  try {
    target.read(exact);
    return true;
  } catch (const Error&) {
    return false;
  }
}

Bytes bytes_of_text(std::string_view text) {
  return {text.begin(), text.end()};
}
std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::filesystem::path put(const std::string& name, const Bytes& bytes) {
  static const test::TemporaryFolder folder;
  const auto path = folder / name;
  // Not by write_file(), which syncs: this is done thousands of times a second.
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) {
    std::filesystem::create_directories(path.parent_path());
    file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  require(file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "a file");
  ::close(file);
  return path;
}

Pair Pair::of(const Bytes& bytes) {
  if (bytes.size() < 2) return {};
  const auto first = std::min<std::size_t>(bytes[0] | bytes[1] << 8, bytes.size() - 2);
  const auto begin = bytes.begin() + 2, middle = begin + static_cast<std::ptrdiff_t>(first);
  return {Bytes(begin, middle), Bytes(middle, bytes.end())};
}

Bytes Pair::joined() const {
  Bytes out{static_cast<std::uint8_t>(first.size()), static_cast<std::uint8_t>(first.size() >> 8)};
  out.insert(out.end(), first.begin(), first.end());
  out.insert(out.end(), second.begin(), second.end());
  return out;
}

}  // namespace ganymede::fuzz
