#include "ganymede/serve/kept.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/json_text.h"

namespace ganymede::serve {
namespace {

using operations::FieldError;

constexpr std::size_t kMaxTitle = 100, kMaxNote = 4000, kMaxTag = 32;

/// Of UTF-8.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void check_text(const std::string& field, const std::string& text, std::size_t most, std::string_view allowed = {}) {
  if (characters(text) > most) throw FieldError(field, fmt::format("must have at most {} characters", most));
  const bool control = std::any_of(text.begin(), text.end(), [&](char c) {
    return (static_cast<unsigned char>(c) < ' ' || c == 0x7f) && allowed.find(c) == std::string_view::npos;
  });
  if (control) throw FieldError(field, "must have no control characters");
}

}  // namespace

void check(const KeepRequest& request) {
  if (request.title) check_text("title", *request.title, kMaxTitle);
  if (request.note) check_text("note", *request.note, kMaxNote, "\n\t");
  if (!request.tags) return;
  for (std::size_t i = 0; i < request.tags->size(); ++i) {
    const auto& tag = (*request.tags)[i];
    const std::string name = fmt::format("tags[{}]", i);
    check_text(name, tag, kMaxTag);
    if (tag.empty() || tag.find(',') != std::string::npos) throw FieldError(name, "must be a word without commas");
  }
}

Kept changed(Kept kept, const KeepRequest& request) {
  if (request.title) kept.title = *request.title;
  if (request.note) kept.note = *request.note;
  if (request.tags) {
    kept.tags.clear();
    for (const auto& tag : *request.tags) {
      if (std::find(kept.tags.begin(), kept.tags.end(), tag) == kept.tags.end()) kept.tags.push_back(tag);
    }
  }
  if (request.pinned) kept.pinned = *request.pinned;
  if (request.archived) kept.archived = *request.archived;
  return kept;
}

Kept parse_kept(std::string_view text) {
  const auto json = parse_json(text, kKeptFile);
  try {
    return {.title = json.value("title", std::string()),
            .note = json.value("note", std::string()),
            .tags = json.value("tags", std::vector<std::string>()),
            .pinned = json.value("pinned", false),
            .archived = json.value("archived", false)};
  } catch (const nlohmann::json::exception&) {
    throw Error("is not what the studio keeps of a run", kKeptFile);
  }
}

std::string kept_text(const Kept& kept) {
  const nlohmann::ordered_json out{{"title", kept.title},
                                   {"note", kept.note},
                                   {"tags", kept.tags},
                                   {"pinned", kept.pinned},
                                   {"archived", kept.archived}};
  return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ganymede::serve
