// The program: a table of subcommands, one place where errors become exit codes.
#include "cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/terminal_progress.h"
#include "cli/version.h"
#include "ganymede/core/arithmetic_error.h"
#include "ganymede/core/error.h"
#include "ganymede/core/instruction_level.h"
#include "ganymede/core/log.h"
#include "ganymede/core/memory.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/terminal_line.h"
#include "ganymede/core/terminate.h"
#include "ganymede/operations/descriptions.h"

namespace ganymede::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;  ///< null: that of its operation
  AddCommand add;
  const char* examples;  ///< a line each
};

struct Group {
  const char* name;
  std::vector<Command> commands;
};

const std::vector<Group>& command_groups() {
  static const std::vector<Group> groups = {
      {"Recipes and data",
       {{"recipes", "list, show, copy and check recipes", add_recipes,
         "ganymede recipes\nganymede recipes copy cifar10-conv -o mine.toml\nganymede recipes check mine.toml"},
        {"new", "a recipe that fits your images, with its time on this machine", add_new,
         "ganymede new photos --data photos.zip"},
        {"summary", "the layer tables of a recipe or a model", add_summary,
         "ganymede summary cifar10-conv\nganymede summary runs/conv --json"},
        {"data", "list, inspect, preview and download data sets", add_data,
         "ganymede data check photos.zip --recipe dcgan-64 -o sheet.png\nganymede data fetch cifar10\n"
         "ganymede data info cifar10 --class frog"}}},
      {"Train",
       {{"train", nullptr, add_train,
         "ganymede train cifar10-conv -o runs/conv\nganymede train cifar10-conv -o runs/conv --resume --steps 4000\n"
         "ganymede train dcgan-64 --data photos.zip --skip-bad --set train.batch_size=32 -o runs/photos"},
        {"runs", "list the trainings at hand, how each stands and what it came to", add_runs,
         "ganymede runs\nganymede runs elsewhere --json"},
        {"plot", "plot loss and quality curves of runs", add_plot,
         "ganymede plot runs/conv -o losses.svg\nganymede plot runs/a runs/b --quality -o quality.png"},
        {"report", "runs as one page to mail: charts, samples, metrics, recipes", add_report,
         "ganymede report runs/conv -o conv.html\nganymede report runs/a runs/b --title \"Two rates\" -o rates.html"},
        {"track", "send what a run has and its MLflow server has not", add_track,
         "ganymede track runs/conv\nganymede track runs/conv --to mlflow=http://127.0.0.1:5000"},
        {"bench", "time a recipe's training step", add_bench, "ganymede bench cifar10-conv --steps 50"}}},
      {"Use models",
       {{"models", "list the models at hand, with their cards", add_models, "ganymede models"},
        {"sample", nullptr, add_sample,
         "ganymede sample runs/conv -n 64 -o grid.png\nganymede sample runs/conv -n 1000 --seed 7 -o images/\n"
         "ganymede sample runs/acgan --class frog -o - | display"},
        {"translate", nullptr, add_translate, "ganymede translate runs/dtn digits/ -o translated/"},
        {"evaluate", nullptr, add_evaluate,
         "ganymede evaluate runs/conv --features inception\n"
         "ganymede evaluate --real photos.zip --fake other/ --features net.pt --bootstrap 200"},
        {"features", nullptr, add_features, "ganymede features runs/conv --data cifar10"},
        {"explore", "interpolation and arithmetic in the latent space", add_explore,
         "ganymede explore interpolate runs/conv --points 7:0,7:1 -o path.gif\n"
         "ganymede explore nearest runs/conv -o nearest.png"},
        {"serve", "the studio in the browser, and the REST API", add_serve,
         "ganymede serve\nganymede serve runs models --port 8081"}}},
      {"Models in and out",
       {{"export", nullptr, add_export, "ganymede export runs/conv --format onnx -o conv.onnx"},
        {"import", nullptr, add_import, "ganymede import netG.pth --recipe dcgan-64 -o model.safetensors"}}},
      {"The program itself",
       {{"cache", "what is kept outside of runs, where, and how much of it", add_cache, "ganymede cache"},
        {"completion", "a script that completes commands in bash, zsh or fish", add_completion,
         "ganymede completion bash > ~/.local/share/bash-completion/completions/ganymede"},
        {"reference", "write the reference pages of the operations", add_reference,
         "ganymede reference -o docs/reference"}}}};
  return groups;
}

void add_commands(CLI::App& program) {
  for (const auto& [group, commands] : command_groups()) {
    for (const Command& command : commands) {
      const auto summary = command.summary != nullptr ? command.summary : operations::summary_of(command.name);
      CLI::App& app = *program.add_subcommand(command.name, summary)->group(group);
      show_examples(app, command.examples);
      command.add(app);
    }
  }
}

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
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
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
  std::fputs(("error: " + terminal_line(message) + "\n").c_str(),
             stderr);  // fmt::print would throw where stderr is full
  return code;
}

/// A standard file that is closed gets its number back, opened the wrong way round so that using it stays an error: the
/// next file opened would get it, and results would land there.
void keep_standard_files() {
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (::fcntl(file, F_GETFD) >= 0) continue;
    if (::open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY) != file) return;
  }
}

/// The exit code of a command that ended with `code`: results that did not get out are a failure.
int after_output(int code) {
  errno = 0;
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (written || code != kDone) return code;
  return report(
      fmt::format("the results cannot be written to standard output: {}; free some room, or name another file",
                  errno == 0 ? "it takes nothing more" : std::strerror(errno)),
      kFailed);
}

/// "ganymede explore walk".
std::string path_of(const CLI::App& command) {
  const auto* parent = command.get_parent();
  return (parent == nullptr ? "" : path_of(*parent) + " ") + command.get_name();
}

int report_usage(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& app = named_command(program);
  const std::string help = path_of(app) + " --help";
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

/// The words as they are parsed, the last first: with flags as they are called today (--out was some commands' name for
/// --output), and `help data check` for `data check --help`.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (auto& word : words) {
    if (word != "--out" && !word.starts_with("--out=")) continue;
    std::fputs("note: --out is now --output, or -o\n", stderr);
    word.insert(5, "put");
  }
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  std::reverse(words.begin(), words.end());
  return words;
}

/// Where `help` asks for a command that there is not: its exit code, having said so.
std::optional<int> wrong_help(const CLI::App& program, int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "help") return std::nullopt;
  const CLI::App* command = &program;
  for (int i = 2; i < argc && argv[i][0] != '-'; ++i) {
    const auto named = command->get_subcommands([&](const CLI::App* one) { return one->check_name(argv[i]); });
    const CLI::App* sub = named.empty() ? nullptr : named.front();
    const auto known = known_words(*command, false);
    if (sub == nullptr && !known.empty()) {
      return report(fmt::format("unknown word '{}'; {}", argv[i], suggest(argv[i], known)), kWrongUsage);
    }
    if (sub == nullptr) return report(fmt::format("unexpected '{}'", argv[i]), kWrongUsage);
    command = sub;
  }
  return std::nullopt;
}

int run(int argc, char** argv) {
  CLI::App program("Ganymede trains, evaluates, explores and serves image GANs.", "ganymede");
  program.require_subcommand(1);
  program.fallthrough();
  program.set_version_flag("--version", version_text);
  limited(program.add_option(
              "--threads", globals().threads,
              "threads of the arithmetic; 0 is one for each processor that this process and its container may use"),
          0, 1024);
  program
      .add_option("--device", globals().device,
                  "where networks run: cpu, cuda, cuda:N, or auto (a GPU where there is one)")
      ->envname("GANYMEDE_DEVICE");
  std::string isa;
  program.add_option("--isa", isa, "use no more of the processor than this: plain, avx2, avx512 or tiles")
      ->envname("GANYMEDE_ISA");
  program.add_flag("-q,--quiet", globals().quiet, "no progress, warnings only");
  std::optional<TaskScope> task;  // of whatever the command does
  program.parse_complete_callback([&isa, &task, argv] {
    keep_to_instruction_level(argv, isa);
    start_logging(globals().quiet ? spdlog::level::warn : spdlog::level::info);
    task.emplace(stop_token(), globals().quiet ? ProgressSink() : terminal_progress);
  });
  program.footer("'ganymede help COMMAND' shows its flags and examples.");
  add_commands(program);
  if (const auto wrong = wrong_help(program, argc, argv)) return *wrong;

  try {
    program.parse(words_of(argc, argv));
    return kDone;
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return report_usage(program, error);
  } catch (const Cancelled& cancelled) {
    const std::string why = cancelled.what();
    return why.empty() ? stop_exit_code() : report(why, stop_exit_code());
  } catch (const UsageError& error) {
    return report(error.what(), kWrongUsage);
  } catch (const Error& error) {
    return report(error.what(), kFailed);
  } catch (const std::bad_alloc&) {
    return report(kOutOfMemory, kFailed);
  } catch (const c10::Error& error) {
    return report(as_error(error).what(), kFailed);
  } catch (const nlohmann::json::exception&) {
    return report("a file holds JSON of another form than it should", kFailed);
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return kDone;  // after_output() says so
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
  fmt::print("{}", json_text(document));
}

std::string json_text(const nlohmann::json& document) {
  return document.dump(2) + "\n";
}

void run_program(int argc, char** argv) {
  start_signals();
  handle_terminate();
  keep_standard_files();
  keep_freed_memory();
  const int code = after_output(run(argc, argv));
  std::fflush(nullptr);
  // Everything is written. LibTorch would take its thousands of operators apart one by one.
  std::_Exit(code);
}

}  // namespace ganymede::cli
