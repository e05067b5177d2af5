#include "ganymede/serve/kept.h"

#include <algorithm>

#include "ganymede/core/json_text.h"

namespace ganymede::serve {
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
  return json_file_text(out);
}

}  // namespace ganymede::serve
