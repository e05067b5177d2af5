#include "ganymede/track/webhook.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "ganymede/core/error.h"
#include "ganymede/core/http_request.h"
#include "ganymede/core/log.h"
#include "ganymede/track/target.h"

namespace ganymede::track {
namespace {

/// "https://host:port"
std::string host_of(const std::string& url) {
  return url.substr(0, url.find_first_of("/?#", url.find("://") + 3));
}

}  // namespace

void check_webhook(const std::string& url) {
  if (!has_http()) {
    throw UsageError("this build cannot send anything", {},
                     "build with -DGANYMEDE_FETCH=ON (Debian package libcurl4-openssl-dev)");
  }
  if (!is_address(url)) throw UsageError("is not an http or https address", {}, "write https://HOST/PATH");
  if (host_of(url).find('@') != std::string::npos)
    throw UsageError("must have no user name or password in it", {}, "put a secret into its path");
}

Webhook::Webhook(std::string url, std::string run) : url_(std::move(url)), run_(std::move(run)) {
  check_webhook(url_);
}

Webhook::~Webhook() {
  for (auto& thread : threads_) thread.join();
}

void Webhook::send(const std::string& state, const std::string& why) {
  nlohmann::json body{{"run", run_}, {"state", state}};
  body["why"] = why.empty() ? nlohmann::json() : nlohmann::json(why);
  threads_.emplace_back(
      [this, text = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)] { post(text); });
}

void Webhook::post(const std::string& body) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kPatience);
  std::string failure;
  try {
    const auto answer = ganymede::send({.method = "POST", .url = url_, .body = body, .broken_off = [end] {
                                          return std::chrono::steady_clock::now() > end;
                                        }});
    if (answer.code >= 200 && answer.code < 300) return;
    failure = answer.code == 0 ? answer.failure : fmt::format("HTTP {}", answer.code);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (!said_.exchange(true)) spdlog::warn("the webhook at {} was not told: {}", host_of(url_), failure);
}

}  // namespace ganymede::track
