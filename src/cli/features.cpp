// ganymede features MODEL
#include "ganymede/operations/features.h"

#include <fmt/ranges.h>

#include <cstdio>

#include "cli/device.h"
#include "cli/request_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"

namespace ganymede::cli {
namespace {

using operations::FeaturesResult;

struct FeaturesFlags {
  std::string model;
  bool json = false;
  operations::FeaturesRequest request = {};
};

void print_row(const FeaturesResult::Row& row) {
  fmt::print("{:<10} accuracy {:.2f} % ± {:.2f}  ({}, C {})\n", row.name, 100 * row.found.accuracy.mean,
             100 * row.found.accuracy.deviation, counted(row.found.width, "feature"), fmt::join(row.found.costs, ", "));
  std::fflush(stdout);  // the next row may take minutes
}

void run(FeaturesFlags flags) {
  document_to_standard_output(flags.request.output, flags.json);
  catch_stop_signals();
  set_threads(globals().threads);
  const auto model = operations::Model::load(flags.model, device_to_use());
  operations::RowCallback each;
  if (!flags.json) each = print_row;
  const auto result = operations::features(*model, flags.request, {}, each);
  auto document = operations::document_of(result, flags.request, *model);
  auto& protocol = document["protocol"];
  if (flags.json) {
    protocol["draws"] = flags.request.repeats;  // its old name
    return print_json(document);
  }
  fmt::print("protocol\n");
  for (const auto& [key, value] : protocol.items())
    fmt::print("  {:<18} {}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
}

}  // namespace

void add_features(CLI::App& app) {
  auto flags = std::make_shared<FeaturesFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  add_flags(app, operations::fields_of(flags->request));
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run(*flags); }); });
}

}  // namespace ganymede::cli
