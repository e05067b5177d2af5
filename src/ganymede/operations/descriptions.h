// The operations as data: their names, what they are called at each door, and their fields. schema.h
// makes texts of those.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/operations/field.h"

namespace ganymede::operations {

struct Description {
  std::string name;     ///< "nearest_images"
  std::string command;  ///< "explore nearest"; empty where no command asks for it
  std::string route;    ///< "/api/v1/models/{id}/nearest_images"; empty where no server offers it
  std::string summary;  ///< one line
  FieldList fields = {};
  std::string why_local = {};  ///< why no server offers it, where none does: "it trains for minutes"
  FieldList answer = {};       ///< over HTTP beside the operation's own: how the images are wanted
};

/// All operations, in the order of the reference.
const std::vector<Description>& descriptions();
/// The one of that name; throws std::out_of_range.
const Description& description_of(const std::string& name);
/// The summary of the operation that a command asks for: "explore nearest". Throws std::out_of_range.
const std::string& summary_of(const std::string& command);

/// The reference page of an operation, in Markdown.
std::string reference_page(const Description& description);

struct ReferencePage {
  std::string name, text;  ///< "generate.md"
};
/// All of docs/reference/.
std::vector<ReferencePage> reference_pages();

}  // namespace ganymede::operations
