// What a person keeps of models: named directions and images marked best, beside the models' files.
#include <unistd.h>

#include <memory>
#include <mutex>

#include "ganymede/core/files.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/operations/schema.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/model_kept.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

/// A damaged file is named in the log and counts as none.
KeptOfModel kept_in(const fs::path& file) {
  try {
    if (!is_plain_file(file)) return {};
    const Bytes bytes = read_below(file.parent_path(), file.filename(), kMostKeptBytes);
    return parse_model_kept({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const Error& error) {
    spdlog::warn("{}: {}", file.string(), error.what());
    return {};
  }
}

fs::path file_of(const ModelEntry& model) {
  return model_kept_file(model.file, !model.run.empty());
}

bool keeps(const Services& services, const fs::path& file) {
  return services.changes && ::access(file.parent_path().c_str(), W_OK) == 0;
}

Response answer(const Services& services, const fs::path& file, KeptOfModel kept) {
  kept.keeps = keeps(services, file);
  return json_response(json_of(kept));
}

/// Reads the request, makes `change` of what is kept, and writes it.
template <class Wanted, class Change>
Response change_kept(const Services& services, const Request& request, std::mutex& one_at_a_time, Change change) {
  check_changes(services);
  Wanted wanted;
  read_body(request, operations::fields_of(wanted));
  const auto file = file_of(*services.catalogue.model(request.captured.at("id")));
  const std::lock_guard lock(one_at_a_time);
  auto kept = kept_in(file);
  change(kept, wanted);
  try {
    if (!keeps(services, file)) throw Error("cannot be written", file.parent_path().string());
    write_file(file, model_kept_text(kept));
  } catch (const Problem&) {
    throw;
  } catch (const Error& error) {
    spdlog::warn("{}", error.what());
    throw Problem(403, "the model's folder cannot be written: nothing can be kept there");
  }
  return answer(services, file, std::move(kept));
}

template <class Wanted, class Change>
void add_change(Router& router, const Services& services, const char* what, const char* id, const char* summary,
                const std::shared_ptr<std::mutex>& one_at_a_time, Change change) {
  Wanted wanted;
  router.add(
      "POST", std::string("/api/v1/models/{id}/") + what,
      [&services, one_at_a_time, change](const Request& request) {
        return change_kept<Wanted>(services, request, *one_at_a_time, change);
      },
      RouteAbout{.id = id,
                 .summary = summary,
                 .answer = "All that is kept of the model, as it is now.",
                 .json = schema_of_answer<KeptOfModel>(),
                 .body = operations::schema_of(operations::fields_of(wanted), operations::Door::kServed),
                 .problems = {403, 409}});
}

}  // namespace

void add_model_kept_routes(Router& router, const Services& services) {
  const auto one_at_a_time = std::make_shared<std::mutex>();
  router.add(
      "GET", "/api/v1/models/{id}/kept",
      [&services](const Request& request) {
        const auto file = file_of(*services.catalogue.model(request.captured.at("id")));
        return answer(services, file, kept_in(file));
      },
      RouteAbout{.id = "getKept",
                 .summary = "What a person keeps of a model: named directions, and images marked best",
                 .answer = "All of it, oldest first.",
                 .json = schema_of_answer<KeptOfModel>()});
  const auto keep_it = [](KeptOfModel& kept, const auto& wanted) { keep(kept, wanted); };
  const auto forget_it = [](KeptOfModel& kept, const auto& wanted) { forget(kept, wanted); };
  add_change<KeepDirectionRequest>(router, services, "directions/keep", "keepDirection",
                                   "Keep a direction, in the place of another of its name", one_at_a_time, keep_it);
  add_change<ForgetDirectionRequest>(router, services, "directions/forget", "forgetDirection", "Forget a direction",
                                     one_at_a_time, forget_it);
  add_change<KeepMarkRequest>(router, services, "marks/keep", "keepMark", "Mark an image best", one_at_a_time, keep_it);
  add_change<ForgetMarkRequest>(router, services, "marks/forget", "forgetMark", "Mark an image no longer",
                                one_at_a_time, forget_it);
}

}  // namespace ganymede::serve
