// The one family of errors. Each says what went wrong, where, and how to fix it;
// the command line prints it as `error: where: what; how to fix it`, the server as problem+json.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace ganymede {

/// Failed at run time (exit code 1): a missing file, damaged data, a full disk.
class Error : public std::runtime_error {
 public:
  /// `where` and `hint` may be empty. None of the three ends in a full stop.
  explicit Error(std::string what_happened, std::string where = {}, std::string hint = {});

  const std::string& what_happened() const { return what_; }
  const std::string& where() const { return where_; }
  const std::string& hint() const { return hint_; }

 private:
  std::string what_, where_, hint_;
};

/// The user asked for something that cannot be meant (exit code 2): an unknown flag, recipe key or value.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// "X; did you mean 'NEAREST'?" where a name is close enough, else a list of the known ones.
std::string suggest(const std::string& unknown, const std::vector<std::string>& known);

}  // namespace ganymede
