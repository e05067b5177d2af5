// The objectives a recipe may name. A new one is its two files, a line in register_objectives(), and a test.
#pragma once

#include <functional>
#include <map>

#include "ganymede/objectives/objective.h"

namespace ganymede::objectives {

class ObjectiveRegistry {
 public:
  using Read = std::function<std::unique_ptr<Objective>(config::FieldReader&)>;

  void add(const std::string& name, Read read) { readers_[name] = std::move(read); }
  std::unique_ptr<Objective> read(const config::OptionTable& table) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, Read> readers_;
};

void register_objectives(ObjectiveRegistry& registry);

}  // namespace ganymede::objectives
