#include "ganymede/serve/studio.h"

#include <fmt/format.h>

#include <cmath>

#include "ganymede/operations/requests.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/conditional.h"
#include "ganymede/serve/log_line.h"
#include "ganymede/serve/lost_runs.h"
#include "ganymede/serve/page.h"
#include "ganymede/serve/service_api.h"

namespace ganymede::serve {
namespace {

constexpr int kPackers = 2;

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

/// Of each training.
std::vector<std::string> more_flags(const StudioOptions& options) {
  if (options.webhook.empty()) return {};
  return {"--webhook", options.webhook};
}

/// One line of JSON a request, on stderr.
void log_access(const Exchange& done) {
  log_line({{"remote", done.remote},
            {"method", done.method.substr(0, 32)},
            {"target", done.target.substr(0, 256)},
            {"status", done.status},
            {"bytes", done.bytes},
            {"ms", std::round(done.seconds * 1e4) / 10}});
}

bool is_health(const Request& request) {
  return request.path() == "/healthz" || request.path() == "/readyz";
}
bool is_api(const Request& request) {
  return !request.segments.empty() && (request.segments[0] == "api" || request.segments[0] == "metrics");
}

/// Throws Problem 401 where the request does not carry the token, 429 where its sender was wrong too often.
void check_token(const Token& token, const Request& request, Guesses& guesses) {
  const std::string &sent = request.header("authorization"), sender = client_of(request);
  const auto now = Guesses::Clock::now();
  if (!sent.empty() && !guesses.may_guess(sender, now)) {
    throw Problem(429, "this address sent too many wrong tokens; try again in a moment", {}, {{"Retry-After", "1"}});
  }
  if (token.matches(sent)) return;
  if (!sent.empty()) guesses.count(sender, now);
  throw Problem(401, "the call must carry the server's token", {}, {{"WWW-Authenticate", "Bearer"}});
}

/// Looks at every request before its body is read.
class Entrance {
 public:
  Entrance(const StudioOptions& options, const Router& router) : options_(options), router_(router) {}

  std::optional<Response> operator()(const Request& request) {
    std::optional<Response> answer;
    try {
      answer = check(request);
    } catch (...) {
      answer = response_of(std::current_exception());
    }
    if (answer) options_.origins.mark(request.header("origin"), *answer);
    return answer;
  }

 private:
  std::optional<Response> check(const Request& request) {
    if (!options_.any_host && !options_.token && !is_health(request)) check_host(request);
    // Before the token: browsers ask without it.
    if (auto answer = options_.origins.preflight(request)) return answer;
    // The page holds no data: it asks for the token itself.
    if (options_.token && is_api(request)) check_token(*options_.token, request, guesses_);
    return router_.refusal(request);
  }

  const StudioOptions& options_;
  const Router& router_;
  Guesses guesses_;
};

/// The same page below /embed changes nothing (studio/src/state/address.ts), and may be in a frame of named origins.
void add_pages(Router& router, const Page& page, const std::vector<std::string>& frames) {
  const auto framed = [&page, policy = page_policy(page.text(), frames)](const Request& request) {
    Response response = page.answer(request);
    response.headers.emplace_back("Content-Security-Policy", policy);
    return response;
  };
  for (const char* address :
       {"/", "/generate", "/explore", "/compare", "/gallery", "/runs", "/runs/{id}", "/models", "/models/{id}"}) {
    router.add("GET", address, [&page](const Request& request) { return page.answer(request); });
    router.add("GET", std::string("/embed") + (address[1] == '\0' ? "" : address), framed);
  }
  router.add("GET", "/favicon.ico", [](const Request&) { return Response{.status = 204}; });
}

}  // namespace

void serve_studio(StudioOptions options, const std::function<void(std::uint16_t)>& ready,
                  const std::function<bool()>& stop) {
  const Page page;
  Catalogue catalogue(options.places, options.device);
  Meters meters;
  Router router;
  for (const auto& [name, value] : security_headers(page.text())) options.server.headers.emplace_back(name, value);
  Entrance entrance(options, router);
  const auto handle = [&](Request request, const Reply& reply) {
    const Reply marked = [&options, wanted = Wanted::of(request), origin = request.header("origin"),
                          reply](Response response) {
      make_conditional(wanted, response);
      options.origins.mark(origin, response);
      reply(std::move(response));
    };
    router.handle(std::move(request), marked);
  };
  Server server(
      options.server, [&entrance](const Request& request) { return entrance(request); }, handle,
      [&](const Exchange& done) {
        meters.request(done.method, done.route, done.status, done.seconds, done.bytes);
        if (options.log_requests) log_access(done);
      });
  // After the server: they end before it does, and with them every reply that is still under way.
  SlowLane slow_lane;
  TrainingImages training_images(slow_lane);
  Workers workers(kPackers);
  // One client may fill half of the queue, and has its turn beside the others (engine.h).
  options.engine.client_queue = std::max(static_cast<std::int64_t>(operations::kMaxImages), options.engine.queue / 2);
  options.engine.on_batch = [&meters](int images, int jobs, double seconds) { meters.batch(images, jobs, seconds); };
  operations::Engine engine(options.engine);
  // Another version of the program may have taken its file's place meanwhile: this is the one that runs.
  std::optional<Trainings> trainings;
  if (options.allow_training)
    trainings.emplace("/proc/self/exe", folder_of_runs(options.places), options.engine.threads, more_flags(options));
  OwnRecipes own_recipes(options.recipes);
  const DataFolder data_folder(options.data);
  LostRuns lost(options.webhook);
  const auto take_turns = [&] {
    if (trainings) (void)trainings->state();
    lost.look(catalogue);
  };
  GpuMeter gpus;
  Watcher watcher(catalogue, take_turns);  // when all that can be refused was
  const Services services{catalogue,       engine,      workers,
                          training_images, slow_lane,   trainings ? &*trainings : nullptr,
                          own_recipes,     data_folder, options.server.memory,
                          watcher,         gpus,        !options.any_host};
  add_resource_routes(router, services);
  add_service_routes(router, {watcher, catalogue, engine, meters, server});
  add_pages(router, page, options.frames);
  ready(server.port());
  server.run([&] {
    if (!stop()) return false;
    slow_lane.end();
    if (trainings) trainings->end();  // it saves while the last requests are answered
    return true;
  });
}

}  // namespace ganymede::serve
