// What can be asked of the test of a discriminator's features. Installed: the standard library's types alone.
#pragma once

#include "ganymede/operations/point.h"

namespace ganymede::operations {

struct FeaturesRequest {
  std::string data = {};
  bool skip_bad = false;
  std::optional<std::int64_t> labels = {};
  std::int64_t repeats = 1;
  std::uint64_t seed = 0;
  bool no_baselines = false;
  std::string output = {};
};

template <class V>
void visit_fields(V& field, FeaturesRequest& r) {
  field("data", r.data,
        {.about = "labelled images: a data set's name, or a path; the model's own data unless given", .local = true});
  field("skip_bad", r.skip_bad, {.about = "leave out files that cannot be read, and say how many", .local = true});
  field("labels", r.labels,
        {.about = "train on so many labels, the same number of each class; all unless given",
         .range = in_range(1, 10'000'000)});
  field(
      "repeats", r.repeats,
      {.about = "choose the labels so often: mean and deviation", .range = in_range(1, 1000), .old_names = {"draws"}});
  field("seed", r.seed, {.about = "of the labels and of the validation images", .range = kSeeds, .seed = true});
  field("no_baselines", r.no_baselines,
        {.about = "only the trained discriminator, not an untrained one and raw pixels"});
  field("output", r.output,
        {.about = "write the results and their protocol as JSON to this file, too", .letter = 'o', .local = true});
}

}  // namespace ganymede::operations
