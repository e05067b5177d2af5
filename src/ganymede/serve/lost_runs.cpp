#include "ganymede/serve/lost_runs.h"

namespace ganymede::serve {

void LostRuns::look(const Catalogue& catalogue) {
  if (url_.empty()) return;
  std::map<std::string, RunStanding> now;
  for (const auto& run : catalogue.runs()) {
    const auto state = now[run->id()] = run->snapshot()->overview.state;
    const auto before = known_.find(run->id());
    const bool was_under_way =
        before != known_.end() && (before->second == RunStanding::kWaiting || before->second == RunStanding::kRunning);
    if (!was_under_way || state != RunStanding::kLost) continue;
    told_.try_emplace(run->id(), url_, run->id()).first->second.send("lost", "its process ended without saying why");
  }
  known_ = std::move(now);
}

}  // namespace ganymede::serve
