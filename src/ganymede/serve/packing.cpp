#include "ganymede/serve/packing.h"

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>

#include <memory>

#include "ganymede/core/error.h"

namespace ganymede::serve {
namespace {

struct FreeWriter {
  void operator()(archive* a) const { archive_write_free(a); }
};
struct FreeReader {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

void check(archive* a, int code) {
  if (code != ARCHIVE_OK) throw Error(std::string("libarchive failed: ") + archive_error_string(a));
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  // It writes a closing zero too, where the string has its own.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
  return out;
}

Bytes from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const auto digits = text.substr(0, text.size() - padding);
  // EVP_DecodeBlock() leaves out blanks around the text, and line ends.
  if (text.size() % 4 != 0 || digits.find_first_not_of(kDigits) != std::string_view::npos)
    throw Error("it is no base64");
  Bytes out(3 * (text.size() / 4));
  const int got =
      EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (got < 0) throw Error("it is no base64");
  out.resize(static_cast<std::size_t>(got) - padding);
  return out;
}

std::string zip(std::span<const std::pair<std::string, Bytes>> files) {
  std::size_t room = 4096;
  for (const auto& [name, content] : files) room += content.size() + 2 * name.size() + 1024;
  std::string out(room, '\0');
  std::size_t used = 0;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  check(writer.get(), archive_write_set_format_zip(writer.get()));
  check(writer.get(), archive_write_set_options(writer.get(), "zip:compression=store"));
  check(writer.get(), archive_write_open_memory(writer.get(), out.data(), out.size(), &used));
  for (const auto& [name, content] : files) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_mtime(entry.get(), 0, 0);
    check(writer.get(), archive_write_header(writer.get(), entry.get()));
    if (archive_write_data(writer.get(), content.data(), content.size()) < 0) check(writer.get(), ARCHIVE_FATAL);
  }
  check(writer.get(), archive_write_close(writer.get()));
  out.resize(used);
  return out;
}

std::string gzip(std::string_view plain) {
  std::string out(plain.size() + plain.size() / 512 + 1024, '\0');
  std::size_t used = 0;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  check(writer.get(), archive_write_add_filter_gzip(writer.get()));
  check(writer.get(), archive_write_set_format_raw(writer.get()));
  // Packed while somebody waits: a lower level takes a third of the time. Without the time it was packed at.
  check(writer.get(), archive_write_set_options(writer.get(), "gzip:compression-level=4,gzip:!timestamp"));
  check(writer.get(), archive_write_set_bytes_in_last_block(writer.get(), 1));  // no zeros behind it
  check(writer.get(), archive_write_open_memory(writer.get(), out.data(), out.size(), &used));
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), "answer");
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  check(writer.get(), archive_write_header(writer.get(), entry.get()));
  if (archive_write_data(writer.get(), plain.data(), plain.size()) < 0) check(writer.get(), ARCHIVE_FATAL);
  check(writer.get(), archive_write_close(writer.get()));
  out.resize(used);
  return out;
}

std::string gunzip(std::string_view packed) {
  const std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  check(reader.get(), archive_read_support_filter_gzip(reader.get()));
  check(reader.get(), archive_read_support_format_raw(reader.get()));
  check(reader.get(), archive_read_open_memory(reader.get(), packed.data(), packed.size()));
  archive_entry* entry = nullptr;
  check(reader.get(), archive_read_next_header(reader.get(), &entry));
  std::string out, piece(1 << 16, '\0');
  for (;;) {
    const la_ssize_t read = archive_read_data(reader.get(), piece.data(), piece.size());
    if (read < 0) check(reader.get(), ARCHIVE_FATAL);
    if (read <= 0) return out;
    out.append(piece, 0, static_cast<std::size_t>(read));
  }
}

}  // namespace ganymede::serve
