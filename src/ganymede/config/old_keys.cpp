#include "ganymede/config/old_keys.h"

#include <array>
#include <mutex>
#include <set>

#include "ganymede/config/fields.h"
#include "ganymede/core/error.h"
#include "ganymede/core/log.h"

namespace ganymede::config {
namespace {

struct OldKey {
  const char *old_path, *path;
};
constexpr std::array kOldKeys{
    OldKey{"train.batch", "train.batch_size"},
    OldKey{"train.accumulate", "train.gradient_accumulation"},
    OldKey{"encoder.training.batch", "encoder.training.batch_size"},
    OldKey{"discriminator.heads.realness", "discriminator.heads.adversarial"},
};

void note(const OldKey& key) {
  static std::mutex mutex;
  static std::set<std::string> noted;
  const std::lock_guard lock(mutex);
  if (noted.insert(key.old_path).second) spdlog::warn("{} is now called {}", key.old_path, key.path);
}

/// The key's name without its sections.
std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace

std::string current_key(const std::string& path) {
  for (const auto& key : kOldKeys) {
    if (path != key.old_path) continue;
    note(key);
    return key.path;
  }
  return path;
}

void rename_old_keys(toml::table& root, const std::string& origin) {
  for (const auto& key : kOldKeys) {
    const std::string old_path = key.old_path, section = old_path.substr(0, old_path.rfind('.'));
    toml::table* table = root.at_path(section).as_table();
    const std::string old_name = last_part(old_path), name = last_part(key.path);
    toml::node* value = table != nullptr ? table->get(old_name) : nullptr;
    if (value == nullptr) continue;
    if (table->contains(name)) {
      throw UsageError(fmt::format("'{}' and '{}' are one key", old_name, name),
                       Place{origin, "[" + section + "]"}.at(value),
                       fmt::format("'{}' is the old name: keep '{}'", old_name, name));
    }
    table->insert(name, std::move(*value));
    table->erase(old_name);
    note(key);
  }
}

}  // namespace ganymede::config
