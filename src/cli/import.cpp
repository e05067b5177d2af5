// ganymede import FILE
#include "ganymede/operations/import.h"

#include "cli/image_output.h"
#include "cli/request_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/scratch_folder.h"

namespace ganymede::cli {
namespace {

struct ImportFlags {
  bool json = false;
  operations::ImportRequest request = {};
};

void print_document(const operations::ImportResult& result, const std::string& output) {
  auto networks = nlohmann::json::array();
  for (const auto& one : result.networks) {
    networks.push_back(
        {{"network", one.network}, {"file", one.file}, {"by_order", one.by_order}, {"tensors", one.pairs}});
  }
  print_json({{result.proposed ? "recipe" : "model", output},
              {"networks", networks},
              {"untouched", result.untouched},
              {"whole", result.whole},
              {"open", result.open}});
}

void print_text(const operations::ImportResult& result, const operations::ImportRequest& request, std::FILE* to) {
  if (result.proposed) {
    fmt::print(to, "a recipe is proposed in {}{}\n", request.output,
               result.open == 0 ? ""
                                : fmt::format("; {} of its layers {} guessed, which it marks", result.open,
                                              result.open == 1 ? "is" : "are"));
    return;
  }
  if (result.whole) fmt::print(to, "{} is a model of this program, taken as it is\n", request.files.at(0));
  for (const auto& one : result.networks) {
    if (one.pairs.empty()) continue;
    fmt::print(to, "{}: {} of {}{}\n", one.network, counted(one.pairs.size(), "tensor"), one.file,
               one.by_order ? ", matched by the order of layers and the shapes of their tensors" : "");
  }
  for (const auto& name : result.untouched) {
    fmt::print(to, "{}: no file gave it; it is as before training\n", name);
  }
  fmt::print(to, "the model is {}\n", request.output);
}

/// "-" is a model, "toml:-" a recipe; by way of a file that is gone afterwards.
void import_to_stdout(const ImportFlags& flags) {
  const Output to(flags.request.output, {".safetensors", ".toml"});
  to.require_kind(flags.json);
  const ScratchFolder scratch;
  auto request = flags.request;
  request.output = (scratch.path() / ("model" + to.kind())).string();
  const auto result = operations::import_model(request);
  to.write(read_file(request.output));
  print_text(result, flags.request, stderr);
}

void run_import(const ImportFlags& flags) {
  const std::string& output = flags.request.output;
  if (is_standard_output(output) || output.ends_with(":-")) return import_to_stdout(flags);
  const auto result = operations::import_model(flags.request);
  if (flags.json) return print_document(result, output);
  print_text(result, flags.request, stdout);
}

}  // namespace

void add_import(CLI::App& app) {
  auto flags = std::make_shared<ImportFlags>();
  add_flags(app, operations::fields_of(flags->request));
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { run_request(operations::fields_of(flags->request), [&] { run_import(*flags); }); });
}

}  // namespace ganymede::cli
