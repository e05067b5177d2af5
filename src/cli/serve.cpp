// ganymede serve [MODEL|RUNS_DIR]...
#include <unistd.h>

#include <cstdlib>

#include "cli/command.h"
#include "cli/device.h"
#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"
#include "ganymede/models/gan.h"
#include "ganymede/recipe/recipe_fields.h"
#include "ganymede/serve/studio.h"
#include "ganymede/track/webhook.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct ServeFlags {
  std::vector<std::string> places, origins, frames;
  std::string host = "127.0.0.1", token_file;
  std::uint16_t port = 8080;
  std::int64_t queue = 4096;
  int replicas = 1;
  std::string precision = "auto";
  std::string recipes, data, webhook;
  bool open = false, allow_training = false;
};

/// What its users may train, and who is told.
void allow_training(const ServeFlags& flags, serve::StudioOptions& options) {
  if (flags.allow_training && flags.open && !options.token) {
    throw UsageError("anybody could start trainings on this machine", "--allow-training with --open",
                     "add --token-file FILE");
  }
  if (!flags.recipes.empty()) {
    if (!flags.allow_training)
      throw UsageError("nobody may train them", "--recipes " + flags.recipes, "add --allow-training");
    if (!fs::is_directory(flags.recipes))
      throw UsageError("no such folder", "--recipes " + flags.recipes, "name a folder of recipe files");
    options.recipes = flags.recipes;
  }
  if (!flags.data.empty()) {
    if (!flags.allow_training)
      throw UsageError("nobody may train on it", "--data " + flags.data, "add --allow-training");
    if (!fs::is_directory(flags.data))
      throw UsageError("no such folder", "--data " + flags.data, "name a folder of folders or archives of images");
    options.data = flags.data;
  }
  if (!flags.webhook.empty()) {
    if (!flags.allow_training)
      throw UsageError("no training will tell it anything", "--webhook", "add --allow-training");
    try {
      track::check_webhook(flags.webhook);
    } catch (const UsageError& error) {
      throw UsageError(error.what_happened(), "--webhook", error.hint());
    }
    options.webhook = flags.webhook;
  }
  options.allow_training = flags.allow_training;
}

void run(const ServeFlags& flags) {
  serve::StudioOptions options;
  for (const auto& place : flags.places) {
    if (!fs::exists(place))
      throw UsageError("no such file or folder", place, "name a model, a run folder or a folder of runs");
    options.places.emplace_back(place);
  }
  if (options.places.empty()) {
    options.places.emplace_back("runs");  // where `train` puts them; it may appear later
    if (fs::is_directory("models")) options.places.emplace_back("models");  // the checkout's own
  }
  if (!flags.token_file.empty()) options.token = serve::Token::from_file(flags.token_file);
  if (!serve::is_loopback(flags.host) && !options.token && !flags.open) {
    throw UsageError("other machines could use the server without a token", "--host " + flags.host,
                     "add --token-file FILE, or --open to let everybody in");
  }
  allow_training(flags, options);
  options.any_host = flags.open;
  options.origins = serve::AllowedOrigins(flags.origins);
  for (const auto& origin : flags.frames) serve::check_origin(origin, "--embed");
  options.frames = flags.frames;
  options.log_requests = !globals().quiet;
  options.server.host = flags.host;
  options.server.port = flags.port;
  options.device = device_to_use();
  // Trainings that clients start are processes of their own, and run there too.
  ::setenv("GANYMEDE_DEVICE", options.device.str().c_str(), /*overwrite=*/1);
  options.engine = {
      .queue = flags.queue,
      .replicas = flags.replicas,
      .threads = set_threads(globals().threads),
      .type = models::compute_type(*config::value_named<config::Precision>(flags.precision), options.device)};
  catch_stop_signals();
  serve::serve_studio(
      std::move(options),
      [&](std::uint16_t port) {
        fmt::print("the studio is at http://{}:{} (Ctrl-C ends it)\n",
                   flags.host.find(':') == std::string::npos ? flags.host : "[" + flags.host + "]", port);
        std::fflush(stdout);
      },
      [] { return stop_token().cancelled(); });
  spdlog::info("stopped");
}

}  // namespace

void add_serve(CLI::App& app) {
  auto flags = std::make_shared<ServeFlags>();
  app.add_option("places", flags->places, "models, run folders, or folders of them; runs/ and models/ unless given");
  app.add_option("--host", flags->host, "the address to listen on")->capture_default_str();
  app.add_option("--port", flags->port, "0 takes any that is free")->capture_default_str();
  app.add_option("--token-file", flags->token_file,
                 "calls must carry the secret in this file's first line: Authorization: Bearer SECRET");
  app.add_flag("--open", flags->open, "let other machines use it without a token");
  app.add_option("--cors", flags->origins,
                 "a page's origin, such as https://studio.example, that may use the API; may be repeated")
      ->type_size(1)
      ->allow_extra_args(false);
  app.add_option(
         "--embed", flags->frames,
         "an origin whose pages may show the studio's addresses below /embed, which change nothing, in a frame; "
         "may be repeated")
      ->type_size(1)
      ->allow_extra_args(false);
  const char* trainings = "Trainings";
  app.add_flag("--allow-training", flags->allow_training,
               "let its users start, stop and resume trainings in the first folder of runs named")
      ->group(trainings);
  app.add_option("--recipes", flags->recipes, "a folder of recipes of one's own, which they may train as well")
      ->type_name("FOLDER")
      ->group(trainings);
  app.add_option("--data", flags->data, "a folder whose folders and archives of images they may train on")
      ->type_name("FOLDER")
      ->group(trainings);
  app.add_option("--webhook", flags->webhook,
                 "an address that is told by POST when a training ends, fails, collapses or is lost: {run, state, why}")
      ->type_name("URL")
      ->group(trainings);
  limited(app.add_option("--queue", flags->queue,
                         "images that may wait to be generated; beyond them clients are told to come back"),
          64, 1000000)
      ->capture_default_str();
  limited(app.add_option("--replicas", flags->replicas,
                         "batches generated at once, of one model or of several, each with its share of --threads"),
          1, 64)
      ->capture_default_str();
  app.add_option("--precision", flags->precision,
                 "of the arithmetic: auto (bf16 where the processor has it), or f32 for the very bytes of `sample`")
      ->check(CLI::IsMember(config::all_names<config::Precision>()))
      ->capture_default_str();
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
