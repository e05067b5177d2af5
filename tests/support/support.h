// What many tests need: a folder that cleans up after itself, the real data where it is present, and the shape of
// errors.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "ganymede/core/error.h"

namespace ganymede::test {

/// A fresh folder under the system's temporary folder, removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The folder of real data sets: $GANYMEDE_DATA, else ../shared/datasets, where it exists.
std::optional<std::filesystem::path> real_data();

/// The error message that `action` throws; fails the test when it throws none of our errors.
template <class Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return {};
}

}  // namespace ganymede::test

/// Skips the test, saying so, where the real data is not at hand; otherwise names its folder.
#define GANYMEDE_REAL_DATA(variable)                                                      \
  const auto variable##_found = ::ganymede::test::real_data();                            \
  if (!variable##_found) GTEST_SKIP() << "no real data: set GANYMEDE_DATA to its folder"; \
  const std::filesystem::path& variable = *variable##_found
