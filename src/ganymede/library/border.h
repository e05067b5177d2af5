// Where the public functions begin: LibTorch's and other libraries' exceptions become ours.
#pragma once

#include <nlohmann/json.hpp>

#include "ganymede/core/arithmetic_error.h"

namespace ganymede::library {

/// Throws the error that is being handled, as programs have it: a flag of the command line, of which the folders below
/// speak ("--feature-size"), is a request's member ('feature_size'), and where() names that member alone.
[[noreturn]] void throw_in_members(const Error& error);

/// What `call` returns. Throws what it throws, c10::Error and damaged JSON as Error.
template <class Call>
auto at_border(Call&& call) {
  try {
    return call();
  } catch (const Error& error) {
    throw_in_members(error);
  } catch (const c10::Error& error) {
    throw as_error(error);
  } catch (const nlohmann::json::exception&) {
    throw Error("a file holds JSON of another form than it should");
  }
}

}  // namespace ganymede::library
