#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/upkeep.h"

namespace ganymede {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& action, const fs::path& path, int error) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT)
    hint = "free some room on that disk and run the command again, a training with --resume";
  else if (error == EFBIG)
    hint = "raise the limit on the size of files (ulimit -f)";
  else if (error == EIO)
    hint = "the disk or the network behind it fails: look at the system's log";
  else if (error == EACCES || error == EPERM || error == EROFS)
    hint = action == "read" ? "let this user read it" : "choose a place you may write to";
  else if (error == ENOENT)
    hint = "check the path";
  throw Error(fmt::format("cannot {}: {}", action, std::strerror(error)), path.string(), hint);
}

void write_all(int descriptor, const std::uint8_t* data, size_t size, const fs::path& path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("write", path, errno);
    }
    if (written == 0) fail("write", path, ENOSPC);  // it would be for ever
    data += written;
    size -= static_cast<size_t>(written);
  }
}

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A file that is open for as long as this lives.
struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int number;
};

void make_parent(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) fail("create the folder", path.parent_path(), error.value());
}

/// The names of the files being written, where a signal handler finds them.
struct PendingName {
  std::atomic<bool> taken{false};
  std::atomic<bool> written{false};
  char name[4096];
};
PendingName pending_names[16];

/// Remembers a name for as long as it lives; of more files at once than there is room for the last are not remembered.
class Pending {
 public:
  explicit Pending(const fs::path& path) {
    if (path.native().size() >= sizeof PendingName::name) return;
    for (auto& slot : pending_names) {
      if (slot.taken.exchange(true)) continue;
      std::strcpy(slot.name, path.c_str());
      slot.written = true;
      slot_ = &slot;
      return;
    }
  }
  ~Pending() {
    if (slot_ == nullptr) return;
    slot_->written = false;
    slot_->taken = false;
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

 private:
  PendingName* slot_ = nullptr;
};

constexpr std::string_view kTemporaryMark = ".tmp-";

/// "NAME.tmp-NUMBER", as below.
bool is_temporary(const std::string& name) {
  const auto mark = name.rfind(kTemporaryMark);
  if (mark == std::string::npos || mark + kTemporaryMark.size() == name.size()) return false;
  return name.find_first_not_of("0123456789", mark + kTemporaryMark.size()) == std::string::npos;
}

/// A file being written beside its final place; removed unless it was committed. It is locked for as long as it is
/// written, so that what a killed process left can be told from it: the number in its name may be another process's by
/// now, or one of another container's.
class PendingFile {
 public:
  explicit PendingFile(const fs::path& target)
      : target_(target),
        temporary_(target.string() + fmt::format("{}{}", kTemporaryMark, ::getpid())),
        pending_(temporary_) {
    make_parent(target);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor_ < 0) fail("write", target, errno);
    ::flock(descriptor_, LOCK_EX | LOCK_NB);  // where a file system has no locks its leftovers go too early or never
  }
  ~PendingFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!committed_) ::unlink(temporary_.c_str());
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  void write(std::span<const std::uint8_t> bytes) { write_all(descriptor_, bytes.data(), bytes.size(), target_); }

  void commit(bool sync = true) {
    if (sync && ::fsync(descriptor_) != 0) fail("write", target_, errno);
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) fail("write", target_, errno);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("write", target_, errno);
    committed_ = true;
    if (!sync) return;
    const fs::path folder = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
    const int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent >= 0) {
      ::fsync(parent);  // makes the rename itself durable
      ::close(parent);
    }
  }

 private:
  fs::path target_, temporary_;
  Pending pending_;
  int descriptor_ = -1;
  bool committed_ = false;
};

}  // namespace

Bytes read_descriptor(int descriptor, const fs::path& path, std::uint64_t limit, std::uint64_t first) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) fail("read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    const bool folder = S_ISDIR(status.st_mode);
    throw Error(fmt::format("expected a file but found a {}", folder ? "folder" : "pipe or a device"), path.string(),
                "name a file");
  }
  if (static_cast<std::uint64_t>(status.st_size) > limit) {
    throw Error(fmt::format("file of {} is above the limit of {}", counted(status.st_size, "byte"), grouped(limit)),
                path.string());
  }
  if (::lseek(descriptor, static_cast<off_t>(first), SEEK_SET) < 0) fail("read", path, errno);
  Bytes bytes(static_cast<size_t>(status.st_size) - std::min(static_cast<size_t>(status.st_size), first));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(descriptor, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

Bytes read_file(const fs::path& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.number < 0) fail("read", path, errno);
  return read_descriptor(file.number, path, limit);
}

void sync_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number < 0 && errno == ENOENT) return;
  if (file.number < 0 || ::fsync(file.number) != 0) fail("write", path, errno);
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  // increment() and not ++, which would throw at a folder that nobody may read.
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (!is_temporary(path.filename().string())) continue;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    struct stat status{};
    if (file.number < 0 || ::fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (::flock(file.number, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
}

void remove_pending_files() noexcept {
  for (const auto& slot : pending_names) {
    if (slot.written) ::unlink(slot.name);
  }
}

void write_file(const fs::path& path, std::span<const std::uint8_t> bytes) {
  PendingFile file(path);
  file.write(bytes);
  file.commit();
}

void write_file(const fs::path& path, std::string_view text) {
  write_file(path, as_bytes(text));
}

void write_file_unsynced(const fs::path& path, std::span<const std::uint8_t> bytes) {
  PendingFile file(path);
  file.write(bytes);
  file.commit(/*sync=*/false);
}

void write_file_in_pieces(const fs::path& path, const std::function<void(const PieceSink&)>& produce) {
  PendingFile file(path);
  produce([&file](std::span<const std::uint8_t> piece) { file.write(piece); });
  file.commit();
}

AppendFile::AppendFile(fs::path path, std::uint64_t keep_bytes) : path_(std::move(path)) {
  make_parent(path_);
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("write", path_, errno);
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) fail("write", path_, errno);
  size_ = std::min(keep_bytes, static_cast<std::uint64_t>(status.st_size));
  if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) fail("write", path_, errno);
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AppendFile::append(std::string_view bytes) {
  write_all(descriptor_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), path_);
  size_ += bytes.size();
}

void AppendFile::sync() {
  if (::fsync(descriptor_) != 0) fail("write", path_, errno);
}

bool is_locked(const fs::path& folder) {
  // Others may write to the folder: what looks like a lock may be a pipe or a link.
  const Descriptor file(::open((folder / ".lock").c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status{};
  if (file.number < 0 || ::fstat(file.number, &status) != 0 || !S_ISREG(status.st_mode)) return false;
  return ::flock(file.number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;  // closing gives it back
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / ".lock";
  make_parent(path);
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  if (descriptor_ < 0) fail("write", folder, errno);
  int refused = ::flock(descriptor_, LOCK_EX | LOCK_NB);
  // is_locked() holds the lock for an instant to see whether it is free: that is no reason to give up.
  for (int attempt = 0; refused != 0 && errno == EWOULDBLOCK && attempt < 4; ++attempt) {
    ::usleep(10'000);
    refused = ::flock(descriptor_, LOCK_EX | LOCK_NB);
  }
  if (refused != 0) {
    const int error = errno;
    char holder[32] = {};
    const ssize_t length = ::pread(descriptor_, holder, sizeof holder - 1, 0);
    ::close(descriptor_);
    if (error != EWOULDBLOCK) fail("lock", folder, error);
    throw Error(fmt::format("another process ({}) is using this folder", length > 0 ? holder : "unknown"),
                folder.string(), "wait for it to end, or choose another --output");
  }
  const std::string own = std::to_string(::getpid());
  // Only the message to a second process uses the content, so a failed write is no error.
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, own.data(), own.size(), 0) < 0) return;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ganymede
