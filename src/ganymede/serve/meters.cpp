#include "ganymede/serve/meters.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

namespace ganymede::serve {
namespace {

/// Methods are the client's words: any but the usual ones count as one.
std::string known_method(const std::string& method) {
  for (const char* known : {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"}) {
    if (method == known) return method;
  }
  return "other";
}

void head(std::string& out, const std::string& name, const char* type, const std::string& help) {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

void Meters::Durations::add(double seconds) {
  size_t place = 0;
  while (place < kBounds.size() && seconds > kBounds[place]) ++place;
  ++counts[place];
  sum += seconds;
}

void Meters::Durations::write(std::string& out, const std::string& name, const std::string& labels) const {
  const std::string comma = labels.empty() ? "" : ",";
  const std::string braces = labels.empty() ? "" : "{" + labels + "}";
  std::uint64_t below = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    out += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma,
                       i < kBounds.size() ? fmt::format("{}", kBounds[i]) : "+Inf", below);
  }
  out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, braces, sum, name, braces, below);
}

void Meters::request(const std::string& method, const std::string& route, int status, double seconds,
                     std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++requests_[{known_method(method), route, status}];
  request_seconds_[route].add(seconds);
  bytes_ += bytes;
}

void Meters::batch(int images, int requests, double seconds) {
  const std::lock_guard lock(mutex_);
  images_ += static_cast<std::uint64_t>(images);
  batched_requests_ += static_cast<std::uint64_t>(requests);
  batch_seconds_.add(seconds);
}

std::string Meters::text(const std::vector<Gauge>& gauges) const {
  std::string out;
  const std::lock_guard lock(mutex_);
  head(out, "ganymede_http_requests_total", "counter", "Requests answered.");
  for (const auto& [key, count] : requests_) {
    const auto& [method, route, status] = key;
    out += fmt::format("ganymede_http_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n", method, route,
                       status, count);
  }
  head(out, "ganymede_http_request_seconds", "histogram", "From the whole request to the last byte of its answer.");
  for (const auto& [route, durations] : request_seconds_)
    durations.write(out, "ganymede_http_request_seconds", fmt::format("route=\"{}\"", route));
  head(out, "ganymede_http_response_bytes_total", "counter", "Bytes of the bodies sent.");
  out += fmt::format("ganymede_http_response_bytes_total {}\n", bytes_);
  for (const char* name : {"ganymede_images_total", "ganymede_pictures_total"}) {  // the second is the old name
    head(out, name, "counter", "Images generated.");
    out += fmt::format("{} {}\n", name, images_);
  }
  head(out, "ganymede_batched_requests_total", "counter", "Requests whose images were generated.");
  out += fmt::format("ganymede_batched_requests_total {}\n", batched_requests_);
  head(out, "ganymede_batch_seconds", "histogram", "Time to generate one batch.");
  batch_seconds_.write(out, "ganymede_batch_seconds", "");
  for (const auto& gauge : gauges) {
    head(out, gauge.name, "gauge", gauge.help);
    out += fmt::format("{} {}\n", gauge.name, gauge.value);
  }
  return out;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace ganymede::serve
