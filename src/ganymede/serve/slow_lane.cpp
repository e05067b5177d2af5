#include "ganymede/serve/slow_lane.h"

#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

constexpr int kMaxWaiting = 8;

}  // namespace

void SlowLane::post(std::function<void()> task) {
  if (++waiting_ > kMaxWaiting) {
    --waiting_;
    throw Problem(429, "others wait for what takes long, too; try again in a moment", {}, {{"Retry-After", "5"}});
  }
  thread_.post([this, task = std::move(task)] {
    task();
    --waiting_;
  });
}

}  // namespace ganymede::serve
