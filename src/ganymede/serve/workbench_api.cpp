// What a person does with runs in the list: names, tags, notes, pins, the archive, and the trash; and what recipes
// differ in. All of it lies in the runs' own folders.
#include <fmt/chrono.h>

#include <algorithm>

#include "ganymede/core/files.h"
#include "ganymede/core/log.h"
#include "ganymede/operations/schema.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/trash.h"

namespace ganymede::serve {
namespace {

using operations::Door;

Response keep(const Services& services, const Request& request) {
  check_changes(services);
  KeepRequest wanted;
  read_body(request, operations::fields_of(wanted));
  const auto run = services.catalogue.run(request.captured.at("id"));
  const auto before = run->snapshot();
  if (!before->overview.keeps) throw Problem(403, "the run's folder cannot be written: nothing can be kept there");
  try {
    write_file(run->folder() / kKeptFile, kept_text(changed(before->kept, wanted)));
  } catch (const Error& error) {
    spdlog::warn("{}", error.what());
    throw Problem(403, "the run's folder cannot be written: nothing can be kept there");
  }
  services.watcher.look_now();
  return json_response(json_of(services.catalogue.run(run->id())->snapshot()->overview));
}

TrashedRun answer_of(const Trashed& trashed) {
  return {.name = trashed.name,
          .run = trashed.run,
          .deleted = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(trashed.deleted))};
}

Response remove(const Services& services, const Request& request) {
  check_changes(services);
  read_body(request, {});
  const auto run = services.catalogue.run(request.captured.at("id"));
  const auto folders = services.catalogue.folders_of_runs();
  if (std::find(folders.begin(), folders.end(), run->folder().parent_path()) == folders.end())
    throw Problem(409, "the run was named itself when the server was started, and its folder is none of runs");
  const auto trashed = Trash::put(run->folder());
  services.watcher.look_now();
  return json_response(json_of(answer_of(trashed)));
}

std::vector<Trashed> all_trashed(const Catalogue& catalogue) {
  std::vector<Trashed> out;
  for (const auto& folder : catalogue.folders_of_runs()) {
    for (auto& one : Trash::in(folder)) out.push_back(std::move(one));
  }
  return out;
}

Response restore(const Services& services, const Request& request) {
  check_changes(services);
  read_body(request, {});
  const auto all = all_trashed(services.catalogue);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == request.captured.at("id"); });
  if (found == all.end()) throw Problem(404, "there is no such run in the trash");
  Trash::take_back(*found);
  services.watcher.look_now();
  return json_response(json_of(Accepted{found->run}));
}

SettingsAnswer settings_that_differ(const Catalogue& catalogue) {
  std::map<std::string, std::map<std::string, std::string>> by_key;
  const auto runs = catalogue.runs();
  std::size_t known = 0;
  for (const auto& run : runs) {
    const auto now = run->snapshot();
    if (now->settings.empty()) continue;
    ++known;
    for (const auto& [key, value] : now->settings) by_key[key][run->id()] = value;
  }
  std::erase_if(by_key, [&](const auto& one) {
    const auto& values = one.second;  // by name: Clang 16 captures no structured binding where OpenMP is on
    const bool same = std::all_of(values.begin(), values.end(),
                                  [&](const auto& value) { return value.second == values.begin()->second; });
    return same && values.size() == known;
  });
  return {std::move(by_key)};
}

RouteAbout about_change(const char* id, const char* summary, const char* answer, AnswerSchema schema,
                        const operations::FieldList& body) {
  return {.id = id,
          .summary = summary,
          .answer = answer,
          .json = std::move(schema),
          .body = operations::schema_of(body, Door::kServed),
          .problems = {403, 409}};
}

void add_trash_routes(Router& router, const Services& services) {
  router.add(
      "POST", "/api/v1/runs/{id}/delete", [&](const Request& request) { return remove(services, request); },
      about_change("deleteRun", "Move a run into the trash of its folder",
                   "It is not listed any more, and can be taken back.", schema_of_answer<TrashedRun>(), {}));
  const auto list = [&catalogue = services.catalogue](const Request&) {
    TrashList out;
    for (const auto& one : all_trashed(catalogue)) out.runs.push_back(answer_of(one));
    return json_response(json_of(out));
  };
  router.add("GET", "/api/v1/trash", list,
             RouteAbout{.id = "listTrash",
                        .summary = "The runs in the trash",
                        .answer = "The last one first.",
                        .json = schema_of_answer<TrashList>()});
  router.add(
      "POST", "/api/v1/trash/{id}/restore", [&](const Request& request) { return restore(services, request); },
      about_change("restoreRun", "Take a run back from the trash", "It is listed again.", schema_of_answer<Accepted>(),
                   {}));
}

}  // namespace

void add_workbench_routes(Router& router, const Services& services) {
  KeepRequest request;
  router.add(
      "POST", "/api/v1/runs/{id}/keep", [&](const Request& asked) { return keep(services, asked); },
      about_change("keepOfRun", "Change what a person adds to a run: title, note, tags, pin, archive",
                   "The run as it is now.", schema_of_answer<RunOverview>(), operations::fields_of(request)));
  add_trash_routes(router, services);
  router.add(
      "GET", "/api/v1/settings",
      [&](const Request&) { return json_response(json_of(settings_that_differ(services.catalogue))); },
      RouteAbout{.id = "listSettings",
                 .summary = "The keys of recipes that not all runs have the same value of",
                 .answer = "By keys, then by runs; a run that lacks a key is not among its runs.",
                 .json = schema_of_answer<SettingsAnswer>()});
}

}  // namespace ganymede::serve
