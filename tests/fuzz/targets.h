// Readers of bytes from outside. libFuzzer drives one of them (scripts/fuzz); every other build replays seeds, corpus
// and what was found once (replay_test.cpp). A new reader is one entry in the file of its kind.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::fuzz {

struct Target {
  std::string name;
  /// Reads the bytes. Error is what it may throw, and what it checks itself it checks with require().
  std::function<void(const Bytes& bytes)> read;
  /// Small sound inputs to begin with.
  std::function<std::vector<Bytes>()> seeds;
};

/// How GoogleTest shows one.
void PrintTo(const Target& target, std::ostream* out);

std::vector<Target> image_targets();
std::vector<Target> dataset_targets();
std::vector<Target> tensor_targets();
std::vector<Target> text_targets();
std::vector<Target> server_targets();

/// All of them. Names are fit for files.
const std::vector<Target>& targets();

/// Ends the process where `holds` is false, as a sanitizer would: a reader promised it.
void require(bool holds, const char* what);

/// Adds to the digest of what was read.
void saw(std::span<const std::uint8_t> bytes);
std::uint64_t seen();
void forget_seen();

/// What `target` makes of the bytes: true where it read them, false where it refused them with an Error.
bool survives(const Target& target, const Bytes& bytes);

Bytes bytes_of_text(std::string_view text);
std::string text_of(const Bytes& bytes);

/// Writes a file called `name` below a folder of this process and returns its path; the file is overwritten next time.
std::filesystem::path put(const std::string& name, const Bytes& bytes);

/// Two files in one input: the first's length in two bytes, low one first, then both.
struct Pair {
  Bytes first, second;
  static Pair of(const Bytes& bytes);
  Bytes joined() const;
};

}  // namespace ganymede::fuzz
