// A request as the words of a command line. No LibTorch here.
#pragma once

#include "ganymede/operations/field.h"

namespace ganymede::operations {

/// The words that make `ganymede COMMAND` fill its request as `object` does: {"steps": 20} is "--steps 20". `fields`
/// are those of the request, and `object` was read by them; what is null or absent is left out. Lists of points and
/// vectors become JSON. Throws FieldError for a text that would be taken for a flag.
std::vector<std::string> command_words(const FieldList& fields, const nlohmann::json& object);

}  // namespace ganymede::operations
