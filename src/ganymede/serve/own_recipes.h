// The recipes in a folder of the server's owner, read again as they change.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/file_stamp.h"

namespace ganymede::serve {

class OwnRecipes {
 public:
  /// No folder, no recipes.
  explicit OwnRecipes(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  /// Its files NAME.toml, by name. One with mistakes says what is wrong with it.
  std::vector<RecipeAnswer> list();
  /// Of one of them; nothing for any other name.
  std::optional<std::string> text_of(const std::string& name);

 private:
  struct Known {
    FileStamp stamp;
    std::string text;
    RecipeAnswer answer;
  };
  void look();

  const std::filesystem::path folder_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;
};

}  // namespace ganymede::serve
