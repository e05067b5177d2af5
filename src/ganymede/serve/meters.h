// What the server counts, in the text format Prometheus reads.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace ganymede::serve {

class Meters {
 public:
  /// A request that was answered. `route` is its pattern, never the address itself: clients choose those.
  void request(const std::string& method, const std::string& route, int status, double seconds, std::uint64_t bytes);
  /// Images generated in one batch, for how many requests, and how long that took.
  void batch(int images, int requests, double seconds);

  struct Gauge {
    std::string name, help;
    double value;
  };
  /// Everything as text; `gauges` are what is so now.
  std::string text(const std::vector<Gauge>& gauges) const;

 private:
  static constexpr std::array<double, 12> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  struct Durations {
    std::array<std::uint64_t, kBounds.size() + 1> counts{};
    double sum = 0;
    void add(double seconds);
    void write(std::string& out, const std::string& name, const std::string& labels) const;
  };

  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Durations> request_seconds_;  ///< by route
  Durations batch_seconds_;
  std::uint64_t bytes_ = 0, images_ = 0, batched_requests_ = 0;
};

/// Memory of this process that is in RAM, in bytes; 0 where the system does not say.
std::uint64_t resident_bytes();

}  // namespace ganymede::serve
