#include "ganymede/serve/studio.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <ctime>
#include <thread>

#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/core/memory.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/assets.h"
#include "ganymede/serve/conditional.h"
#include "ganymede/serve/openapi.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr int kGiveBackEvery = 60;  ///< looks
constexpr int kPackers = 2;

/// Looks at the places again and again on a thread of its own.
class Watcher {
 public:
  explicit Watcher(Catalogue& catalogue) : catalogue_(catalogue), thread_([this] { work(); }) {}
  ~Watcher() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  /// Whether the places were looked at once.
  bool ready() const { return ready_; }

 private:
  void work() {
    int looks = 0;
    std::unique_lock lock(mutex_);
    while (!ending_) {
      lock.unlock();
      try {
        catalogue_.refresh();
      } catch (const std::exception& error) {
        spdlog::error("looking for models failed: {}", error.what());
      }
      ready_ = true;
      if (++looks % kGiveBackEvery == 0) give_back_freed_memory();  // of a flood that is over
      lock.lock();
      wake_.wait_for(lock, kLookEvery, [this] { return ending_; });
    }
  }

  Catalogue& catalogue_;
  std::atomic<bool> ready_ = false;
  bool ending_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

/// Where new runs are made: the first place that holds runs and is none itself. It may not be there yet.
std::filesystem::path folder_of_runs(const std::vector<std::filesystem::path>& places) {
  std::error_code ignored;
  for (const auto& place : places) {
    if (std::filesystem::is_directory(place, ignored) ? !is_run(place) : !std::filesystem::exists(place, ignored))
      return place;
  }
  throw UsageError("no folder of runs is served that a training could write to", "--allow-training",
                   "name one, such as runs");
}

/// One line of JSON a request, on stderr.
void log_access(const Exchange& done) {
  const nlohmann::ordered_json line{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                                    {"remote", done.remote},
                                    {"method", done.method.substr(0, 32)},
                                    {"target", done.target.substr(0, 256)},
                                    {"status", done.status},
                                    {"bytes", done.bytes},
                                    {"ms", std::round(done.seconds * 1e4) / 10}};
  // All but ASCII written out, for terminals; print() would throw where stderr is full.
  std::fputs((line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n").c_str(), stderr);
}

/// The page, packed where the client takes that.
class Page {
 public:
  Page() : plain_(gunzip(studio_page())) {
    Digest digest;
    digest.update({reinterpret_cast<const std::uint8_t*>(plain_.data()), plain_.size()});
    tag_ = "\"" + digest.hex().substr(0, 16) + "\"";
  }
  const std::string& text() const { return plain_; }

  Response answer(const Request& request) const {
    Response response{.content_type = "text/html; charset=utf-8",
                      .headers = {{"ETag", tag_}, {"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}}};
    if (request.header("if-none-match") == tag_) {
      response.status = 304;
    } else if (request.header("accept-encoding").find("gzip") != std::string::npos) {
      response.body = std::string(studio_page());
      response.headers.emplace_back("Content-Encoding", "gzip");
    } else {
      response.body = plain_;
    }
    return response;
  }

 private:
  std::string plain_, tag_;
};

Response text_response(std::string_view type, std::string text) {
  return {.content_type = std::string(type), .body = std::move(text)};
}

bool is_health(const Request& request) {
  return request.path() == "/healthz" || request.path() == "/readyz";
}
bool is_api(const Request& request) {
  return !request.segments.empty() && (request.segments[0] == "api" || request.segments[0] == "metrics");
}

/// Throws Problem 401 where the request does not carry the token, 429 where its sender was wrong too often.
void check_token(const Token& token, const Request& request, Guesses& guesses) {
  const std::string &sent = request.header("authorization"), &named = request.header("x-real-ip");
  // Behind a proxy on this machine everybody would have its address.
  const std::string& sender = is_loopback(request.remote) && !named.empty() ? named : request.remote;
  const auto now = Guesses::Clock::now();
  if (!sent.empty() && !guesses.may_guess(sender, now)) {
    throw Problem(429, "this address sent too many wrong tokens; try again in a moment", {}, {{"Retry-After", "1"}});
  }
  if (token.matches(sent)) return;
  if (!sent.empty()) guesses.count(sender, now);
  throw Problem(401, "the call must carry the server's token", {}, {{"WWW-Authenticate", "Bearer"}});
}

/// What the routes for those who run a server tell of.
struct Watched {
  const Watcher& watcher;
  const Catalogue& catalogue;
  const operations::Engine& engine;
  const Meters& meters;
  const Server& server;
};

std::string metrics_text(const Watched& at) {
  return at.meters.text(
      {{"ganymede_connections", "Connections open now.", static_cast<double>(at.server.connections())},
       {"ganymede_event_streams", "Event streams open now.", static_cast<double>(at.server.streams())},
       {"ganymede_queue_images", "Images waiting to be generated.", static_cast<double>(at.engine.waiting())},
       {"ganymede_queue_pictures", "The old name of ganymede_queue_images.", static_cast<double>(at.engine.waiting())},
       {"ganymede_models", "Models served.", static_cast<double>(at.catalogue.models().size())},
       {"ganymede_models_loaded", "Models in memory.", static_cast<double>(at.catalogue.loaded())},
       {"process_resident_memory_bytes", "Memory in use.", static_cast<double>(resident_bytes())}});
}

/// The description itself, health and metrics.
void add_service_routes(Router& router, const Watched& at) {
  const auto object = json_content({{"type", "object"}});
  const std::string metrics_type = "text/plain; version=0.0.4; charset=utf-8";
  router.add(
      "GET", "/healthz", [](const Request&) { return json_response({{"status", "ok"}}); },
      RouteAbout{.id = "health",
                 .summary = "Whether the server answers",
                 .answer = "It does.",
                 .content = object,
                 .open = true});
  router.add(
      "GET", "/readyz",
      [at](const Request&) {
        if (!at.watcher.ready()) throw Problem(503, "still looking for models", {}, {{"Retry-After", "1"}});
        return json_response({{"status", "ready"}, {"models", at.catalogue.models().size()}});
      },
      RouteAbout{.id = "ready",
                 .summary = "Whether the server has looked for models",
                 .answer = "It has.",
                 .content = object,
                 .open = true});
  router.add(
      "GET", "/metrics", [at, metrics_type](const Request&) { return text_response(metrics_type, metrics_text(at)); },
      RouteAbout{.id = "metrics",
                 .summary = "Counters for Prometheus",
                 .answer = "In its text format.",
                 .content = {{metrics_type, {{"type", "string"}}}}});
}

}  // namespace

void serve_studio(StudioOptions options, const std::function<void(std::uint16_t)>& ready,
                  const std::function<bool()>& stop) {
  const Page page;
  Catalogue catalogue(options.places, options.device);
  Meters meters;
  Router router;
  for (const auto& [name, value] : security_headers(page.text())) options.server.headers.emplace_back(name, value);
  Guesses guesses;
  const auto check = [&](const Request& request) -> std::optional<Response> {
    if (!options.any_host && !options.token && !is_health(request)) check_host(request);
    // Before the token: browsers ask without it.
    if (auto answer = options.origins.preflight(request)) return answer;
    // The page holds no data: it asks for the token itself.
    if (options.token && is_api(request)) check_token(*options.token, request, guesses);
    return router.refusal(request);
  };
  const auto gate = [&](const Request& request) -> std::optional<Response> {
    std::optional<Response> answer;
    try {
      answer = check(request);
    } catch (...) {
      answer = response_of(std::current_exception());
    }
    if (answer) options.origins.mark(request.header("origin"), *answer);
    return answer;
  };
  const auto handle = [&](Request request, const Reply& reply) {
    const Reply marked = [&options, wanted = Wanted::of(request), origin = request.header("origin"),
                          reply](Response response) {
      make_conditional(wanted, response);
      options.origins.mark(origin, response);
      reply(std::move(response));
    };
    router.handle(std::move(request), marked);
  };
  Server server(options.server, gate, handle, [&](const Exchange& done) {
    meters.request(done.method, done.route, done.status, done.seconds, done.bytes);
    if (options.log_requests) log_access(done);
  });
  // After the server: they end before it does, and with them every reply that is still under way.
  TrainingImages training_images;
  Workers workers(kPackers);
  options.engine.on_batch = [&meters](int images, int jobs, double seconds) { meters.batch(images, jobs, seconds); };
  operations::Engine engine(options.engine);
  // Another version of the program may have taken its file's place meanwhile: this is the one that runs.
  std::optional<Trainings> trainings;
  if (options.allow_training)
    trainings.emplace("/proc/self/exe", folder_of_runs(options.places), options.engine.threads);
  const Watcher watcher(catalogue);  // when all that can be refused was
  const Services services{
      catalogue, engine, workers, training_images, trainings ? &*trainings : nullptr, options.server.memory};

  add_model_routes(router, services);
  add_operation_routes(router, services);
  add_run_routes(router, services);
  add_event_routes(router, services);
  add_curve_routes(router, services);
  add_training_routes(router, services);
  add_service_routes(router, {watcher, catalogue, engine, meters, server});
  std::string description;
  router.add(
      "GET", "/api/v1/openapi.json",
      [&description](const Request&) { return text_response("application/json", description); },
      RouteAbout{.id = "describe",
                 .summary = "This description",
                 .answer = "OpenAPI 3.1.",
                 .content = json_content({{"type", "object"}})});
  description = openapi_document(router);
  for (const char* address : {"/", "/generate", "/explore", "/runs", "/runs/{id}", "/models", "/models/{id}"}) {
    router.add("GET", address, [&](const Request& request) { return page.answer(request); });
  }
  router.add("GET", "/favicon.ico", [](const Request&) { return Response{.status = 204}; });

  ready(server.port());
  server.run([&] {
    if (!stop()) return false;
    if (trainings) trainings->end();  // it saves while the last requests are answered
    return true;
  });
}

}  // namespace ganymede::serve
