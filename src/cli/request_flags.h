// A request's field list as flags of a command: names, checks, defaults and help all come from the list.
#pragma once

#include "cli/command.h"
#include "ganymede/operations/field.h"

namespace ganymede::cli {

/// Adds a flag for each field ("to_class" is --to-class), or an argument where the field is one; old names are
/// understood, hidden, and noted on stderr. What `fields` are bound to must live until the command has run. A wrong
/// value throws what CLI11 makes of a wrong flag.
void add_flags(CLI::App& app, const operations::FieldList& fields);

/// Runs a command, naming the flags of `fields` instead of fields in what its request is refused for.
void run_request(const operations::FieldList& fields, const std::function<void()>& command);

}  // namespace ganymede::cli
