#include "ganymede/serve/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 8;

bool is_json_type(const std::string& content_type) {
  std::string type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return type == "application/json";
}

json parse(const Request& request) {
  if (!is_json_type(request.header("content-type")))
    throw Problem(415, "the body must be of the type application/json");
  try {
    return json::parse(request.body, [](int depth, json::parse_event_t, json&) {
      if (depth > kMaxDepth) throw Problem(400, fmt::format("the body is nested more than {} deep", kMaxDepth));
      return true;
    });
  } catch (const json::parse_error& error) {
    throw Problem(400, fmt::format("the body is not JSON, at byte {}", error.byte));
  } catch (const json::exception&) {
    throw Problem(400, "the body holds a number that is too large");
  }
}

}  // namespace

Fields::Fields(const Request& request) : object_(parse(request)) {
  if (!object_.is_object()) throw Problem(422, "the body must be a JSON object");
}

Fields::Fields(const json& object, std::string name) : object_(object), prefix_(std::move(name)) {
  if (!object_.is_object()) throw Problem(422, "must be an object", prefix_);
  prefix_ += ".";
}

const json* Fields::find(const std::string& name) {
  asked_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Fields::refuse(const std::string& name, const std::string& detail) const {
  throw Problem(422, detail, full_name(name));
}

bool Fields::has(const std::string& name) {
  return find(name) != nullptr;
}

std::int64_t Fields::integer(const std::string& name, std::int64_t low, std::int64_t high) {
  const std::string wanted = fmt::format("must be a whole number from {} to {}", low, high);
  const json* value = find(name);
  if (value == nullptr) refuse(name, "is missing; it " + wanted);
  // JSON knows one kind of number: 4.0 is a whole one.
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (!(number >= static_cast<double>(low) && number <= static_cast<double>(high)) || number != std::floor(number))
    refuse(name, wanted);
  return value->is_number_float() ? static_cast<std::int64_t>(number) : value->get<std::int64_t>();
}

std::int64_t Fields::integer(const std::string& name, std::int64_t low, std::int64_t high, std::int64_t fallback) {
  return has(name) ? integer(name, low, high) : fallback;
}

std::uint64_t Fields::seed(const std::string& name, std::uint64_t fallback) {
  const json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  constexpr std::int64_t kExact = std::int64_t{1} << 53;  // what a floating-point number holds without loss
  return static_cast<std::uint64_t>(integer(name, 0, kExact));
}

double Fields::number(const std::string& name, double low, double high, double fallback) {
  const json* value = find(name);
  if (value == nullptr) return fallback;
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (!(number >= low && number <= high)) refuse(name, fmt::format("must be a number from {} to {}", low, high));
  return number;
}

bool Fields::boolean(const std::string& name, bool fallback) {
  const json* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(name, "must be true or false");
  return value->get<bool>();
}

std::string Fields::text(const std::string& name, const std::string& fallback) {
  const json* value = find(name);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse(name, "must be a text");
  return value->get<std::string>();
}

std::string Fields::choice(const std::string& name, const std::vector<std::string>& choices,
                           const std::string& fallback) {
  const std::string value = text(name, fallback);
  if (std::find(choices.begin(), choices.end(), value) == choices.end())
    refuse(name, fmt::format("must be one of {}", fmt::join(choices, ", ")));
  return value;
}

const json& Fields::list(const std::string& name, std::size_t least, std::size_t most) {
  const json* value = find(name);
  if (value == nullptr) refuse(name, "is missing");
  if (!value->is_array() || value->size() < least || value->size() > most)
    refuse(name, fmt::format("must be a list of {} to {}", least, most));
  return *value;
}

std::vector<std::vector<float>> Fields::vectors(const std::string& name, std::size_t least, std::size_t most,
                                                std::size_t width) {
  std::vector<std::vector<float>> out;
  for (const auto& row : list(name, least, most)) {
    if (!row.is_array() || row.size() != width) refuse(name, fmt::format("every vector must have {} numbers", width));
    auto& values = out.emplace_back();
    for (const auto& cell : row) {
      const float value = cell.is_number() ? cell.get<float>() : NAN;
      if (!std::isfinite(value)) refuse(name, "must hold finite numbers only");
      values.push_back(value);
    }
  }
  return out;
}

void Fields::finish() const {
  for (const auto& [name, value] : object_.items()) {
    if (!asked_.contains(name)) refuse(name, "is not known; " + suggest(name, {asked_.begin(), asked_.end()}));
  }
}

}  // namespace ganymede::serve
