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
  const auto text = [](double low, double high, const char* characters, const char* words) {
    return config::TextRule{.length = config::in_range(low, high), .characters = characters, .words = words};
  };
  field("title", r.title,
        {.about = "what the run is called beside its id; empty: nothing else",
         .served_text = text(0, 100, "^\\x00-\\x1f\\x7f", "characters, none of them a control character")});
  field("note", r.note,
        {.about = "what there is to say of it",
         .served_text = text(0, 4000, "^\\x00-\\x08\\x0b-\\x1f\\x7f",
                             "characters, of control characters line ends and tabs alone")});
  field("tags", r.tags,
        {.about = "all of its tags",
         .range = config::in_range(0, 16),
         .served_text = text(1, 32, "^,\\x00-\\x1f\\x7f", "characters, none of them a comma or a control character")});
  field("pinned", r.pinned, {.about = "whether it stands above the others"});
  field("archived", r.archived, {.about = "whether it is left out of the list unless asked for"});
}

/// `kept` with those changes.
Kept changed(Kept kept, const KeepRequest& request);

/// Of the file's text; what it has beside is of a later version, and lost when it is written. Throws Error.
Kept parse_kept(std::string_view text);
std::string kept_text(const Kept& kept);

}  // namespace ganymede::serve
