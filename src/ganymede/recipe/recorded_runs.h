// What finished runs came to, to say what somebody may expect of images of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ganymede::config {

/// A run of docs/results.md; a test holds its numbers equal to that page's.
struct RecordedRun {
  std::string recipe, pictures;  ///< of what: "faces"
  std::string heading;           ///< how its part of that page begins
  int side = 0, channels = 0;
  std::uint64_t images = 0, steps = 0;
  int batch = 0;
  std::string metric;  ///< by which it was evaluated
  double figure = 0;
  std::string protocol;  ///< how: images generated and compared with, features

  double epochs() const { return static_cast<double>(steps) * batch / static_cast<double>(images); }
};

const std::vector<RecordedRun>& recorded_runs();

/// What is asked about.
struct PlannedRun {
  int side = 0, channels = 0;
  std::uint64_t images = 0, steps = 0;
  int batch = 0;
};

struct Expectation {
  RecordedRun run;  ///< the nearest
  /// Whether it is near enough to expect the like: as many channels, sides within a factor of 2, images and
  /// real images seen in training (steps times batch) each within a factor of 3.
  bool near = false;
  std::vector<std::string> unlike;  ///< else what differs by more: "60,000 images, here 500"
};
Expectation expectation_of(const PlannedRun& planned);

/// Lines without an end: what may be expected, of which recorded run that is, and how far to trust it.
std::vector<std::string> expectation_text(const Expectation& expected);

}  // namespace ganymede::config
