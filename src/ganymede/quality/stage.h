// The progress of a part of an evaluation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ganymede/core/progress.h"

namespace ganymede::quality {

/// A Progress where one is wanted.
class Stage {
 public:
  Stage(bool shown, const std::string& title, std::int64_t total, const char* unit = "image") {
    if (shown) progress_.emplace(title, static_cast<std::uint64_t>(total), unit);
  }
  void operator()(std::uint64_t done) {
    if (progress_) progress_->update(done);
  }

 private:
  std::optional<Progress> progress_;
};

}  // namespace ganymede::quality
