// Tells an address when something happens to a run: {"run": ..., "state": ..., "why": ...}, sent by POST.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace ganymede::track {

class Webhook {
 public:
  /// Throws UsageError for what is no http or https address, for one with a user name or a password, and in a build
  /// without libcurl. None of the address is in a message or in the log but its host: it may hold a secret.
  Webhook(std::string url, std::string run);
  /// Waits for what is under way, for kPatience at most.
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

  /// On a thread of its own. That the address takes it not is said once in the log.
  void send(const std::string& state, const std::string& why);

  static constexpr int kPatience = 10;  ///< seconds from the sending on

 private:
  void post(const std::string& body);

  const std::string url_, run_;
  std::atomic<bool> said_ = false;
  std::vector<std::thread> threads_;
};

/// As the constructor does.
void check_webhook(const std::string& url);

}  // namespace ganymede::track
