// Deleted runs: they lie in .trash of their folder of runs, until somebody takes them back or empties it by hand.
#pragma once

#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

namespace ganymede::serve {

struct Trashed {
  std::string name;              ///< of the folder in the trash: when it was deleted, and what it was called
  std::string run;               ///< what it was called
  std::time_t deleted;           ///< seconds since 1970
  std::filesystem::path folder;  ///< of the runs it was one of
};

class Trash {
 public:
  /// Moves a run there. Throws Problem 409 where a training holds it, 403 where its folder cannot be written.
  static Trashed put(const std::filesystem::path& run);
  /// Those of a folder of runs, the last one first.
  static std::vector<Trashed> in(const std::filesystem::path& folder);
  /// Moves it back. Throws Problem 409 where another run has its name by now, 403 where nothing can be written.
  static void take_back(const Trashed& trashed);
};

}  // namespace ganymede::serve
