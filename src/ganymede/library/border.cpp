#include "ganymede/library/border.h"

#include <algorithm>
#include <regex>
#include <typeinfo>

#include "ganymede/operations/field.h"

namespace ganymede::library {
namespace {

/// "--feature-size" as "feature_size".
std::string member_of(const std::string& flag) {
  std::string name = flag.substr(2);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Flags in a text as members. What is to be typed stays as it is.
std::string in_members(const std::string& text) {
  static const std::regex flag("(^|[ (])(--[a-z][a-z0-9-]*)");
  if (text.find("ganymede ") != std::string::npos) return text;
  std::string out;
  auto rest = text.cbegin();
  for (std::sregex_iterator found(text.begin(), text.end(), flag), end; found != end; ++found) {
    out.append(rest, (*found)[2].first);
    out += "'" + member_of((*found)[2]) + "'";
    rest = (*found)[2].second;
  }
  return out.append(rest, text.cend());
}

}  // namespace

void throw_in_members(const Error& error) {
  std::string what = in_members(error.what_happened()), where = error.where();
  if (where.starts_with("--")) {  // "--set train.steps=0": a flag and what was given for it
    const auto space = where.find(' ');
    if (space != std::string::npos) what += " (" + where.substr(space + 1) + ")";
    where = member_of(where.substr(0, space));
  }
  const auto hint = in_members(error.hint());
  // Other kinds say nothing of flags.
  if (typeid(error) == typeid(Error)) throw Error(what, where, hint);
  if (typeid(error) == typeid(UsageError) || typeid(error) == typeid(operations::FieldError)) {
    throw UsageError(what, where, hint);
  }
  throw;
}

}  // namespace ganymede::library
