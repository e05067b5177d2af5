// LMDB trusts its files: it follows page numbers and offsets without a look. So a database from outside is walked once
// before LMDB may open it, by a reader that trusts nothing.
#pragma once

#include <cstdint>
#include <filesystem>

namespace ganymede::data {

struct LmdbFacts {
  std::uint64_t entries = 0;    ///< of the main database
  std::uint64_t map_bytes = 0;  ///< what LMDB has to map: all pages up to the last one in use
};

/// Reads both meta pages and every branch and leaf page of the main database (LMDB 0.9's format, 64 bits, little
/// endian) and checks that all page numbers, node offsets, key and value sizes lie within the file, that no page is
/// used twice, and that there is nothing that we do not read (named databases, several values a key). Throws Error for
/// a file that is none, cut short, damaged or of another kind. A file that another process changes meanwhile is not
/// covered.
LmdbFacts check_lmdb(const std::filesystem::path& file);

}  // namespace ganymede::data
