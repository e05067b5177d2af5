// The program: a table of subcommands, one place where errors become exit codes.
#include "cli/program.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/command.h"
#include "ganymede/core/error.h"
#include "ganymede/core/instruction_level.h"
#include "ganymede/core/log.h"
#include "ganymede/core/memory.h"
#include "ganymede/core/progress.h"

namespace ganymede::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  AddCommand add;
};

constexpr Command kCommands[] = {
    {"recipes", "list the shipped recipes", add_recipes},
    {"summary", "the layer tables of a recipe or a model", add_summary},
    {"data", "list, inspect, preview and download data sets", add_data},
    {"train", "train a recipe", add_train},
    {"sample", "draw pictures with a trained model", add_sample},
    {"translate", "redraw images as images of another domain", add_translate},
    {"evaluate", "judge a model, or any two sets of images", add_evaluate},
    {"features", "the discriminator's features under a linear classifier", add_features},
    {"explore", "ways and arithmetic in the latent space", add_explore},
    {"plot", "draw loss and quality curves of runs", add_plot},
    {"serve", "the studio in the browser, and the REST API", add_serve},
    {"bench", "time a recipe's training step", add_bench},
};

constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2;

/// The flags and subcommands that could have been meant where `app` was used.
std::vector<std::string> known_words(const CLI::App& app, bool flags) {
  std::vector<std::string> words;
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    if (flags) {
      for (const CLI::Option* option : level->get_options()) {
        for (const auto& name : option->get_lnames()) words.push_back("--" + name);
      }
    }
  }
  if (!flags) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      words.push_back(sub->get_name());
  }
  return words;
}

/// The deepest subcommand that was named.
const CLI::App& named_command(const CLI::App& program) {
  const CLI::App* app = &program;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

int report(const std::string& message, int code) {
  std::string line = message;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  fmt::print(stderr, "error: {}\n", line);
  return code;
}

int report_usage(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& app = named_command(program);
  const std::string help = app.get_parent() != nullptr ? "ganymede " + app.get_name() + " --help" : "ganymede --help";
  // A mistyped command is both an unknown word and a missing command: the word says more.
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const auto& word : program.remaining(true)) {
      const bool flag = word.rfind("-", 0) == 0;
      const auto known = known_words(app, flag);
      if (known.empty()) return report(fmt::format("unexpected '{}'; see '{}'", word, help), kWrongUsage);
      return report(fmt::format("unknown {} '{}'; {}", flag ? "flag" : "word", word, suggest(word, known)),
                    kWrongUsage);
    }
  }
  return report(fmt::format("{}; see '{}'", error.what(), help), kWrongUsage);
}

int run(int argc, char** argv) {
  CLI::App program("Ganymede trains, judges, explores and serves image GANs.", "ganymede");
  program.require_subcommand(1);
  program.fallthrough();
  program.set_version_flag("--version", GANYMEDE_VERSION);
  program.add_option("--threads", globals().threads, "threads of the arithmetic; 0 is one for each processor")
      ->check(CLI::Range(0, 1024));
  program
      .add_option("--device", globals().device,
                  "where networks run: cpu, cuda, cuda:N, or auto (a GPU where there is one)")
      ->envname("GANYMEDE_DEVICE");
  std::string isa;
  program.add_option("--isa", isa, "use no more of the processor than this: plain, avx2, avx512 or tiles")
      ->envname("GANYMEDE_ISA");
  program.add_flag("-q,--quiet", globals().quiet, "no progress, warnings only");
  program.parse_complete_callback([&isa, argv] {
    keep_to_instruction_level(argv, isa);
    start_logging(globals().quiet ? spdlog::level::warn : spdlog::level::info);
    if (globals().quiet) Progress::silence();
  });
  for (const auto& command : kCommands) command.add(*program.add_subcommand(command.name, command.summary));

  try {
    program.parse(argc, argv);
    return kDone;
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return report_usage(program, error);
  } catch (const UsageError& error) {
    return report(error.what(), kWrongUsage);
  } catch (const Error& error) {
    return report(error.what(), kFailed);
  } catch (const std::bad_alloc&) {
    return report("out of memory; try a smaller batch", kFailed);
  } catch (const std::exception& error) {
    // LibTorch's messages go on with a backtrace: their first line says it.
    const std::string text = error.what();
    return report(text.substr(0, text.find('\n')), kFailed);
  }
}

}  // namespace

Globals& globals() {
  static Globals instance;
  return instance;
}

void print_json(const nlohmann::json& document) {
  fmt::print("{}\n", document.dump(2));
}

void run_program(int argc, char** argv) {
  keep_freed_memory();
  const int code = run(argc, argv);
  std::cout.flush();
  std::fflush(nullptr);
  // Everything is written. LibTorch would take its thousands of operators apart one by one.
  std::_Exit(code);
}

}  // namespace ganymede::cli
