#include "ganymede/operations/engine.h"

#include <algorithm>

#include "ganymede/core/threads.h"
#include "ganymede/models/generate.h"

namespace ganymede::operations {
namespace {

constexpr std::int64_t kMaxTogether = 4 * models::kGenerationBatch;  // more would only make the first wait for the last

/// Puts the images of the two generators of one input back in order; tells when both are there.
class Joiner {
 public:
  Joiner(std::int64_t count, Engine::Done done) : parts_(static_cast<std::size_t>(count)), done_(std::move(done)) {}

  void take(const std::vector<std::int64_t>& rows, const Tensor& images, std::exception_ptr error) {
    {
      const std::lock_guard lock(mutex_);
      if (error && !error_) error_ = error;
      for (std::size_t i = 0; !error && i < rows.size(); ++i) {
        parts_[static_cast<std::size_t>(rows[i])] = images[static_cast<std::int64_t>(i)];
      }
      if (--missing_ > 0) return;
    }
    done_(error_ ? Tensor() : at::stack(parts_), error_);
  }

 private:
  std::mutex mutex_;
  std::vector<Tensor> parts_;
  int missing_ = 2;
  std::exception_ptr error_;
  Engine::Done done_;
};

}  // namespace

Engine::Engine(Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.replicas; ++i) {
    const int more = i < options_.threads % options_.replicas ? 1 : 0;
    const int share = std::max(1, options_.threads / options_.replicas + more);
    replicas_.emplace_back([this, share] {
      set_own_threads(share);
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

/// One job where one generator generates all, else one for each.
std::vector<Engine::Job> Engine::jobs_of(ModelPtr model, const GeneratorInput& input, const JobTerms& terms,
                                         Done done) {
  const auto count = input.size();
  const auto before = std::count(input.untrained.begin(), input.untrained.end(), 1);
  std::vector<Job> jobs;
  if (before == 0 || before == count) {
    jobs.push_back({std::move(model), before == count, input.latents, input.labels, terms, std::move(done)});
    return jobs;
  }
  const auto joiner = std::make_shared<Joiner>(count, std::move(done));
  for (const bool untrained : {false, true}) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < count; ++i) {
      if ((input.untrained[static_cast<std::size_t>(i)] != 0) == untrained) rows.push_back(i);
    }
    const Tensor chosen = torch::tensor(rows, at::kLong);
    jobs.push_back(
        {model, untrained, input.latents.index_select(0, chosen),
         input.labels.defined() ? input.labels.index_select(0, chosen) : Tensor(), terms,
         [joiner, rows](const Tensor& images, std::exception_ptr error) { joiner->take(rows, images, error); }});
  }
  return jobs;
}

void Engine::generate(ModelPtr model, GeneratorInput input, const JobTerms& terms, Done done) {
  auto jobs = jobs_of(std::move(model), input, terms, std::move(done));
  {
    const std::lock_guard lock(mutex_);
    const auto known = clients_.find(terms.client);
    const std::int64_t own = known == clients_.end() ? 0 : known->second.waiting;
    const std::int64_t most = options_.client_queue > 0 ? options_.client_queue : options_.queue;
    if (waiting_ + input.size() > options_.queue || own + input.size() > most) throw Busy();
    Client fresh;  // who comes anew stands as the one that was given least
    if (known == clients_.end() && !clients_.empty()) {
      fresh.given = std::min_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
                      return a.second.given < b.second.given;
                    })->second.given;
    }
    auto& client = clients_.try_emplace(terms.client, std::move(fresh)).first->second;
    client.waiting += input.size();
    waiting_ += input.size();
    for (auto& job : jobs) {
      job.number = numbers_++;
      client.jobs.push_back(std::move(job));
    }
  }
  wake_.notify_all();
}

std::future<Tensor> Engine::generate(ModelPtr model, GeneratorInput input, const JobTerms& terms) {
  return run(std::move(model), Plan<Tensor>{std::move(input), [](const Tensor& images) { return images; }}, terms);
}

std::int64_t Engine::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_;
}

/// Whether one pass of one network can generate both.
bool Engine::together(const Job& a, const Job& b) {
  return a.model == b.model && a.untrained == b.untrained && (!a.labels.defined() || a.labels.dim() == b.labels.dim());
}

/// The job that is next: of the clients that have one that fits into `batch`, of the client that was given least.
std::optional<Engine::Place> Engine::next_place(const std::vector<Job>& batch, std::int64_t room) {
  std::optional<Place> best;
  for (auto client = clients_.begin(); client != clients_.end(); ++client) {
    auto& jobs = client->second.jobs;
    const auto job = batch.empty() ? jobs.begin() : std::find_if(jobs.begin(), jobs.end(), [&](const Job& one) {
      return together(one, batch.front()) && one.latents.size(0) <= room;
    });
    if (job == jobs.end()) continue;
    const auto rank = [](const Place& place) { return std::pair(place.first->second.given, place.second->number); };
    if (!best || rank({client, job}) < rank(*best)) best = {client, job};
  }
  return best;
}

Engine::Job Engine::take(const Place& place) {
  const auto [client, at] = place;
  Job job = std::move(*at);
  const auto count = job.latents.size(0);
  waiting_ -= count;
  client->second.waiting -= count;
  client->second.given += count;
  client->second.jobs.erase(at);
  if (client->second.jobs.empty()) clients_.erase(client);
  return job;
}

/// The next job and, of the same network, as many of the others as are generated together.
std::vector<Engine::Job> Engine::next_batch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return ending_ || !clients_.empty(); });
  std::vector<Job> batch;
  std::int64_t room = kMaxTogether;
  while (room > 0) {
    const auto place = next_place(batch, room);
    if (!place) break;
    batch.push_back(take(*place));
    room -= batch.back().latents.size(0);
  }
  return batch;
}

void Engine::work() {
  for (;;) {
    auto batch = next_batch();
    if (batch.empty()) return;  // only when ending
    const auto now = Clock::now();
    std::erase_if(batch, [&](const Job& job) {
      if (job.terms.cancel.cancelled())
        job.done({}, std::make_exception_ptr(Cancelled()));
      else if (job.terms.deadline <= now)
        job.done({}, std::make_exception_ptr(Late()));
      else
        return false;
      return true;
    });
    if (!batch.empty()) generate_together(batch);
  }
}

void Engine::generate_together(const std::vector<Job>& batch) {
  const auto begin = Clock::now();
  std::vector<Tensor> latents, labels;
  for (const auto& job : batch) {
    latents.push_back(job.latents);
    if (job.labels.defined()) labels.push_back(job.labels);
  }
  try {
    const auto& network = batch.front().model->generator(batch.front().untrained);
    const Tensor images =
        models::generate(network, at::cat(latents), labels.empty() ? Tensor() : at::cat(labels), options_.type);
    if (options_.on_batch) {
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      options_.on_batch(static_cast<int>(images.size(0)), static_cast<int>(batch.size()), seconds);
    }
    std::int64_t first = 0;
    for (const auto& job : batch) {
      job.done(images.slice(0, first, first + job.latents.size(0)), nullptr);
      first += job.latents.size(0);
    }
  } catch (...) {
    for (const auto& job : batch) job.done({}, std::current_exception());
  }
}

}  // namespace ganymede::operations
