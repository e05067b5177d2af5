#include "cli/report.h"

#include <fmt/ranges.h>

#include "ganymede/data/text.h"
#include "ganymede/quality/inception_score.h"

namespace ganymede::cli {
namespace {

using data::grouped;
using nlohmann::json;

json spread_json(const quality::Spread& spread) {
  return {{"mean", spread.mean}, {"std", spread.deviation}};
}

json side_json(const OpenedSide& opened) {
  const auto& side = opened.side;
  json out{{"what", side.name}, {"images", side.count()}};
  if (side.stored) return out;
  const auto& info = side.images->info();
  out["height"] = info.height;
  out["width"] = info.width;
  out["channels"] = info.channels;
  out["checksum"] = info.checksum;
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

std::string side_text(const json& side, const json& seed) {
  std::string out =
      fmt::format("{} images of {}", grouped(side["images"].get<std::uint64_t>()), side["what"].get<std::string>());
  if (!side.contains("height")) return out + ", stored features";
  out += fmt::format(", {}x{} {}", side["width"].get<int>(), side["height"].get<int>(),
                     side["channels"].get<int>() == 1 ? "grey" : "RGB");
  if (side.contains("model")) {
    return out + fmt::format(", {} at step {}, seed {}", side["model"].get<std::string>(),
                             side["step"].get<std::uint64_t>(), seed.get<std::uint64_t>());
  }
  const auto splits = side["splits"].get<std::vector<std::string>>();
  return splits.empty() ? out : out + fmt::format(", {}", fmt::join(splits, " and "));
}

std::string value_text(const json& value) {
  if (value.is_object() && value.contains("std")) {
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

json metrics_json(const quality::Figures& figures, const std::string& frechet_name) {
  json out = json::object();
  if (figures.frechet) out[frechet_name] = *figures.frechet;
  if (figures.kid) out["kid"] = spread_json(*figures.kid);
  if (figures.is) out["is"] = spread_json(*figures.is);
  if (const auto& prdc = figures.prdc) {
    out["precision"] = prdc->precision;
    out["recall"] = prdc->recall;
    out["density"] = prdc->density;
    out["coverage"] = prdc->coverage;
  }
  if (figures.swd) {
    json levels = json::object();
    for (const auto& [height, distance] : figures.swd->levels) levels[std::to_string(height)] = distance;
    out["swd"] = {{"mean", figures.swd->mean}, {"levels", levels}};
  }
  if (const auto& modes = figures.modes) {
    out["modes"] = {{"found", modes->found},
                    {"classes", modes->frequencies.size()},
                    {"divergence", modes->divergence},
                    {"clear", modes->clear},
                    {"frequencies", modes->frequencies}};
  }
  if (figures.class_accuracy) out["class_accuracy"] = *figures.class_accuracy;
  return out;
}

json protocol_json(const quality::Judge& judge, const OpenedSide& real, const OpenedSide& fake,
                   const quality::Figures& figures) {
  const auto& options = judge.options();
  json metrics = json::array(), features;
  bool featured = false;
  for (const auto metric : options.metrics) {
    metrics.push_back(quality::name_of(metric));
    featured = featured || quality::needs_features(metric);
  }
  if (featured) {
    const auto info = judge.features_info(fake.side);
    features = {{"name", info.name},
                {"sha256", info.checksum},
                {"inception", info.inception},
                {"width", judge.real_features().moments.dimension()}};
    if (!info.note.empty()) features["note"] = info.note;
  }
  const bool inception = featured && judge.features_info(fake.side).inception;
  json out{{"metrics", metrics},
           {"features", features},
           {"real", side_json(real)},
           {"fake", side_json(fake)},
           {"seed", options.seed},
           {"quantised", "clamp(x * 127.5 + 128, 0, 255), 8 bits"},
           {"resize", inception ? "bilinear to 299x299 inside the network, as TensorFlow 1" : "none after loading"},
           {"forced", options.force}};
  if (figures.kid)
    out["kid"] = {{"subsets", quality::KernelDistanceOptions().subsets}, {"subset", judge.kid_subset(fake.side)}};
  if (figures.is) out["is"] = {{"splits", quality::kScoreSplits}};
  if (figures.prdc) out["prdc"] = {{"k", options.k}};
  if (figures.swd) {
    out["swd"] = {{"images", figures.swd->images},
                  {"patch", quality::kPatch},
                  {"patches_per_image", quality::kPatchesPerImage},
                  {"directions", quality::kDirections},
                  {"scale", 1000}};
  }
  return out;
}

std::string report_text(const json& metrics, const json& protocol) {
  std::string out;
  for (const auto& [name, value] : metrics.items()) out += fmt::format("{:<15} {}\n", name, value_text(value));
  out += "protocol\n";
  if (protocol["features"].is_object()) {
    const auto& features = protocol["features"];
    out += fmt::format(
        "  features      {}, {} wide, sha256 {}{}\n", features["name"].get<std::string>(), features["width"].get<int>(),
        features["sha256"].get<std::string>().empty() ? "not known" : features["sha256"].get<std::string>(),
        features.contains("note") ? ", " + features["note"].get<std::string>() : "");
  }
  out += fmt::format("  real          {}\n", side_text(protocol["real"], protocol["seed"]));
  out += fmt::format("  generated     {}\n", side_text(protocol["fake"], protocol["seed"]));
  out += fmt::format("  pixels        {}; resize: {}\n", protocol["quantised"].get<std::string>(),
                     protocol["resize"].get<std::string>());
  for (const char* part : {"kid", "is", "prdc", "swd", "memorisation"}) {
    if (!protocol.contains(part)) continue;
    std::vector<std::string> words;
    for (const auto& [key, value] : protocol[part].items()) words.push_back(fmt::format("{} {}", key, value.dump()));
    out += fmt::format("  {:<13} {}\n", part, fmt::join(words, ", "));
  }
  out += fmt::format("  seed          {}\n", protocol["seed"].get<std::uint64_t>());
  if (protocol["forced"].get<bool>()) out += "  forced        a figure may be of too few images\n";
  return out;
}

}  // namespace ganymede::cli
