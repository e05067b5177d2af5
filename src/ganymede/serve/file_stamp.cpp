#include "ganymede/serve/file_stamp.h"

#include <sys/stat.h>

namespace ganymede::serve {

std::optional<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileStamp{status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec};
}

}  // namespace ganymede::serve
