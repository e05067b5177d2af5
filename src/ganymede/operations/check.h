// A request that a program filled in itself, checked by its field list as one is that was read from a text.
#pragma once

#include <type_traits>

#include "ganymede/operations/field.h"

namespace ganymede::operations {

template <class Request>
void check_fields(const Request& request, Door door = Door::kLocal, const std::string& prefix = {});

namespace detail {

template <class T>
void check_list(const T& value, const Asked& asked) {
  constexpr Kind kind = kind_of<T>();
  if (value.empty()) {  // that is one which was not given
    if (!asked.field.required(asked.door)) return;
    throw FieldError(asked.name, "is missing; it " + requirement_of(asked.field, asked.door));
  }
  if constexpr (kind == Kind::kTexts) {
    texts_of(value, asked);
  } else if constexpr (kind == Kind::kNumbers) {
    numbers_of(value, asked);
  } else if constexpr (kind == Kind::kVectors) {
    vectors_of(value, asked);
  } else {
    list_of(nlohmann::json::array_t(value.size()), asked);  // its length
    for (std::size_t i = 0; i < value.size(); ++i) {
      check_fields(value[i], asked.door, asked.name + "[" + std::to_string(i) + "]");
    }
  }
}

template <class T>
void check_value(const T& value, const Asked& asked) {
  constexpr Kind kind = kind_of<T>();
  if constexpr (kind == Kind::kInteger) {
    integer_of<T>(value, asked);
  } else if constexpr (kind == Kind::kNumber) {
    number_of(value, asked);
  } else if constexpr (kind == Kind::kChoice) {
    choice_of(written(value), asked);
  } else if constexpr (kind == Kind::kText) {  // an empty one was not given
    if (value.empty() && asked.field.required(asked.door)) {
      throw FieldError(asked.name, "is missing; it " + requirement_of(asked.field, asked.door));
    }
    if (!value.empty()) text_of(value, asked);
  } else if constexpr (kind != Kind::kBoolean) {
    check_list(value, asked);
  }
}

/// Checks each value that it is shown.
class FieldChecker {
 public:
  FieldChecker(Door door, std::string prefix) : door_(door), prefix_(std::move(prefix)) {}

  template <class T>
  void operator()(const char* name, const T& value, FieldInfo info) {
    using Plain = typename PlainOf<T>::type;
    Field field{.name = name, .info = std::move(info), .kind = kind_of<Plain>()};
    if constexpr (std::is_enum_v<Plain>) field.choices = choices_of<Plain>(field.info);
    const std::string full_name = prefix_ + name;
    const Asked asked{field, full_name, door_};
    if constexpr (std::is_same_v<T, Plain>) {
      check_value(value, asked);
    } else {
      if (value) check_value(*value, asked);
    }
  }

 private:
  Door door_;
  std::string prefix_;
};

}  // namespace detail

/// Throws FieldError for the first value outside its range; `prefix` is the request's place in another.
template <class Request>
void check_fields(const Request& request, Door door, const std::string& prefix) {
  detail::FieldChecker checker(door, prefix.empty() ? prefix : prefix + ".");
  // A field list is written for a request that may be filled; the checker takes what it is shown as const.
  visit_fields(checker, const_cast<Request&>(request));
}

}  // namespace ganymede::operations
