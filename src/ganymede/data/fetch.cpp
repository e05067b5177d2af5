#include "ganymede/data/fetch.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "ganymede/core/curl_handle.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/task.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMegabyte = 1'000'000;
/// A line that carries less than this many bytes a second for so long counts as broken.
constexpr long kSlowestBytes = 100, kSlowestSeconds = 30;
constexpr long kConnectSeconds = 30, kMaxRedirects = 10;
/// No data set's file is larger.
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 40;

struct CloseFile {  // the type of &std::fclose has attributes, which a template argument would lose
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// One attempt: what curl's callbacks see.
struct Transfer {
  CURL* curl = nullptr;
  File file;
  fs::path part;
  std::uint64_t offset = 0;    ///< bytes asked to be left out
  std::uint64_t received = 0;  ///< bytes of this attempt
  bool begun = false, full = false, stopped = false;
  std::string title;
  std::optional<Progress> progress;

  std::uint64_t done() const { return offset + received; }

  /// The answer's kind decides whether the part is gone on with: a server that ignores ranges sends all from the start.
  bool begin() {
    begun = true;
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (code != 206) offset = 0;
    file.reset(std::fopen(part.c_str(), offset > 0 ? "ab" : "wb"));
    curl_off_t length = -1;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    const std::uint64_t total = length > 0 ? offset + static_cast<std::uint64_t>(length) : 0;
    progress.emplace(title, total / kMegabyte, "megabyte", offset / kMegabyte);
    return file != nullptr;
  }
};

size_t on_data(char* data, size_t, size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  if (!transfer.begun && !transfer.begin()) transfer.full = true;
  if (transfer.full || transfer.done() + size > kLargestFile) return 0;
  if (std::fwrite(data, 1, size, transfer.file.get()) != size) {
    transfer.full = true;
    return 0;
  }
  transfer.received += size;
  transfer.progress->update(transfer.done() / kMegabyte);
  return size;
}

int on_tick(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.stopped = cancel_requested();
  return transfer.stopped ? 1 : 0;  // ends the transfer
}

CurlHandle new_handle(const std::string& url, Transfer& transfer) {
  CurlHandle handle = new_curl_handle(url);
  CURL* curl = transfer.curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytes);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSlowestSeconds);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_tick);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  return handle;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

/// True when done; false when the line broke and another attempt may help (`reason` says why).
bool attempt(const Download& download, const fs::path& part, std::string& reason) {
  Transfer transfer;
  transfer.part = part;
  transfer.offset = size_of(part);
  transfer.title = download.target.filename().string();
  const bool ranged = transfer.offset > 0;
  const CurlHandle handle = new_handle(download.url, transfer);
  // As text: CURLOPT_RESUME_FROM fails the whole transfer when a server ignores it.
  const std::string range = fmt::format("{}-", transfer.offset);
  if (ranged) curl_easy_setopt(handle.get(), CURLOPT_RANGE, range.c_str());
  const CURLcode result = curl_easy_perform(handle.get());
  long code = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &code);
  const bool flushed = !transfer.file || std::fclose(transfer.file.release()) == 0;
  if (transfer.progress) transfer.progress->finish();

  if (transfer.stopped)
    throw Cancelled("the download was stopped", download.url, "run the command again to go on with it");
  if (transfer.full || !flushed) {
    throw Error("cannot write the download", part.string(), "check the folder's rights and the room on its disk");
  }
  if (result == CURLE_OK) {
    if (!transfer.begun && !ranged) File(std::fopen(part.c_str(), "wb"));  // an empty file is a file
    return true;
  }
  if (code == 416 && ranged) {  // the part is as long as the file, or longer: its checksum decides
    if (!download.checksum.empty() && file_digest(part, download.algorithm.c_str()) == download.checksum) return true;
    fs::remove(part);
    reason = "the part from before did not fit";
    return false;
  }
  if (code >= 400 && code < 500 && code != 408 && code != 429) {
    throw Error(fmt::format("the server refused the download (HTTP {})", code), download.url,
                "check the address, or name a mirror with --from");
  }
  reason = code >= 400 ? fmt::format("HTTP {}", code) : curl_easy_strerror(result);
  switch (result) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      throw UsageError(fmt::format("cannot download: {}", reason), download.url, "give an http or https address");
    default:
      return false;
  }
}

void wait(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end && !cancel_requested()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

bool fetch_file(const Download& download, const FetchOptions& options) {
  const auto digest = [&](const fs::path& path) { return file_digest(path, download.algorithm.c_str()); };
  if (fs::exists(download.target)) {
    if (download.checksum.empty() || digest(download.target) == download.checksum) return false;
    spdlog::warn("{} has another checksum than the published one and is downloaded again", download.target.string());
  }
  std::error_code error;
  if (download.target.has_parent_path()) fs::create_directories(download.target.parent_path(), error);
  if (error)
    throw Error(fmt::format("cannot make the folder: {}", error.message()), download.target.parent_path().string(),
                "choose a place you may write to");
  const fs::path part = download.target.string() + ".part";

  // Nothing tells whether a part from another time belongs to today's file, unless its checksum will.
  if (download.checksum.empty()) fs::remove(part, error);

  std::string reason;
  double pause = options.wait_seconds;
  for (int tried = 1; !attempt(download, part, reason); ++tried, pause *= 2) {
    if (tried >= options.attempts) {
      throw Error(fmt::format("the download failed {} times: {}", tried, reason), download.url,
                  "run the command again to go on with it");
    }
    spdlog::warn("{} ({} MB so far); trying again", reason, size_of(part) / kMegabyte);
    wait(pause);
  }
  if (!download.checksum.empty()) {
    if (const std::string found = digest(part); found != download.checksum) {
      fs::remove(part, error);
      throw Error(fmt::format("wrong checksum: {} {} where {} belongs", download.algorithm, found, download.checksum),
                  download.url, "download again; if it stays, the file at that address is another one");
    }
  }
  fs::rename(part, download.target, error);
  if (error)
    throw Error(fmt::format("cannot put the download in place: {}", error.message()), download.target.string());
  return true;
}

}  // namespace ganymede::data
