// ganymede import FILE
#include "ganymede/operations/import.h"

#include "cli/request_flags.h"
#include "ganymede/core/counted.h"

namespace ganymede::cli {
namespace {

struct ImportFlags {
  bool json = false;
  operations::ImportRequest request = {};
};

void run_import(const ImportFlags& flags) {
  const auto result = operations::import_model(flags.request);
  if (flags.json) {
    auto networks = nlohmann::json::array();
    for (const auto& one : result.networks) {
      networks.push_back(
          {{"network", one.network}, {"file", one.file}, {"by_order", one.by_order}, {"tensors", one.pairs}});
    }
    return print_json({{result.proposed ? "recipe" : "model", flags.request.output},
                       {"networks", networks},
                       {"untouched", result.untouched},
                       {"whole", result.whole},
                       {"open", result.open}});
  }
  if (result.proposed) {
    fmt::print("a recipe is proposed in {}{}\n", flags.request.output,
               result.open == 0 ? ""
                                : fmt::format("; {} of its layers {} guessed, which it marks", result.open,
                                              result.open == 1 ? "is" : "are"));
    return;
  }
  if (result.whole) fmt::print("{} is a model of this program, taken as it is\n", flags.request.files.at(0));
  for (const auto& one : result.networks) {
    if (one.pairs.empty()) continue;
    fmt::print("{}: {} of {}{}\n", one.network, counted(one.pairs.size(), "tensor"), one.file,
               one.by_order ? ", matched by the order of layers and the shapes of their tensors" : "");
  }
  for (const auto& name : result.untouched) {
    fmt::print("{}: no file gave it; it is as before training\n", name);
  }
  fmt::print("the model is {}\n", flags.request.output);
}

}  // namespace

void add_import(CLI::App& app) {
  auto flags = std::make_shared<ImportFlags>();
  add_flags(app, operations::fields_of(flags->request));
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_import(*flags); }); });
}

}  // namespace ganymede::cli
