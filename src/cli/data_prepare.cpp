// ganymede data prepare
#include <fmt/format.h>

#include <memory>

#include "cli/chosen_data.h"
#include "cli/command.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/signals.h"
#include "ganymede/data/prepared.h"

namespace ganymede::cli {
namespace {

struct PrepareFlags {
  ChosenData data;
  std::string out;
  bool json = false;
};

void run(const PrepareFlags& flags) {
  refuse_standard_output(flags.out, "file");
  catch_stop_signals();
  const auto done = data::prepare(flags.data.options(), flags.out);
  if (flags.json) {
    print_json({{"file", done.file.string()}, {"fresh", done.fresh}, {"images", done.images}, {"bytes", done.bytes}});
    return;
  }
  fmt::print("{} {} ({}, {:.1f} MB)\n", done.fresh ? "prepared" : "already there, and whole:", done.file.string(),
             counted(done.images, "image"), static_cast<double>(done.bytes) / 1e6);
  if (!flags.out.empty()) {
    fmt::print("use it with [data] name = \"packed\", path = \"{}\"\n", done.file.string());
  } else {
    fmt::print("the same options open it from now on, until the data changes\n");
  }
}

}  // namespace

void add_data_prepare(CLI::App& app) {
  show_examples(app,
                "ganymede data prepare photos.zip --size 64\nganymede data prepare celeba --size 64 -o celeba-64.bin");
  auto flags = std::make_shared<PrepareFlags>();
  flags->data.add_to(app);
  app.add_option("-o,--output", flags->out, "the file to write; default: in the cache folder, to be found by itself")
      ->type_name("FILE");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
