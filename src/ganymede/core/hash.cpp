#include "ganymede/core/hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <new>
#include <vector>

#include "ganymede/core/error.h"

namespace ganymede {
namespace {

void must(int done) {
  if (done != 1) throw Error("a checksum cannot be computed");
}

}  // namespace

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    if (context == nullptr) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest(const char* algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* method = EVP_get_digestbyname(algorithm);
  if (method == nullptr || EVP_DigestInit_ex(state_->context, method, nullptr) != 1) {
    throw Error(fmt::format("the checksum '{}' is not available", algorithm));
  }
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::span<const std::uint8_t> bytes) {
  must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string Digest::hex() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  must(EVP_DigestFinal_ex(state_->context, out, &length));
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", out[i]);
  return text;
}

std::string text_digest(std::string_view text) {
  Digest digest;
  digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return digest.hex();
}

std::string file_digest(const std::filesystem::path& path, const char* algorithm) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("cannot read the file", path.string(), "check the path");
  Digest digest(algorithm);
  std::vector<char> buffer(1 << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
    digest.update({reinterpret_cast<const std::uint8_t*>(buffer.data()), static_cast<size_t>(file.gcount())});
  }
  return digest.hex();
}

}  // namespace ganymede
