// The whole server: the REST API and the page that uses it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "ganymede/operations/engine.h"
#include "ganymede/serve/access.h"
#include "ganymede/serve/cors.h"
#include "ganymede/serve/server.h"

namespace ganymede::serve {

struct StudioOptions {
  std::vector<std::filesystem::path> places;  ///< model files, run folders, folders of either
  ServerOptions server;
  std::optional<Token> token;          ///< every call but health, and the page itself, must carry it
  bool any_host = false;               ///< answers whatever name it is asked under
  AllowedOrigins origins;              ///< of pages elsewhere that may use the API
  std::vector<std::string> frames;     ///< origins whose pages may have one of ours in a frame, read-only
  operations::Engine::Options engine;  ///< its threads are a training's as well
  torch::Device device = torch::kCPU;  ///< where models generate
  std::filesystem::path recipes;       ///< a folder of recipes that clients may train; empty: the shipped ones alone
  std::filesystem::path data;          ///< a folder of images that they may train on; empty: those of recipes alone
  std::string webhook;                 ///< of their trainings; empty: none
  bool allow_training = false;         ///< clients may start, stop and resume trainings
  bool log_requests = true;            ///< a line of JSON on stderr for each
};

/// Serves until `stop` says so. `ready` is called once with the port when it listens. Throws UsageError where trainings
/// are allowed and no place is a folder that new runs could be made in.
void serve_studio(StudioOptions options, const std::function<void(std::uint16_t)>& ready,
                  const std::function<bool()>& stop);

}  // namespace ganymede::serve
