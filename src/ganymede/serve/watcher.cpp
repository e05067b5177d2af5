#include "ganymede/serve/watcher.h"

#include "ganymede/core/log.h"
#include "ganymede/core/memory.h"

namespace ganymede::serve {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kLongestWait = std::chrono::seconds(2);
constexpr int kGiveBackEvery = 60;  ///< looks

}  // namespace

Watcher::Watcher(Catalogue& catalogue, std::function<void()> also)
    : catalogue_(catalogue), also_(std::move(also)), thread_([this] { work(); }) {}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watcher::look_now() {
  std::unique_lock lock(mutex_);
  const auto wanted = begun_ + 1;  // the look under way may have been there before
  asked_ = true;
  wake_.notify_one();
  looked_.wait_for(lock, kLongestWait, [&] { return done_ >= wanted || ending_; });
}

void Watcher::work() {
  int looks = 0;
  std::unique_lock lock(mutex_);
  while (!ending_) {
    asked_ = false;
    const auto look = ++begun_;
    lock.unlock();
    try {
      if (also_) also_();
      catalogue_.refresh();
    } catch (const std::exception& error) {
      spdlog::error("looking for models failed: {}", error.what());
    }
    ready_ = true;
    if (++looks % kGiveBackEvery == 0) give_back_freed_memory();  // of a flood that is over
    lock.lock();
    done_ = look;
    looked_.notify_all();
    wake_.wait_for(lock, kLookEvery, [this] { return ending_ || asked_; });
  }
}

}  // namespace ganymede::serve
