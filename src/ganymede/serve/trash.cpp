#include "ganymede/serve/trash.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "ganymede/core/files.h"
#include "ganymede/core/open_file.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = ".trash";
constexpr std::size_t kDigits = 15;  ///< milliseconds since 1970: names sort by when

bool is_trash_name(const std::string& name) {
  return name.size() > kDigits + 1 && name[kDigits] == '-' &&
         std::all_of(name.begin(), name.begin() + kDigits, [](char c) { return c >= '0' && c <= '9'; });
}

/// A run of `folder` by its name in the trash.
Trashed trashed_of(const std::string& name, const fs::path& folder) {
  const auto milliseconds = std::stoll(name.substr(0, kDigits));
  return {.name = name,
          .run = name.substr(kDigits + 1),
          .deleted = static_cast<std::time_t>(milliseconds / 1000),
          .folder = folder};
}

/// Throws Problem 403.
void move(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw Problem(403, "the folder of runs cannot be written: " + error.message());
}

}  // namespace

Trashed Trash::put(const fs::path& run) {
  const fs::path folder = run.parent_path(), trash = folder / kFolder;
  std::error_code error;
  fs::create_directory(trash, error);
  if (!is_plain_folder(trash)) throw Problem(403, "the folder of runs cannot be written");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const auto out = trashed_of(fmt::format("{:0{}}-{}", milliseconds, kDigits, run.filename().string()), folder);
  if (is_locked(run)) throw Problem(409, "the run is being trained; stop it first");
  move(run, trash / out.name);
  return out;
}

std::vector<Trashed> Trash::in(const fs::path& folder) {
  std::vector<Trashed> out;
  std::error_code error;
  if (!is_plain_folder(folder / kFolder)) return out;
  for (const auto& entry : fs::directory_iterator(folder / kFolder, error)) {
    const std::string name = entry.path().filename().string();
    if (is_trash_name(name) && is_plain_folder(entry.path())) out.push_back(trashed_of(name, folder));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name > b.name; });
  return out;
}

void Trash::take_back(const Trashed& trashed) {
  const fs::path target = trashed.folder / trashed.run;
  std::error_code error;
  if (fs::exists(fs::symlink_status(target, error))) throw Problem(409, "another run has its name now");
  move(trashed.folder / kFolder / trashed.name, target);
}

}  // namespace ganymede::serve
