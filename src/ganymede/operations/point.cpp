#include "ganymede/operations/point.h"

#include "ganymede/operations/field.h"

namespace ganymede::operations {

template <class Json>
Point Point::from_json(const Json& object, const std::string& name, Door door) {
  Point point;
  read_json(object, fields_of(point), door, name);
  if (point.z.empty()) return point;
  for (const char* other : {"seed", "index"}) {
    if (object.contains(other) && !object.at(other).is_null()) throw FieldError(name + "." + other, "excludes 'z'");
  }
  return point;
}

template Point Point::from_json(const nlohmann::json& object, const std::string& name, Door door);

}  // namespace ganymede::operations
