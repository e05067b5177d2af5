#include <functional>
#include <map>

#include "ganymede/engine.h"
#include "ganymede/library/c_handles.h"
#include "ganymede/library/c_result.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/operations/schema.h"
#include "ganymede/runs.h"

using ganymede::library::give;
using ganymede::library::guarded;
using ganymede::library::required;
using ResultPtr = std::unique_ptr<ganymede_result>;

struct ganymede_engine {
  ganymede::Engine engine;
};

/// What an engine's future will be, as a result of the C interface.
struct ganymede_job {
  std::function<bool(double seconds)> ready;
  std::function<ResultPtr()> get;
};

namespace ganymede::library {
namespace {

using nlohmann::json;

/// A call as it came.
struct Call {
  const ganymede_model* handle;  ///< null where none was given
  std::string operation;
  json options;
  std::vector<Image> images = {};
  Control control = {};
  Engine* engine = nullptr;  ///< of one that is submitted

  /// Throws UsageError where none was given.
  const Model& model() const { return required(handle, "model").model; }
};

/// An operation that some function does, and the same done by an engine, where it can.
struct Operation {
  std::function<ResultPtr(const Call&)> run;
  std::function<std::unique_ptr<ganymede_job>(const Call&)> submit = {};
  bool has_device = false;  ///< no model says where it runs: the options may, beside the request's own
};

/// Beside the request's own options, where no model says where it runs.
struct DeviceOption {
  std::string device = "auto";
};
template <class V>
void visit_fields(V& field, DeviceOption& o) {
  field("device", o.device, {.about = "auto, cpu, cuda or cuda:N; where no model is given"});
}

/// What that option says, which is then no longer among the call's.
std::string take_device(Call& call) {
  DeviceOption option;
  const auto fields = operations::fields_of(option);
  json own = json::object();
  for (const auto& field : fields) {
    if (const auto found = call.options.find(field.name); found != call.options.end()) {
      own[field.name] = *found;
      call.options.erase(found);
    }
  }
  operations::read_json(own, fields, operations::Door::kLocal);
  return option.device;
}

template <class Result>
ResultPtr result_of(const std::string& operation, Result&& result) {
  auto out = std::make_unique<ganymede_result>(operation);
  fill(*out, std::move(result));
  out->finish();
  return out;
}

/// The call's options as the operation's request, by its field list.
template <class Request>
Request request_of(const Call& call) {
  Request request;
  operations::read_json(call.options, operations::fields_of(request), operations::Door::kLocal);
  return request;
}

template <class Request, class Result>
Operation plain(Result (*run)(const Model&, const Request&, const Control&)) {
  return {[run](const Call& call) {
    return result_of(call.operation, run(call.model(), request_of<Request>(call), call.control));
  }};
}

template <class Request, class Result>
Operation generated(Result (*run)(const Model&, const Request&, const Control&),
                    std::future<Result> (Engine::*submit)(const Model&, const Request&, const JobTerms&)) {
  auto operation = plain(run);
  operation.submit = [submit](const Call& call) {
    auto future = std::make_shared<std::future<Result>>(
        (call.engine->*submit)(call.model(), request_of<Request>(call), {.cancel = call.control.cancel}));
    return std::make_unique<ganymede_job>(
        ganymede_job{.ready =
                         [future](double seconds) {
                           if (!future->valid()) throw UsageError("the job's result was handed over before", "job");
                           if (seconds < 0) {
                             future->wait();
                             return true;
                           }
                           constexpr double kLongest = 1e9;  // beyond it a clock's ticks overflow
                           return future->wait_for(std::chrono::duration<double>(std::min(seconds, kLongest))) ==
                                  std::future_status::ready;
                         },
                     .get = [future, name = call.operation] { return result_of(name, future->get()); }});
  };
  return operation;
}

/// One that works on images, in memory or, where none are given, in the files that the option "images" names.
template <class Request, class InMemory, class InFiles>
Operation on_images(InMemory in_memory, InFiles in_files) {
  return {[=](Call call) {
    if (call.images.empty())
      return result_of(call.operation, in_files(call.model(), request_of<Request>(call), call.control));
    if (call.options.contains("images")) throw UsageError("are in memory, and named as files too", "images");
    call.options["images"] = json::array({"in memory"});  // the option is required
    return result_of(call.operation, in_memory(call.model(), call.images, request_of<Request>(call), call.control));
  }};
}

/// One that names its files itself; a model, where one is given, is evaluated instead of what the options name.
Operation evaluation() {
  const auto run = [](Call call) {
    if (call.handle != nullptr)
      return result_of(call.operation, evaluate(call.model(), request_of<EvaluateRequest>(call), call.control));
    const auto device = take_device(call);
    return result_of(call.operation, evaluate(request_of<EvaluateRequest>(call), device, call.control));
  };
  return {.run = run, .has_device = true};
}

void refuse_model(const Call& call) {
  if (call.handle != nullptr) throw UsageError("must be null: this takes no model", "model");
}

Operation training() {
  const auto run = [](Call call) {
    const auto device = take_device(call);
    const auto request = request_of<TrainRequest>(call);
    refuse_model(call);
    return result_of(call.operation, train_model(request, device, call.control));
  };
  return {.run = run, .has_device = true};
}

Operation importing() {
  return {[](const Call& call) {
    const auto request = request_of<ImportRequest>(call);
    refuse_model(call);
    return result_of(call.operation, import_model(request, call.control));
  }};
}

const std::map<std::string, Operation>& all_operations() {
  static const std::map<std::string, Operation> all{
      {"generate", generated(generate, &Engine::generate)},
      {"interpolate", generated(interpolate, &Engine::interpolate)},
      {"walk", generated(walk, &Engine::walk)},
      {"blend", generated(blend, &Engine::blend)},
      {"arithmetic", generated(arithmetic, &Engine::arithmetic)},
      {"direction", generated(direction, &Engine::direction)},
      {"nearest_images", plain(nearest_images)},
      {"exemplars", plain(exemplars)},
      {"project",
       on_images<ProjectRequest>([](const Model& model, const std::vector<Image>& images, const ProjectRequest& request,
                                    const Control& control) { return project(model, images, request, control); },
                                 [](const Model& model, const ProjectRequest& request, const Control& control) {
                                   return project(model, request, control);
                                 })},
      {"translate",
       on_images<TranslateRequest>([](const Model& model, const std::vector<Image>& images, const TranslateRequest&,
                                      const Control& control) { return translate(model, images, control); },
                                   [](const Model& model, const TranslateRequest& request, const Control& control) {
                                     return translate(model, request, control);
                                   })},
      {"evaluate", evaluation()},
      {"features", plain(features)},
      {"export", plain(export_model)},
      {"import", importing()},
      {"train", training()},
  };
  return all;
}

const Operation& operation_of(const std::string& name) {
  const auto& all = all_operations();
  if (const auto found = all.find(name); found != all.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [one, operation] : all) known.push_back(one);
  throw UsageError("unknown operation '" + name + "'", "operation", suggest(name, known));
}

std::string operations_json() {
  auto list = nlohmann::ordered_json::array();
  for (const auto& one : operations::descriptions()) {
    const auto known = all_operations().find(one.name);
    if (known == all_operations().end()) continue;
    auto options = operations::schema_of(one.fields, operations::Door::kLocal);
    if (known->second.has_device) {
      DeviceOption option;
      const auto own = operations::schema_of(operations::fields_of(option), operations::Door::kLocal);
      options["properties"].update(own["properties"]);
    }
    list.push_back({{"name", one.name}, {"summary", one.summary}, {"options", options}});
  }
  return list.dump();
}

json options_of(const char* text) {
  if (text == nullptr || *text == '\0') return json::object();
  auto options = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (options.is_discarded()) throw UsageError("is not JSON", "options");
  if (!options.is_object()) throw UsageError("must be a JSON object", "options");
  return options;
}

Call call_of(const ganymede_model* model, const char* operation, const char* options, const ganymede_control* control) {
  return {.handle = model,
          .operation = &required(operation, "operation"),
          .options = options_of(options),
          .control = control_of(control)};
}

Image image_of(const ganymede_pixels& pixels) {
  constexpr int kLargest = 1 << 15;
  const auto fits = [](int side) { return side >= 1 && side <= kLargest; };
  if (!fits(pixels.width) || !fits(pixels.height) || (pixels.channels != 1 && pixels.channels != 3)) {
    throw UsageError("must be 1 to 32768 pixels wide and high, of 1 channel or 3", "pixels");
  }
  Image image(pixels.width, pixels.height, pixels.channels);
  std::copy_n(&required(pixels.data, "pixels"), image.pixels.size(), image.pixels.begin());
  return image;
}

}  // namespace
}  // namespace ganymede::library

using ganymede::library::call_of;

const char* ganymede_operations(void) {
  static const std::string text = ganymede::library::operations_json();
  return text.c_str();
}

ganymede_status ganymede_write_png(const char* path, const ganymede_pixels* pixels) {
  return guarded(
      [&] { ganymede::write_png(&required(path, "path"), ganymede::library::image_of(required(pixels, "pixels"))); });
}

ganymede_status ganymede_run(const ganymede_model* model, const char* operation, const char* options,
                             ganymede_control* control, ganymede_result** result) {
  return guarded([&] {
    required(result, "result") = nullptr;
    const auto call = call_of(model, operation, options, control);
    give(result, "result", ganymede::library::operation_of(call.operation).run(call));
  });
}

ganymede_status ganymede_run_on(const ganymede_model* model, const char* operation, const char* options,
                                const ganymede_pixels* images, size_t count, ganymede_control* control,
                                ganymede_result** result) {
  return guarded([&] {
    required(result, "result") = nullptr;
    auto call = call_of(model, operation, options, control);
    if (call.operation != "project" && call.operation != "translate") {
      throw ganymede::UsageError("takes no images", call.operation, "use ganymede_run()");
    }
    if (count == 0) throw ganymede::UsageError("there are no images", "images");
    required(images, "images");
    for (size_t i = 0; i < count; ++i) call.images.push_back(ganymede::library::image_of(images[i]));
    give(result, "result", ganymede::library::operation_of(call.operation).run(call));
  });
}

ganymede_status ganymede_engine_new(int64_t queue, int replicas, int threads, ganymede_engine** engine) {
  return guarded([&] {
    required(engine, "engine") = nullptr;
    ganymede::Engine::Options options;
    if (queue != 0) options.queue = queue;
    if (replicas != 0) options.replicas = replicas;
    if (threads != 0) options.threads = threads;
    give(engine, "engine", std::unique_ptr<ganymede_engine>(new ganymede_engine{ganymede::Engine(options)}));
  });
}

ganymede_status ganymede_engine_submit(ganymede_engine* engine, const ganymede_model* model, const char* operation,
                                       const char* options, ganymede_control* control, ganymede_job** job) {
  return guarded([&] {
    required(job, "job") = nullptr;
    auto call = call_of(model, operation, options, control);
    call.engine = &required(engine, "engine").engine;
    const auto& known = ganymede::library::operation_of(call.operation);
    if (!known.submit) throw ganymede::UsageError("an engine does not do this", call.operation, "use ganymede_run()");
    give(job, "job", known.submit(call));
  });
}

ganymede_status ganymede_job_wait(ganymede_job* job, double seconds, ganymede_result** result) {
  return guarded([&] {
    required(result, "result") = nullptr;
    if (!required(job, "job").ready(seconds)) throw ganymede::library::NotReady();
    give(result, "result", job->get());
  });
}

void ganymede_job_free(ganymede_job* job) {
  delete job;
}
void ganymede_engine_free(ganymede_engine* engine) {
  delete engine;
}
