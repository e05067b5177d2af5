#include "ganymede/recipe/recorded_runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "ganymede/core/counted.h"

namespace ganymede::config {
namespace {

constexpr double kNearSide = 2, kNearImages = 3, kNearTraining = 3;

double apart(double a, double b) {
  return std::abs(std::log(a / b));
}

double seen(std::uint64_t steps, int batch) {
  return static_cast<double>(steps) * batch;
}

double distance(const RecordedRun& run, const PlannedRun& planned) {
  const auto images = [](const auto& one) { return static_cast<double>(one.images); };
  // Each in units of what still is near.
  return apart(run.side, planned.side) / std::log(kNearSide) +
         apart(images(run), images(planned)) / std::log(kNearImages) +
         apart(seen(run.steps, run.batch), seen(planned.steps, planned.batch)) / std::log(kNearTraining) +
         (run.channels == planned.channels ? 0 : 3);
}

std::vector<std::string> differences(const RecordedRun& run, const PlannedRun& planned) {
  std::vector<std::string> out;
  const auto name = [](int channels) { return channels == 1 ? "grey" : "colour"; };
  if (run.channels != planned.channels)
    out.push_back(fmt::format("its images were {}, these are {}", name(run.channels), name(planned.channels)));
  if (apart(run.side, planned.side) > std::log(kNearSide) + 1e-9)
    out.push_back(fmt::format("{} pixels a side, here {}", run.side, planned.side));
  if (apart(static_cast<double>(run.images), static_cast<double>(planned.images)) > std::log(kNearImages) + 1e-9)
    out.push_back(fmt::format("{}, here {}", counted(run.images, "image"), grouped(planned.images)));
  if (apart(seen(run.steps, run.batch), seen(planned.steps, planned.batch)) > std::log(kNearTraining) + 1e-9) {
    out.push_back(fmt::format("{} of {}, here {} of {}", counted(run.steps, "step"), run.batch, grouped(planned.steps),
                              planned.batch));
  }
  return out;
}

}  // namespace

const std::vector<RecordedRun>& recorded_runs() {
  static const std::string kResnet = "features of resnet20-cifar10.pt";
  static const std::vector<RecordedRun> runs{
      {"dcgan-64", "faces", "`dcgan-64` (report 001) on faces", 64, 3, 5543, 434, 128, "swd", 105.5, "of 2,000 images"},
      {"dcgan-64-grey", "smiling faces", "`dcgan-64-grey` on smiles", 64, 1, 13165, 1029, 128, "swd", 33.2,
       "of 2,000 images"},
      {"pegasus-horses", "horses", "`pegasus-horses`: 150 epochs", 32, 3, 6000, 7032, 128, "fd", 3.615,
       "5,000 images against 6,000, " + kResnet},
      {"pegasus", "horses, birds and airplanes", "`pegasus` (report 002)", 32, 3, 18000, 11250, 128, "fd10k", 5.70,
       "10,000 images against 18,000, " + kResnet},
      {"mnist-dcgan", "digits", "`mnist-dcgan`: 50 epochs", 28, 1, 60000, 11719, 256, "swd", 15.04,
       "10,000 images against 60,000"},
      {"cifar10-conv", "CIFAR-10", "`cifar10-conv`: 100 epochs", 32, 3, 50000, 19532, 256, "fd10k", 12.82,
       "10,000 images against 50,000, " + kResnet},
      {"cifar10-dcgan64", "CIFAR-10", "`cifar10-dcgan64`: 50 epochs", 64, 3, 50000, 19532, 128, "fd10k", 5.342,
       "10,000 images against 50,000, " + kResnet}};
  return runs;
}

Expectation expectation_of(const PlannedRun& planned) {
  const auto& runs = recorded_runs();
  const auto nearest = std::min_element(runs.begin(), runs.end(), [&](const RecordedRun& a, const RecordedRun& b) {
    return distance(a, planned) < distance(b, planned);
  });
  Expectation out{.run = *nearest, .unlike = differences(*nearest, planned)};
  out.near = out.unlike.empty();
  return out;
}

std::vector<std::string> expectation_text(const Expectation& expected) {
  const auto& run = expected.run;
  std::vector<std::string> out;
  if (!expected.near) {
    out.push_back("no recorded run is near, so no quality can be told; the nearest is unlike these images:");
    out.push_back(fmt::format("{}", fmt::join(expected.unlike, "; ")));
  }
  out.push_back(fmt::format("recorded: {} ({}), {} of {}x{}, {} of {}", run.recipe, run.pictures,
                            counted(run.images, "image"), run.side, run.side, counted(run.steps, "step"), run.batch));
  out.push_back(fmt::format("at its best it came to {} {} ({})", run.metric, run.figure, run.protocol));
  out.push_back("its networks and pictures were others, as docs/results.md shows: a hint, and no promise");
  return out;
}

}  // namespace ganymede::config
