#include "cli/report.h"

#include <fmt/ranges.h>

#include <cmath>

#include "ganymede/data/text.h"
#include "ganymede/quality/inception_score.h"

namespace ganymede::cli {
namespace {

using data::grouped;
using nlohmann::json;

/// A deviation of one estimate alone is null: JSON has no NaN.
json mean_and_deviation_json(const quality::MeanAndDeviation& value) {
  return {{"mean", value.mean}, {"std", std::isnan(value.deviation) ? json() : json(value.deviation)}};
}

/// Whether a higher or a lower value is better; empty for those that say so themselves.
std::string better(const std::string& metric) {
  if (metric.starts_with("fid") || metric.starts_with("fd") || metric == "kid" || metric == "swd") return "lower";
  for (const char* name : {"is", "precision", "recall", "density", "coverage", "class_accuracy"}) {
    if (metric == name) return "higher";
  }
  return "";
}

/// What becomes of a set's images before they go into the feature network.
std::string resize_of(const quality::ExtractorInfo& info, const quality::ImageSet& set) {
  if (info.inception) return "bilinear to 299x299 inside the network, as TensorFlow 1";
  if (info.resizes) return "inside the network";
  if (info.size == 0 || !set.images) return "none after loading";
  const auto& images = set.images->info();
  if (images.height == info.size && images.width == info.size) {
    return fmt::format("none: {0}x{0} is the network's size", info.size);
  }
  return fmt::format("{0}x{1} to {2}x{2} for the network, averaged over areas (antialiased), not cropped", images.width,
                     images.height, info.size);
}

std::string resize_text(const quality::Evaluator& evaluator, const OpenedImageSet& real, const OpenedImageSet& fake,
                        bool featured) {
  if (!featured) return "none after loading";
  const auto info = evaluator.features_info(fake.set);
  const std::string a = resize_of(info, real.set), b = resize_of(info, fake.set);
  return a == b ? a : fmt::format("real {}; generated {}", a, b);
}

json intervals_json(const quality::Metrics& metrics, const std::string& frechet_name) {
  json out = json::object();
  for (const auto& [name, interval] : metrics.intervals) {
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
    out["model"] = opened.model->recipe.name;
    out["step"] = opened.model->step;
  } else {
    out["data"] = info.name;
    out["splits"] = info.splits;
    if (!info.classes.empty()) out["classes"] = info.classes.size();
    if (!info.notes.empty()) out["notes"] = info.notes;
  }
  return out;
}

std::string image_set_text(const json& set, const json& seed) {
  std::string out =
      fmt::format("{} images of {}", grouped(set["images"].get<std::uint64_t>()), set["what"].get<std::string>());
  if (!set.contains("height")) return out + ", stored features";
  out += fmt::format(", {}x{} {}", set["width"].get<int>(), set["height"].get<int>(),
                     set["channels"].get<int>() == 1 ? "grey" : "RGB");
  if (set["fit"] != "none") out += fmt::format(" ({})", set["fit"].get<std::string>());
  if (set.contains("model")) {
    return out + fmt::format(", {} at step {}, seed {}", set["model"].get<std::string>(),
                             set["step"].get<std::uint64_t>(), seed.get<std::uint64_t>());
  }
  const auto splits = set["splits"].get<std::vector<std::string>>();
  return splits.empty() ? out : out + fmt::format(", {}", fmt::join(splits, " and "));
}

std::string value_text(const json& value) {
  if (value.is_object() && value.contains("std")) {
    if (value["std"].is_null()) return fmt::format("{:.6g}", value["mean"].get<double>());
    return fmt::format("{:.6g} ± {:.2g}", value["mean"].get<double>(), value["std"].get<double>());
  }
  if (!value.is_object()) return fmt::format("{:.6g}", value.get<double>());
  if (value.contains("levels")) {
    std::string levels;
    for (const auto& [level, distance] : value["levels"].items())
      levels += fmt::format("  {}: {:.4g}", level, distance.get<double>());
    return fmt::format("{:.6g} ({} )", value["mean"].get<double>(), levels);
  }
  if (value.contains("pixels")) {
    std::string out;
    for (const auto& [space, found] : value.items()) {
      out += fmt::format("{}{}: authenticity {:.3f}, median distance {:.4g}", out.empty() ? "" : "; ", space,
                         found["authenticity"].get<double>(), found["median_distance"].get<double>());
      if (!found.contains("held_out")) continue;
      out += fmt::format(" (held-out images: {:.3f}, {:.4g})", found["held_out"]["authenticity"].get<double>(),
                         found["held_out"]["median_distance"].get<double>());
    }
    return out;
  }
  return fmt::format("{} of {} classes, divergence {:.4f} nats, {:.1f} % clear", value["found"].get<int>(),
                     value["classes"].get<int>(), value["divergence"].get<double>(),
                     100 * value["clear"].get<double>());
}

}  // namespace

json metrics_json(const quality::Metrics& metrics, const std::string& frechet_name) {
  json out = json::object();
  if (metrics.frechet) out[frechet_name] = *metrics.frechet;
  if (metrics.frechet_at_infinity)
    out[frechet_name.substr(0, frechet_name.find("10k")) + "_infinity"] = *metrics.frechet_at_infinity;
  if (metrics.kid) out["kid"] = mean_and_deviation_json(*metrics.kid);
  if (metrics.is) out["is"] = mean_and_deviation_json(*metrics.is);
  if (const auto& prdc = metrics.prdc) {
    out["precision"] = prdc->precision;
    out["recall"] = prdc->recall;
    out["density"] = prdc->density;
    out["coverage"] = prdc->coverage;
  }
  if (metrics.swd) {
    json levels = json::object();
    for (const auto& [height, distance] : metrics.swd->levels) levels[std::to_string(height)] = distance;
    out["swd"] = {{"mean", metrics.swd->mean}, {"levels", levels}};
  }
  if (const auto& modes = metrics.modes) {
    out["modes"] = {{"found", modes->found},
                    {"classes", modes->frequencies.size()},
                    {"divergence", modes->divergence},
                    {"clear", modes->clear},
                    {"frequencies", modes->frequencies}};
  }
  for (const auto& [name, value] : metrics.more) out[name] = value;
  if (metrics.class_accuracy) out["class_accuracy"] = *metrics.class_accuracy;
  if (!metrics.intervals.empty()) out["intervals"] = intervals_json(metrics, frechet_name);
  return out;
}

json protocol_json(const quality::Evaluator& evaluator, const OpenedImageSet& real, const OpenedImageSet& fake,
                   const quality::Metrics& metrics, const json& computed) {
  const auto& options = evaluator.options();
  json names = json::array(), features;
  bool featured = false;
  for (const auto& metric : options.metrics) {
    names.push_back(quality::name_of(metric));
    featured = featured || quality::needs_features(metric);
  }
  if (featured) {
    const auto info = evaluator.features_info(fake.set);
    features = {{"name", info.name},
                {"sha256", info.checksum},
                {"inception", info.inception},
                {"width", evaluator.real_features().moments.dimension()},
                {"size", info.size > 0 ? json(info.size) : json()}};
    if (!info.size_from.empty()) features["size_from"] = info.size_from;
    if (!info.note.empty()) features["note"] = info.note;
    if (const auto share = evaluator.accuracy_on_real()) features["accuracy_on_real"] = *share;
  }
  json out{{"metrics", names},
           {"features", features},
           {"real", image_set_json(real)},
           {"fake", image_set_json(fake)},
           {"seed", options.seed},
           {"quantised", "clamp(x * 127.5 + 128, 0, 255), 8 bits"},
           {"resize", resize_text(evaluator, real, fake, featured)},
           {"forced", options.force}};
  if (metrics.kid) {
    const int subsets = std::isnan(metrics.kid->deviation) ? 1 : quality::KernelDistanceOptions().subsets;
    out["kid"] = {{"subsets", subsets}, {"subset", evaluator.kid_subset(fake.set)}};
  }
  if (metrics.is) out["is"] = {{"splits", quality::kScoreSplits}};
  if (metrics.prdc) out["prdc"] = {{"k", options.k}};
  if (metrics.swd) {
    out["swd"] = {{"images", metrics.swd->images},
                  {"patch", quality::kPatch},
                  {"patches_per_image", quality::kPatchesPerImage},
                  {"directions", quality::kDirections},
                  {"scale", 1000}};
  }
  if (!metrics.intervals.empty()) {
    out["bootstrap"] = {{"resamples", options.bootstrap}, {"level", quality::kLevel}, {"over", "images of both sets"}};
  }
  for (const auto& [name, value] : computed.items()) {
    if (const auto direction = better(name); !direction.empty()) out["better"][name] = direction;
  }
  out["warnings"] = evaluator.warnings(fake.set);
  return out;
}

namespace {

std::string features_text(const json& features) {
  const auto sha = features["sha256"].get<std::string>();
  std::string out = fmt::format("{}, {} wide, sha256 {}{}\n", features["name"].get<std::string>(),
                                features["width"].get<int>(), sha.empty() ? "not known" : sha,
                                features.contains("note") ? ", " + features["note"].get<std::string>() : "");
  if (features.contains("size_from")) {
    out += fmt::format("  feature size  {0}x{0}, from {1}\n", features["size"].get<int>(),
                       features["size_from"].get<std::string>());
  }
  if (features.contains("accuracy_on_real")) {
    out += fmt::format("  real images   its accuracy is {:.2f} %\n", 100 * features["accuracy_on_real"].get<double>());
  }
  return out;
}

/// A line for each: what the data says of itself, what a reader must know, and what could not be had.
std::string notes_text(const json& protocol) {
  std::string out;
  for (const char* set : {"real", "fake"}) {
    const std::string name = set == std::string("real") ? "real" : "generated";
    for (const auto& note : protocol[set].value("notes", json::array())) {
      out += fmt::format("note            {}: {}\n", name, note.get<std::string>());
    }
  }
  for (const auto& warning : protocol["warnings"])
    out += fmt::format("warning         {}\n", warning.get<std::string>());
  const json skipped = protocol.value("skipped", json::object());
  for (const auto& [metric, needs] : skipped.items()) {
    out += fmt::format("no {:<12} it needs {}\n", metric, needs.get<std::string>());
  }
  return out;
}

/// A value with its error bars and whether higher is better.
std::string metric_text(const std::string& name, const json& value, const json& metrics, const json& protocol) {
  std::string out = fmt::format("{:<15} {}", name, value_text(value));
  if (metrics.contains("intervals") && metrics["intervals"].contains(name)) {
    const auto& bars = metrics["intervals"][name];
    out += fmt::format("  ({:.0f} %: {:.6g} to {:.6g})", 100 * quality::kLevel, bars[0].get<double>(),
                       bars[1].get<double>());
  }
  const auto& features = protocol["features"];
  if (name == "class_accuracy" && features.contains("accuracy_on_real")) {
    out += fmt::format("  (real images: {:.6g})", features["accuracy_on_real"].get<double>());
  }
  if (const auto direction = better(name); !direction.empty()) out += fmt::format("  {} is better", direction);
  return out + "\n";
}

}  // namespace

std::string report_text(const json& metrics, const json& protocol) {
  std::string out;
  for (const auto& [name, value] : metrics.items()) {
    if (name != "intervals") out += metric_text(name, value, metrics, protocol);
  }
  out += notes_text(protocol) + "protocol\n";
  if (protocol["features"].is_object()) out += "  features      " + features_text(protocol["features"]);
  out += fmt::format("  real          {}\n", image_set_text(protocol["real"], protocol["seed"]));
  out += fmt::format("  generated     {}\n", image_set_text(protocol["fake"], protocol["seed"]));
  out += fmt::format("  pixels        {}; resize: {}\n", protocol["quantised"].get<std::string>(),
                     protocol["resize"].get<std::string>());
  for (const char* part : {"kid", "is", "prdc", "swd", "bootstrap", "memorisation"}) {
    if (!protocol.contains(part)) continue;
    std::vector<std::string> words;
    for (const auto& [key, value] : protocol[part].items()) words.push_back(fmt::format("{} {}", key, value.dump()));
    out += fmt::format("  {:<13} {}\n", part, fmt::join(words, ", "));
  }
  out += fmt::format("  seed          {}\n", protocol["seed"].get<std::uint64_t>());
  if (protocol["forced"].get<bool>()) out += "  forced        a metric may be of too few images\n";
  return out;
}

}  // namespace ganymede::cli
