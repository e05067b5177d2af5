// POST /api/v1/models/{id}/export: a model's networks as a file for other programs, or several in a zip archive.
#include <algorithm>

#include "ganymede/config/names.h"
#include "ganymede/core/files.h"
#include "ganymede/core/scratch_folder.h"
#include "ganymede/operations/export.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/operation_route.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;
namespace ops = operations;

const char* ending_of(ops::ExportFormat format) {
  if (format == ops::ExportFormat::kOnnx) return ".onnx";
  if (format == ops::ExportFormat::kTorchScript) return ".pt";
  return format == ops::ExportFormat::kSafetensors ? ".safetensors" : "";  // the others are folders
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What fits the server's memory, and is freed when it is sent. Throws Problem 503 where it does not now.
MemoryBudget::Share share_for(const Services& services, const std::vector<fs::path>& files) {
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += 2 * fs::file_size(file);  // an archive is beside what it is made of
  auto share = services.memory.take(bytes);
  if (!share)
    throw Problem(503, "other requests hold the server's memory; try again in a moment", {}, {{"Retry-After", "5"}});
  return share;
}

Response exported(const Services& services, const Asked<ops::ExportRequest, NoAnswer>& asked,
                  const ops::Control& control) {
  const ScratchFolder scratch;
  ops::ExportRequest request = asked.request;
  const std::string& id = asked.about.model;
  request.output = (scratch.path() / (id + ending_of(request.format))).string();
  ops::export_model(*asked.model, request, control);
  const auto files = files_below(scratch.path());
  const auto share = share_for(services, files);
  Response response{.content_type = "application/octet-stream"};
  std::string name = id + ending_of(request.format);
  if (files.size() == 1 && files.front().parent_path() == scratch.path()) {
    const Bytes content = read_file(files.front());
    response.body.assign(content.begin(), content.end());
  } else {
    std::vector<std::pair<std::string, Bytes>> packed;
    for (const auto& file : files) packed.emplace_back(file.lexically_relative(scratch.path()), read_file(file));
    response.body = zip(packed);
    response.content_type = "application/zip";
    name = fmt::format("{}-{}.zip", id, config::name_of(request.format));
  }
  response.memory = share;
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  return response;
}

}  // namespace

void add_export_route(Router& router, const Services& services) {
  const auto handle = [&services](const Request& request, const Reply& reply) {
    const auto asked = read_asked<ops::ExportRequest>(services, request, NoAnswer{});
    services.slow_lane.post([&services, asked, reply] {
      try {
        reply(exported(services, *asked, {.cancel = services.slow_lane.ending(), .progress = {}}));
      } catch (...) {
        reply(response_of(std::current_exception()));
      }
    });
  };
  auto about = about_operation<ops::ExportRequest, NoAnswer>(ops::description_of("export"), NoAnswer{});
  about.answer = "The file; of both networks, of a hub's folder and of a web page a zip archive.";
  const auto any = nlohmann::ordered_json::object();
  about.content = {{"application/octet-stream", any}, {"application/zip", any}};
  about.id = "exportModel";  // "export" is a word of the languages that clients are generated in
  router.add("POST", "/api/v1/models/{id}/export", handle, about);
}

}  // namespace ganymede::serve
