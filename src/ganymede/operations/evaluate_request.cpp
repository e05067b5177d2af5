#include "ganymede/operations/evaluate_request.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "ganymede/data/options.h"
#include "ganymede/operations/field.h"
#include "ganymede/quality/metric.h"

namespace ganymede::operations {
namespace {

void expect_extension(const char* field, const std::string& file, const std::vector<std::string>& known) {
  const auto extension = std::filesystem::path(file).extension();
  if (file.empty() || std::find(known.begin(), known.end(), extension) != known.end()) return;
  throw FieldError(field, fmt::format("names an image, and '{}' does not say what it is", file),
                   fmt::format("end it in {}", fmt::join(known, " or ")));
}

/// Throws FieldError, naming the nearest.
void expect_metric(const std::string& name) {
  try {
    quality::metric_named(name);
  } catch (const UsageError& unknown) {
    throw FieldError("metrics", unknown.what_happened(), unknown.hint());
  }
}

}  // namespace

std::string metric_names() {
  return fmt::format("{}", fmt::join(quality::metrics().names(), ", "));
}

data::ImageSize asked_size(const EvaluateRequest& r) {
  if (r.size.text.empty()) return {};
  constexpr int kLargest = 4096;
  data::ImageSize size;
  try {
    size = data::ImageSize::of_text(r.size.text);
  } catch (const UsageError& error) {
    throw FieldError("size", error.what_happened(), error.hint());
  }
  if (std::min(size.height, size.width) < 1 || std::max(size.height, size.width) > kLargest) {
    throw FieldError("size", fmt::format("must be from 1 to {}", kLargest), "write a side, 64, or 64,96");
  }
  return size;
}

void check(const EvaluateRequest& r) {
  const bool pair = !r.real.empty() || !r.fake.empty();
  if (r.model.empty() == !pair) {
    throw FieldError("model", pair ? "excludes 'real' and 'fake'" : "is missing",
                     "name a model, or both 'real' and 'fake'");
  }
  if (pair && (r.real.empty() || r.fake.empty())) {
    throw FieldError(r.real.empty() ? "real" : "fake", "is missing: a comparison has two sets",
                     "name both 'real' and 'fake'");
  }
  if (pair && !r.data.empty()) throw FieldError("data", "goes with a model", "name images with 'real'");
  if (r.train_features && !r.features.empty()) throw FieldError("train_features", "excludes 'features'");
  if (r.feature_size && r.features.empty() && !r.train_features) {
    throw FieldError("feature_size", "goes with a feature network", "add 'features'");
  }
  if (r.channels == 2) throw FieldError("channels", "must be 1 or 3");
  for (const auto& name : r.metrics) expect_metric(name);
  asked_size(r);
  if (!r.fit.empty() && !config::value_named<data::Fit>(r.fit)) {
    throw FieldError("fit", fmt::format("must be one of {}", fmt::join(config::all_names<data::Fit>(), ", ")));
  }
  expect_extension("scatter", r.scatter, {".svg", ".png"});
  expect_extension("memorisation", r.memorisation, {".png"});
}

}  // namespace ganymede::operations
