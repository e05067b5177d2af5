#include "ganymede/serve/engine.h"

#include <algorithm>

#include "ganymede/core/threads.h"
#include "ganymede/models/draw.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {
namespace {

constexpr const char* kRetryAfter = "1";
constexpr std::int64_t kMostTogether = 4 * models::kDrawnTogether;  // more would only make the first wait for the last

std::int64_t count_of(const Engine::Job& job) {
  return job.latents.size(0);
}

/// Whether one pass of one network can draw both.
bool together(const Engine::Job& a, const Engine::Job& b) {
  return a.model == b.model && a.untrained == b.untrained && (!a.labels.defined() || a.labels.dim() == b.labels.dim());
}

}  // namespace

Engine::Engine(Meters& meters, const Options& options) : meters_(meters), options_(options) {
  for (int i = 0; i < options.replicas; ++i) {
    const int share =
        std::max(1, options.threads / options.replicas + (i < options.threads % options.replicas ? 1 : 0));
    replicas_.emplace_back([this, share] {
      {
        const std::lock_guard lock(mutex_);
        set_threads(share);  // counts for the thread that calls it
      }
      work();
    });
  }
}

Engine::~Engine() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (auto& replica : replicas_) replica.join();
}

void Engine::draw(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_ + count_of(job) > options_.queue) {
      throw Problem(429, "the server is busy; try again in a moment", {}, {{"Retry-After", kRetryAfter}});
    }
    waiting_ += count_of(job);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

std::int64_t Engine::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

/// The oldest job and, of the same network, as many of the others as are drawn together.
std::vector<Engine::Job> Engine::next_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
  std::vector<Job> batch;
  std::int64_t room = kMostTogether;
  for (auto job = jobs_.begin(); job != jobs_.end() && room > 0;) {
    const bool same = batch.empty() || together(*job, batch.front());
    if (!same || (!batch.empty() && count_of(*job) > room)) {
      ++job;
      continue;
    }
    room -= count_of(*job);
    waiting_ -= count_of(*job);
    batch.push_back(std::move(*job));
    job = jobs_.erase(job);
  }
  return batch;
}

void Engine::work() {
  for (;;) {
    auto batch = next_batch();
    if (batch.empty()) return;  // only when ending
    const auto begin = Clock::now();
    std::erase_if(batch, [&](const Job& job) {
      if (job.deadline > begin) return false;
      job.done({}, std::make_exception_ptr(
                       Problem(503, "the server is too busy to answer in time", {}, {{"Retry-After", kRetryAfter}})));
      return true;
    });
    if (batch.empty()) continue;
    std::vector<Tensor> latents, labels;
    for (const auto& job : batch) {
      latents.push_back(job.latents);
      if (job.labels.defined()) labels.push_back(job.labels);
    }
    try {
      const auto& network = batch.front().model->generator(batch.front().untrained);
      const Tensor images =
          models::generate(network, at::cat(latents), labels.empty() ? Tensor() : at::cat(labels), options_.type);
      meters_.batch(static_cast<int>(images.size(0)), static_cast<int>(batch.size()),
                    std::chrono::duration<double>(Clock::now() - begin).count());
      std::int64_t first = 0;
      for (const auto& job : batch) {
        job.done(images.slice(0, first, first + count_of(job)), nullptr);
        first += count_of(job);
      }
    } catch (...) {
      for (const auto& job : batch) job.done({}, std::current_exception());
    }
  }
}

}  // namespace ganymede::serve
