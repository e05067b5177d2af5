// ganymede export MODEL
#include "ganymede/operations/export.h"

#include <fmt/ranges.h>

#include "cli/request_flags.h"

namespace ganymede::cli {
namespace {

struct ExportFlags {
  std::string model;
  bool json = false;
  operations::ExportRequest request = {};
};

void run_export(const ExportFlags& flags) {
  const auto model = operations::Model::load(flags.model);
  const auto files = operations::export_model(*model, flags.request);
  if (flags.json) {
    auto list = nlohmann::json::array();
    for (const auto& file : files) {
      list.push_back({{"path", file.path.string()},
                      {"network", file.network},
                      {"inputs", file.inputs},
                      {"outputs", file.outputs}});
    }
    return print_json({{"files", list}});
  }
  for (const auto& file : files) {
    fmt::print("{} in {}\n", file.network, file.path.string());
    if (!file.inputs.empty()) {
      fmt::print("  {} -> {}\n", fmt::join(file.inputs, ", "), fmt::join(file.outputs, ", "));
    }
  }
}

}  // namespace

void add_export(CLI::App& app) {
  auto flags = std::make_shared<ExportFlags>();
  app.add_option("model", flags->model, "a .safetensors file or a run folder")->required();
  add_flags(app, operations::fields_of(flags->request));
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_export(*flags); }); });
}

}  // namespace ganymede::cli
