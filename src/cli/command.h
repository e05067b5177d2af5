// What every subcommand shares. A subcommand is one file with one function, named in the table in program.cpp.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

namespace ganymede::cli {

/// Adds a subcommand's flags to `app` and sets app.callback() to run it. Results go to stdout, progress and log to
/// stderr; what fails throws Error (exit 1) or UsageError (exit 2), which program.cpp prints as one line; what a signal
/// stopped throws Cancelled (exit 128 and the signal's number).
using AddCommand = void (*)(CLI::App& app);

void add_bench(CLI::App& app);
void add_cache(CLI::App& app);
void add_completion(CLI::App& app);
void add_data(CLI::App& app);
void add_data_check(CLI::App& app);
void add_data_dedup(CLI::App& app);
void add_data_prepare(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_explore(CLI::App& app);
void add_export(CLI::App& app);
void add_features(CLI::App& app);
void add_import(CLI::App& app);
void add_models(CLI::App& app);
void add_new(CLI::App& app);
void add_plot(CLI::App& app);
void add_report(CLI::App& app);
void add_recipes(CLI::App& app);
void add_recipes_check(CLI::App& app);
void add_reference(CLI::App& app);
void add_runs(CLI::App& app);
void add_sample(CLI::App& app);
void add_serve(CLI::App& app);
void add_summary(CLI::App& app);
void add_track(CLI::App& app);
void add_train(CLI::App& app);
void add_translate(CLI::App& app);

/// Flags of the whole program, valid once parsing is done.
struct Globals {
  int threads = 0;  ///< 0: one for each processor
  bool quiet = false;
  std::string device = "auto";  ///< see device.h
};
Globals& globals();

/// Holds an option's number to a range, in the words of the fields of requests.
template <class T>
CLI::Option* in_range(CLI::Option* option, T low, T high) {
  const std::string rule =
      fmt::format("must be a {} from {} to {}", std::is_integral_v<T> ? "whole number" : "number", low, high);
  return option->check([=](const std::string& text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && value >= low && value <= high ? std::string() : rule;
  });
}

/// The same; its line of --help says the range.
template <class T>
CLI::Option* limited(CLI::Option* option, T low, T high) {
  option->description(fmt::format("{} ({} to {})", option->get_description(), low, high));
  return in_range(option, low, high);
}

/// Makes a flag an old name: hidden, and with a line on stderr that tells the new one. Returns it.
inline CLI::Option* old_name(CLI::Option* option, const std::string& now) {
  // Asked for now: a hidden option has no name any more.
  const std::string old = option->get_name();
  return option->group("")->each(
      [old, now](const std::string&) { fmt::print(stderr, "note: {} is now {}\n", old, now); });
}

/// The same for a command.
inline void old_name(CLI::App& command, const std::string& now) {
  command.group("")->preparse_callback(
      [old = command.get_name(), now](std::size_t) { fmt::print(stderr, "note: {} is now {}\n", old, now); });
}

/// Puts a command's examples, a line each, below its flags in --help.
inline void show_examples(CLI::App& command, const std::string& lines) {
  std::string text = "Examples:\n  ";
  for (const char c : lines) text += c == '\n' ? std::string("\n  ") : std::string(1, c);
  command.footer(text);
}

/// One JSON document and nothing else on stdout.
void print_json(const nlohmann::json& document);
/// The same as text.
std::string json_text(const nlohmann::json& document);

}  // namespace ganymede::cli
