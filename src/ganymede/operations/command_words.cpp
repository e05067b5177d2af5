#include "ganymede/operations/command_words.h"

#include "ganymede/operations/schema.h"

namespace ganymede::operations {
namespace {

std::string word_of(const Field& field, const nlohmann::json& value) {
  if (!value.is_string()) {
    // A whole number is written as one, whatever JSON said: 2.0.
    if (field.kind == Kind::kInteger && value.is_number_float())
      return std::to_string(static_cast<std::int64_t>(value.get<double>()));
    return value.dump();
  }
  auto text = value.get<std::string>();
  if (text.starts_with('-')) throw FieldError(field.name, "must not begin with '-'");
  return text;
}

}  // namespace

std::vector<std::string> command_words(const FieldList& fields, const nlohmann::json& object) {
  std::vector<std::string> words;
  for (const auto& field : fields) {
    const auto found = object.find(field.name);
    if (found == object.end() || found->is_null()) continue;
    const std::string flag = flag_of(field.name);
    if (field.kind == Kind::kBoolean) {
      if (found->get<bool>()) words.push_back(flag);
      continue;
    }
    const bool repeated = field.kind == Kind::kTexts;
    for (const auto& value : repeated ? *found : nlohmann::json::array({*found})) {
      if (!field.info.positional) words.push_back(flag);
      words.push_back(word_of(field, value));
    }
  }
  return words;
}

}  // namespace ganymede::operations
