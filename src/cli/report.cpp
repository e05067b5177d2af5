#include "cli/report.h"

#include <fmt/ranges.h>

#include "ganymede/core/counted.h"
#include "ganymede/operations/evaluation_report.h"

namespace ganymede::cli {
namespace {

using nlohmann::json;
using operations::better;

std::string channels_text(int channels) {
  return channels == 1 ? "grey" : channels == 3 ? "RGB" : "of " + counted(channels, "channel");
}

std::string image_set_text(const json& set, const json& seed) {
  std::string out =
      fmt::format("{} of {}", counted(set["images"].get<std::uint64_t>(), "image"), set["what"].get<std::string>());
  if (!set.contains("height")) return out + ", stored features";
  out += fmt::format(", {}x{} {}", set["width"].get<int>(), set["height"].get<int>(),
                     channels_text(set["channels"].get<int>()));
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
  const int found = value["found"].get<int>();
  return fmt::format("{} of {}, divergence {:.4f} nats{}, {:.1f} % clear", found,
                     counted(value["classes"].get<int>(), "class", "classes"), value["divergence"].get<double>(),
                     found == 0 ? " (no clear shape: the largest there is)" : "", 100 * value["clear"].get<double>());
}

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
  if (const auto direction = better(name); !direction.empty()) {
    out +=
        fmt::format("  {}{} is better", direction, value.is_object() && value.contains("found") ? " divergence" : "");
  }
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
  out += fmt::format("  pixels        {}; resize: {}; transparency {}\n", protocol["quantised"].get<std::string>(),
                     protocol["resize"].get<std::string>(), protocol["transparency"].get<std::string>());
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
