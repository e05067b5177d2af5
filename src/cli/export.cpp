// ganymede export MODEL
#include "ganymede/operations/export.h"

#include <fmt/ranges.h>

#include "cli/image_output.h"
#include "cli/request_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/scratch_folder.h"

namespace ganymede::cli {
namespace {

struct ExportFlags {
  std::string model;
  bool json = false;
  operations::ExportRequest request = {};
};

void print_text(const std::vector<operations::ExportedFile>& files, std::FILE* to) {
  for (const auto& file : files) {
    fmt::print(to, "{} in {}\n", file.network, file.path.string());
    if (!file.inputs.empty()) {
      fmt::print(to, "  {} -> {}\n", fmt::join(file.inputs, ", "), fmt::join(file.outputs, ", "));
    }
  }
}

/// A file alone, by way of one that is gone afterwards.
void export_to_stdout(const ExportFlags& flags) {
  using operations::ExportFormat;
  auto request = flags.request;
  if (request.format == ExportFormat::kHub || request.format == ExportFormat::kWeb)
    refuse_standard_output(request.output, "folder");
  if (request.network == operations::ExportedNetwork::kBoth)
    throw UsageError("standard output takes one file, not both networks'", "-o -", "name one network, or a file");
  const Output to(request.output, {std::string(".") + config::name_of(request.format)});
  to.require_kind(flags.json);
  const ScratchFolder scratch;
  request.output = (scratch.path() / "model").string();
  auto files = operations::export_model(*operations::Model::load(flags.model), request);
  to.write(read_file(request.output));
  files.front().path = flags.request.output;
  print_text(files, stderr);
}

void run_export(const ExportFlags& flags) {
  if (is_standard_output(flags.request.output)) return export_to_stdout(flags);
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
  print_text(files, stdout);
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
