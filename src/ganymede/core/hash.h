// Checksums of files and of data in memory, as lower-case hexadecimal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ganymede {

/// A running digest: "sha256" or "md5" (md5 only to compare with what data sets publish).
class Digest {
 public:
  explicit Digest(const char* algorithm = "sha256");
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  void update(std::span<const std::uint8_t> bytes);
  /// Ends the digest; the object must not be used afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// sha256 of a text.
std::string text_digest(std::string_view text);

/// Digest of a whole file, read in pieces. Throws Error when it cannot be read.
std::string file_digest(const std::filesystem::path& path, const char* algorithm = "sha256");

}  // namespace ganymede
