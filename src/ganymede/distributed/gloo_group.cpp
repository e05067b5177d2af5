// Groups over TCP, by LibTorch's own process group for CPUs (Gloo) and its key-value store; between GPUs by its NCCL.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <future>
#include <optional>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/distributed/gpu_exchange.h"
#include "ganymede/distributed/group.h"
#include "ganymede/distributed/heartbeat.h"

namespace ganymede::distributed {
namespace {

using namespace std::chrono_literals;
using Store = c10::intrusive_ptr<c10d::Store>;
using Gloo = c10::intrusive_ptr<c10d::ProcessGroupGloo>;

constexpr auto kJoin = 300s;                     // for all to come
constexpr auto kAnswer = 10s;                    // of a store that listens
constexpr auto kSilence = 10000ms;               // of a process that others wait for
constexpr auto kSilenceAfterBreak = 3000ms;      // where a connection broke, which says that somebody is gone
constexpr auto kGloo = std::chrono::hours(240);  // never: the heartbeat says who is lost, and who only works long
constexpr auto kLook = 500ms;
constexpr auto kGpuPause = 20us;  // between questions whether a GPU is done

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string name_of(const Place& place, int rank, const std::string& where) {
  return fmt::format("process {} of {} ({})", rank, place.size, where);
}

/// This machine's address as the store's sees it: the one that others can reach as well. Empty where it cannot be found
/// out.
std::string address_towards(const std::string& host, int port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_DGRAM;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
  std::string address;
  for (const addrinfo* a = found; a != nullptr && address.empty(); a = a->ai_next) {
    // Connecting sends nothing: it asks the routes.
    const int socket = ::socket(a->ai_family, SOCK_DGRAM, 0);
    sockaddr_storage own{};
    socklen_t length = sizeof own;
    char text[NI_MAXHOST];
    if (socket >= 0 && ::connect(socket, a->ai_addr, a->ai_addrlen) == 0 &&
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &length) == 0 &&
        ::getnameinfo(reinterpret_cast<sockaddr*>(&own), length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
      address = text;
    if (socket >= 0) ::close(socket);
  }
  ::freeaddrinfo(found);
  return address;
}

/// Whether anybody listens there.
bool listens(const std::string& host, int port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  bool open = false;
  for (const addrinfo* a = found; a != nullptr && !open; a = a->ai_next) {
    const int socket = ::socket(a->ai_family, SOCK_STREAM, 0);
    open = socket >= 0 && ::connect(socket, a->ai_addr, a->ai_addrlen) == 0;
    if (socket >= 0) ::close(socket);
  }
  ::freeaddrinfo(found);
  return open;
}

/// What `open` gives, on a thread that is given up where the store takes the question and never answers: that of
/// another version of PyTorch, as a launcher may bring it, speaks another language.
Store answering_store(const Place& place, const std::function<Store()>& open) {
  auto made = std::make_shared<std::promise<Store>>();
  auto future = made->get_future();
  std::thread([made, open] {
    try {
      Store store = open();
      static_cast<void>(store->check({"here/0"}));
      made->set_value(std::move(store));
    } catch (...) {
      made->set_exception(std::current_exception());
    }
  }).detach();
  std::optional<std::chrono::steady_clock::time_point> heard;
  while (future.wait_for(kLook) != std::future_status::ready) {
    const auto now = std::chrono::steady_clock::now();
    if (!heard && listens(place.host, place.port)) heard = now;
    if (!heard || now - *heard < kAnswer) continue;
    throw Error("the store by which the processes find each other listens, but says nothing",
                fmt::format("{}:{}", place.host, place.port),
                fmt::format("is it that of {} from another PyTorch than LibTorch {}? use that version's, or build with "
                            "the launcher's PyTorch: GANYMEDE_LIBTORCH=.../torch scripts/build cuda",
                            place.launcher, TORCH_VERSION));
  }
  return future.get();
}

Store open_store(const Place& place, bool serve) {
  c10d::TCPStoreOptions options;
  options.port = static_cast<std::uint16_t>(place.port);
  options.isServer = serve;
  options.waitWorkers = false;
  options.timeout = kJoin;
  // Debian's LibTorch 2.6 has none, and takes it for granted; that of today speaks with both.
  [](auto& any) {
    if constexpr (requires { any.useLibUV; }) any.useLibUV = false;
  }(options);
  const std::string where = fmt::format("{}:{}", place.host, place.port);
  const auto open = [place, options]() -> Store {
    return c10::make_intrusive<c10d::PrefixStore>("ganymede/" + place.job,
                                                  c10::make_intrusive<c10d::TCPStore>(place.host, options));
  };
  try {
    return serve ? open() : answering_store(place, open);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(serve ? "the store by which the processes find each other cannot be opened"
                      : "the store by which the processes find each other does not answer",
                where,
                serve ? "is the port taken, by another training? choose another MASTER_PORT"
                      : fmt::format("is process 0 running there, and of the same LibTorch ({})? {}", TORCH_VERSION,
                                    first_line(error.what())));
  }
}

struct Peers {
  std::vector<std::string> names;  ///< where each runs
  std::vector<std::string> gpus;   ///< gpu_name of each
};

std::string text_at(c10d::Store& store, const std::string& key) {
  const auto bytes = store.get(key);
  return {bytes.begin(), bytes.end()};
}

/// All processes, when they have come.
Peers wait_for_all(c10d::Store& store, const Place& place, const torch::Device& device) {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  const auto set = [&](const std::string& key, const std::string& text) {
    store.set(key, std::vector<std::uint8_t>(text.begin(), text.end()));
  };
  const auto key = [](int rank) { return fmt::format("here/{}", rank); };
  const auto gpu_key = [](int rank) { return fmt::format("gpu/{}", rank); };
  if (store.add(fmt::format("taken/{}", place.rank), 1) > 1) {
    throw Error(fmt::format("two processes say that they are number {} of {}", place.rank, place.size),
                fmt::format("{}:{}", place.host, place.port), "does another training use the same MASTER_PORT?");
  }
  set(gpu_key(place.rank), gpu_name(device));
  set(key(place.rank), fmt::format("{}, process id {}", host, ::getpid()));
  const auto end = std::chrono::steady_clock::now() + kJoin;
  Peers peers;
  for (int rank = 0; rank < place.size; ++rank) {
    while (!store.check({key(rank)})) {
      if (std::chrono::steady_clock::now() > end)
        throw Error(fmt::format("process {} of {} has not come within {} s", rank, place.size, kJoin.count()),
                    fmt::format("{}:{}", place.host, place.port), "were all of them started?");
      std::this_thread::sleep_for(100ms);
    }
    peers.names.push_back(name_of(place, rank, text_at(store, key(rank))));
    peers.gpus.push_back(text_at(store, gpu_key(rank)));
  }
  return peers;
}

/// Connects all with all. On a thread that is given up where that takes too long: it cannot be stopped.
Gloo connect(const Store& store, const Place& place) {
  auto made = std::make_shared<std::promise<Gloo>>();
  auto future = made->get_future();
  std::thread([made, store, place] {
    try {
      const auto options = c10d::ProcessGroupGloo::Options::create(kGloo);
      const std::string address = address_towards(place.host, place.port);
      options->devices.push_back(address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                                                 : c10d::ProcessGroupGloo::createDeviceForHostname(address));
      made->set_value(c10::make_intrusive<c10d::ProcessGroupGloo>(store, place.rank, place.size, options));
    } catch (...) {
      made->set_exception(std::current_exception());
    }
  }).detach();
  if (future.wait_for(kJoin) != std::future_status::ready)
    throw Error("the processes do not reach each other", place.host, "do firewalls let them? they use any port");
  try {
    return future.get();
  } catch (const std::exception& error) {
    throw Error("the processes do not reach each other: " + first_line(error.what()), place.host);
  }
}

class GlooGroup : public Group {
 public:
  GlooGroup(const Place& place, Store store, const Peers& peers, const torch::Device& device)
      : Group(place),
        store_(std::move(store)),
        gloo_(connect(c10::make_intrusive<c10d::PrefixStore>("gloo", store_), place)),
        heartbeat_(open_store(place, false), place, peers.names) {
    if (!each_has_its_own(peers.gpus)) return;
    const auto keys = c10::make_intrusive<c10d::PrefixStore>("nccl", store_);
    gpus_ = make_gpu_exchange(keys, place.rank, place.size, device);
  }

  ~GlooGroup() override {
    // With a lost process its destructor would wait for ever.
    if (!broken_.empty()) static_cast<void>(gloo_.release());
  }

  std::unique_ptr<Exchange> begin_sum(const Tensor& values) const override {
    return begin(
        values, [this](std::vector<Tensor>& tensors) { return gloo_->allreduce(tensors); },
        [this](std::vector<Tensor>& tensors) { return gpus_->sum(tensors); });
  }
  void broadcast(const Tensor& values) const override {
    begin(
        values, [this](std::vector<Tensor>& tensors) { return gloo_->broadcast(tensors); },
        [this](std::vector<Tensor>& tensors) { return gpus_->broadcast(tensors); })
        ->wait();
  }
  using Group::broadcast;
  void rest(bool resting) const override { heartbeat_.rest(resting); }
  void leave(const std::string& why) const override {
    if (!broken_.empty()) return;
    broken_ = why;
    heartbeat_.announce(fmt::format("process {} of {} has ended: {}", rank(), size(), why), 3000ms);
    if (gpus_) gpus_->give_up();
  }
  std::string broken() const override { return broken_; }

 private:
  using Work = c10::intrusive_ptr<c10d::Work>;

  class Sent : public Exchange {
   public:
    Sent(const GlooGroup& group, Work work, Tensor values, Tensor host)
        : group_(group), work_(std::move(work)), values_(std::move(values)), host_(std::move(host)) {}
    void wait() override {
      if (host_.is_cuda()) return group_.wait_for_gpu(*work_);
      group_.wait_for(*work_);
      if (!values_.is_same(host_)) values_.copy_(host_);
    }

   private:
    const GlooGroup& group_;
    Work work_;
    Tensor values_, host_;  ///< the same on the CPU, where it goes by Gloo
  };

  template <class BeginOnHost, class BeginOnGpus>
  std::unique_ptr<Exchange> begin(const Tensor& values, const BeginOnHost& on_host, const BeginOnGpus& on_gpus) const {
    if (!broken_.empty()) throw PeerLost(broken_);
    heartbeat_.moved();
    const bool by_gpu = gpus_ && values.is_cuda() && values.is_contiguous();
    const Tensor sent = by_gpu || values.is_cpu() ? values : values.cpu();
    std::vector<Tensor> tensors{sent};
    try {
      return std::make_unique<Sent>(*this, by_gpu ? on_gpus(tensors) : on_host(tensors), values, sent);
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }

  void wait_for(c10d::Work& work) const {
    heartbeat_.wait(true);
    for (;;) {
      try {
        work.wait(std::chrono::duration_cast<std::chrono::milliseconds>(kLook));
        break;
      } catch (const std::exception& error) {
        if (work.isCompleted()) fail(error.what());
        if (const auto trouble = heartbeat_.trouble(kSilence)) lose(*trouble);
      }
    }
    heartbeat_.wait(false);
  }

  /// NCCL's own wait only orders what the GPU does next: a lost process would be noticed nowhere.
  void wait_for_gpu(c10d::Work& work) const {
    heartbeat_.wait(true);
    auto looked = std::chrono::steady_clock::now();
    while (!work.isCompleted()) {
      std::this_thread::sleep_for(kGpuPause);
      const auto now = std::chrono::steady_clock::now();
      if (now - looked < kLook) continue;
      looked = now;
      if (const auto trouble = heartbeat_.trouble(kSilence)) lose(*trouble);
    }
    try {
      if (work.exception()) std::rethrow_exception(work.exception());
      work.wait();
    } catch (const std::exception& error) {
      fail(error.what());
    }
    heartbeat_.wait(false);
  }

  [[noreturn]] void lose(const std::string& why) const {
    broken_ = why;
    heartbeat_.announce(why, 1500ms);
    if (gpus_) gpus_->give_up();
    throw PeerLost(why);
  }
  /// A connection broke: a moment later it is known whose.
  [[noreturn]] void fail(const std::string& what) const {
    heartbeat_.wait(true);
    for (auto left = 2 * kSilenceAfterBreak; left > 0ms; left -= kLook) {
      if (const auto trouble = heartbeat_.trouble(kSilenceAfterBreak)) lose(*trouble);
      std::this_thread::sleep_for(kLook);
    }
    lose("the connection of the processes broke: " + first_line(what));
  }

  Store store_;  ///< process 0's serves all
  mutable Gloo gloo_;
  std::unique_ptr<GpuExchange> gpus_;  ///< null where processes share a GPU, have none, or cannot
  mutable Heartbeat heartbeat_;
  mutable std::string broken_;
};

}  // namespace

std::shared_ptr<Group> join(const Place& place, const torch::Device& device) {
  spdlog::info("waiting for {} at {}:{} ({})", counted(place.size, "process", "processes"), place.host, place.port,
               place.launcher);
  auto store = open_store(place, place.serves_store);
  const Peers peers = wait_for_all(*store, place, device);
  return std::make_shared<GlooGroup>(place, std::move(store), peers, device);
}

}  // namespace ganymede::distributed
