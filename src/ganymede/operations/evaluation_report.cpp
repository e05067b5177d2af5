#include "ganymede/operations/evaluation_report.h"

#include <algorithm>
#include <cmath>

#include "ganymede/quality/inception_score.h"

namespace ganymede::operations {
namespace {

using nlohmann::json;

/// A deviation of one estimate alone is null: JSON has no NaN.
json mean_and_deviation_json(const quality::MeanAndDeviation& value) {
  return {{"mean", value.mean}, {"std", std::isnan(value.deviation) ? json() : json(value.deviation)}};
}

/// Where a network resizes nothing: what was done when the images were opened stands beside their set.
std::string no_resize(const OpenedImageSet& opened) {
  return opened.fit == "none" ? "none" : "none but what is said of the set";
}

/// What becomes of a set's images before they go into the feature network.
std::string resize_of(const quality::ExtractorInfo& info, const OpenedImageSet& opened) {
  const auto& set = opened.set;
  if (info.inception) return "bilinear to 299x299 inside the network, as TensorFlow 1";
  if (info.resizes) return "inside the network";
  if (info.size == 0 || !set.images) return no_resize(opened);
  const auto& images = set.images->info();
  if (images.height == info.size && images.width == info.size) {
    return fmt::format("none: {0}x{0} is the network's size", info.size);
  }
  return fmt::format("{0}x{1} to {2}x{2} for the network, averaged over areas (antialiased), not cropped", images.width,
                     images.height, info.size);
}

std::string resize_text(const quality::Evaluator& evaluator, const OpenedImageSet& real, const OpenedImageSet& fake,
                        bool featured) {
  const auto info = featured ? evaluator.features_info(fake.set) : quality::ExtractorInfo();
  const std::string a = resize_of(info, real), b = resize_of(info, fake);
  return a == b ? a : fmt::format("real {}; generated {}", a, b);
}

json intervals_json(const quality::Metrics& values, const std::string& frechet_name) {
  json out = json::object();
  for (const auto& [name, interval] : values.intervals) {
    out[name == "frechet" ? frechet_name : name] = {interval.low, interval.high};
  }
  return out;
}

json image_set_json(const OpenedImageSet& opened) {
  const auto& set = opened.set;
  json out{{"what", set.name}, {"images", set.count()}};
  if (set.stored) return out;
  const auto& info = set.images->info();
  out["height"] = info.height;
  out["width"] = info.width;
  out["channels"] = info.channels;
  out["checksum"] = info.checksum;
  out["fit"] = opened.fit;
  if (opened.model) {
    out["model"] = opened.model->recipe().name;
    out["step"] = opened.model->step();
  } else {
    out["data"] = info.name;
    out["splits"] = info.splits;
    if (!info.classes.empty()) out["classes"] = info.classes.size();
    auto notes = info.notes;
    notes.insert(notes.end(), opened.notes.begin(), opened.notes.end());
    if (!notes.empty()) out["notes"] = notes;
  }
  return out;
}

/// What the features were that metrics compare.
json features_json(const quality::Evaluator& evaluator, const OpenedImageSet& fake) {
  const auto info = evaluator.features_info(fake.set);
  json out{{"name", info.name},
           {"sha256", info.checksum},
           {"inception", info.inception},
           {"width", evaluator.real_features().moments.dimension()},
           {"size", info.size > 0 ? json(info.size) : json()}};
  if (!info.size_from.empty()) out["size_from"] = info.size_from;
  if (!info.note.empty()) out["note"] = info.note;
  if (const auto share = evaluator.accuracy_on_real()) out["accuracy_on_real"] = *share;
  return out;
}

}  // namespace

std::string better(const std::string& metric) {
  if (metric == "class_accuracy") return "higher";  // reported wherever logits fit the classes: no metric of its own
  const std::string column = metric.substr(0, metric.find("_infinity"));
  for (const auto& measure : quality::all_measures()) {
    // "modes" is compared by its first column, "modes_divergence".
    if (measure.column == column || measure.column.starts_with(column + "_"))
      return measure.more_is_better ? "higher" : "lower";
  }
  return "";
}

json metrics_json(const quality::Metrics& values, const std::string& frechet_name) {
  json out = json::object();
  if (values.frechet) out[frechet_name] = *values.frechet;
  if (values.frechet_at_infinity)
    out[frechet_name.substr(0, frechet_name.find("10k")) + "_infinity"] = *values.frechet_at_infinity;
  if (values.kid) out["kid"] = mean_and_deviation_json(*values.kid);
  if (values.is) out["is"] = mean_and_deviation_json(*values.is);
  if (const auto& prdc = values.prdc) {
    out["precision"] = prdc->precision;
    out["recall"] = prdc->recall;
    out["density"] = prdc->density;
    out["coverage"] = prdc->coverage;
  }
  if (values.swd) {
    json levels = json::object();
    for (const auto& [height, distance] : values.swd->levels) levels[std::to_string(height)] = distance;
    out["swd"] = {{"mean", values.swd->mean}, {"levels", levels}};
  }
  if (const auto& modes = values.modes) {
    out["modes"] = {{"found", modes->found},
                    {"classes", modes->frequencies.size()},
                    {"divergence", modes->divergence},
                    {"clear", modes->clear},
                    {"frequencies", modes->frequencies}};
  }
  for (const auto& [name, value] : values.more) out[name] = value;
  if (values.class_accuracy) out["class_accuracy"] = *values.class_accuracy;
  if (!values.intervals.empty()) out["intervals"] = intervals_json(values, frechet_name);
  return out;
}

namespace {

/// How values became levels: the images' own, where they are no model's.
std::string quantised_text(const OpenedImageSet& fake) {
  const bool deep = fake.set.images && fake.set.images->info().bits == 16;
  return deep ? "clamp(x * 32767.5 + 32768, 0, 65535), 16 bits" : "clamp(x * 127.5 + 128, 0, 255), 8 bits";
}

/// What became of images' transparency, where it was not asked for as a channel.
std::string transparency_text(const OpenedImageSet& set) {
  return set.set.images && set.set.images->info().channels > 3 ? "kept as a channel" : "shows white";
}

}  // namespace

json protocol_json(const quality::Evaluator& evaluator, const OpenedImageSet& real, const OpenedImageSet& fake,
                   const quality::Metrics& values, const json& computed) {
  const auto& options = evaluator.options();
  json metrics = json::array();
  for (const auto& metric : options.metrics) metrics.push_back(quality::name_of(metric));
  const bool featured = std::any_of(options.metrics.begin(), options.metrics.end(), quality::needs_features);
  json out{{"metrics", metrics},
           {"features", featured ? features_json(evaluator, fake) : json()},
           {"real", image_set_json(real)},
           {"fake", image_set_json(fake)},
           {"seed", options.seed},
           {"quantised", quantised_text(fake)},
           {"resize", resize_text(evaluator, real, fake, featured)},
           {"transparency", transparency_text(real)},
           {"forced", options.force}};
  if (values.kid) {
    const int subsets = std::isnan(values.kid->deviation) ? 1 : quality::KernelDistanceOptions().subsets;
    out["kid"] = {{"subsets", subsets}, {"subset", evaluator.kid_subset(fake.set)}};
  }
  if (values.is) out["is"] = {{"splits", quality::kScoreSplits}};
  if (values.prdc) out["prdc"] = {{"k", options.k}};
  if (values.swd) {
    out["swd"] = {{"images", values.swd->images},
                  {"patch", quality::kPatch},
                  {"patches_per_image", quality::kPatchesPerImage},
                  {"directions", quality::kDirections},
                  {"scale", 1000}};
  }
  if (!values.intervals.empty()) {
    out["bootstrap"] = {{"resamples", options.bootstrap}, {"level", quality::kLevel}, {"over", "images of both sets"}};
  }
  for (const auto& [name, value] : computed.items()) {
    if (const auto direction = better(name); !direction.empty()) out["better"][name] = direction;
  }
  out["warnings"] = evaluator.warnings(fake.set);
  return out;
}

}  // namespace ganymede::operations
