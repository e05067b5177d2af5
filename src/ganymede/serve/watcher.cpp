#include "ganymede/serve/watcher.h"

#include "ganymede/core/log.h"
#include "ganymede/core/memory.h"

namespace ganymede::serve {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr int kGiveBackEvery = 60;  ///< looks

}  // namespace

Watcher::Watcher(Catalogue& catalogue) : catalogue_(catalogue), thread_([this] { work(); }) {}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watcher::work() {
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    try {
      catalogue_.refresh();
    } catch (const std::exception& error) {
      spdlog::error("looking for models failed: {}", error.what());
    }
    ready_ = true;
    if (++looks % kGiveBackEvery == 0) give_back_freed_memory();  // of a flood that is over
    lock.lock();
    wake_.wait_for(lock, kLookEvery, [this] { return ending_; });
  }
}

}  // namespace ganymede::serve
