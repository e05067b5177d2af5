// What a person adds to a run: studio.json in its folder, so that a copied run brings it along. No LibTorch here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ganymede/operations/field.h"

namespace ganymede::serve {

inline constexpr const char* kKeptFile = "studio.json";

struct Kept {
  std::string title = {}, note = {};
  std::vector<std::string> tags = {};
  bool pinned = false, archived = false;

  bool operator==(const Kept&) const = default;
};

/// Changes of it; what is unset stays.
struct KeepRequest {
  std::optional<std::string> title = {}, note = {};
  std::optional<std::vector<std::string>> tags = {};
  std::optional<bool> pinned = {}, archived = {};
};
template <class V>
void visit_fields(V& field, KeepRequest& r) {
  field("title", r.title,
        {.about = "what the run is called beside its id, at most 100 characters; empty: nothing else"});
  field("note", r.note, {.about = "what there is to say of it, at most 4000 characters"});
  field("tags", r.tags,
        {.about = "all of its tags: words of at most 32 characters, without commas", .range = config::in_range(0, 16)});
  field("pinned", r.pinned, {.about = "whether it stands above the others"});
  field("archived", r.archived, {.about = "whether it is left out of the list unless asked for"});
}

/// Throws FieldError for texts that are too long or hold control characters.
void check(const KeepRequest& request);
/// `kept` with those changes.
Kept changed(Kept kept, const KeepRequest& request);

/// Of the file's text; what it has beside is of a later version, and lost when it is written. Throws Error.
Kept parse_kept(std::string_view text);
std::string kept_text(const Kept& kept);

}  // namespace ganymede::serve
