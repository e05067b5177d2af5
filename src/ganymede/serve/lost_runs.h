// Runs that were under way and are lost: nobody else can tell of a process that was killed.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ganymede/serve/catalogue.h"
#include "ganymede/track/webhook.h"

namespace ganymede::serve {

class LostRuns {
 public:
  /// Tells `url`, or nobody where it is empty.
  explicit LostRuns(std::string url) : url_(std::move(url)) {}
  /// Tells of each run that was under way at the last look. To be called by one thread, now and then.
  void look(const Catalogue& catalogue);

 private:
  const std::string url_;
  std::map<std::string, RunStanding> known_;
  std::map<std::string, track::Webhook> told_;  ///< by runs: each says its run's name
};

}  // namespace ganymede::serve
