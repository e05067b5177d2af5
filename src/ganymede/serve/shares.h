// What one client may hold of something that all clients share, so that nobody takes all of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ganymede::serve {

/// Copies share one account. Its functions may be called on any thread.
class Shares {
 public:
  /// Given back when its last copy goes. It may outlive the account.
  using Share = std::shared_ptr<const void>;

  explicit Shares(std::uint64_t most) : account_(std::make_shared<Account>(most)) {}

  /// Null where `client` would then hold more than the most that one may.
  Share take(const std::string& client, std::uint64_t amount) const {
    {
      const std::lock_guard lock(account_->mutex);
      const auto found = account_->held.find(client);
      const std::uint64_t held = found == account_->held.end() ? 0 : found->second;
      if (amount > account_->most - held) return nullptr;
      account_->held[client] = held + amount;
    }
    return {static_cast<const void*>(account_.get()), [account = account_, client, amount](const void*) {
              const std::lock_guard lock(account->mutex);
              const auto found = account->held.find(client);
              if ((found->second -= amount) == 0) account->held.erase(found);
            }};
  }

 private:
  struct Account {
    explicit Account(std::uint64_t bound) : most(bound) {}
    const std::uint64_t most;
    std::mutex mutex;
    std::map<std::string, std::uint64_t> held;  ///< by those who hold anything
  };
  std::shared_ptr<Account> account_;
};

}  // namespace ganymede::serve
