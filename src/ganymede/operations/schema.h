// Field lists as others write them: JSON Schema, flags, sentences. No LibTorch here.
#pragma once

#include <string>

#include "ganymede/operations/field.h"

namespace ganymede::operations {

/// The JSON Schema of a value of the field, as one door takes it.
nlohmann::ordered_json schema_of(const Field& field, Door door);
/// That of an object with these fields: {"type": "object", ...}. Null is a value of those that may be absent.
nlohmann::ordered_json schema_of(const FieldList& fields, Door door);
/// That of a point.
nlohmann::ordered_json point_schema();

/// "to_class" as the flag "--to-class".
std::string flag_of(const std::string& field);
/// The default in words: "16", "spherical", "0,1"; empty where there is none.
std::string default_text(const Field& field);

}  // namespace ganymede::operations
