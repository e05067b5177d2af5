#include <fmt/chrono.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ganymede/core/device.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/log.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json to_json(const data::Dataset& dataset) {
  const auto& info = dataset.info();
  // Absolute, so that the data is found again from any folder.
  const std::string path = info.path.empty() ? "" : fs::absolute(info.path).lexically_normal().string();
  return {{"name", info.name},        {"path", path},
          {"images", dataset.size()}, {"classes", info.classes},
          {"splits", info.splits},    {"shape", {info.height, info.width, info.channels}},
          {"bits", info.bits},        {"checksum", info.checksum},
          {"notes", info.notes}};
}

/// In UTC, as ISO 8601 has it.
std::string now_text() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

/// What was typed, as this process has it, quoted where a shell would need that.
std::string command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string out, word;
  for (std::string before; std::getline(file, word, '\0'); before = word) {
    if (before == "--webhook") word = "...";  // it may hold a secret
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`;&|<>()*?[]#~") == std::string::npos;
    std::string quoted = plain ? word : "'";
    for (const char c : plain ? std::string_view() : std::string_view(word))
      quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    if (!plain) quoted += "'";
    out += (out.empty() ? "" : " ") + quoted;
  }
  return out;
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

/// What a run wrote before it was resumed; an empty object where there is nothing.
ordered_json written_before(const fs::path& path) {
  std::ifstream file(path);
  auto out = ordered_json::parse(file, nullptr, /*allow_exceptions=*/false);
  return out.is_object() ? out : ordered_json::object();
}

ordered_json to_json(const StartedFrom& from) {
  return {{"file", fs::absolute(from.file).lexically_normal().string()},
          {"sha256", file_digest(from.file)},
          {"recipe", from.recipe},
          {"step", from.step},
          {"networks", from.networks}};
}

}  // namespace

void write_environment(const RunFolder& folder, const Trainer& trainer) {
  const auto& recipe = trainer.recipe();
  const ordered_json before = written_before(folder.file(kEnvironmentFile));
  ordered_json out;
  out["ganymede"] = GANYMEDE_VERSION;
  out["commit"] = GANYMEDE_COMMIT;
  out["libtorch"] = TORCH_VERSION;
  out["compiler"] = __VERSION__;
  out["processor"] = processor();
  out["command"] = command_line();
  std::error_code ignored;
  out["working_directory"] = fs::current_path(ignored).string();
  out["start"] = before.contains("start") ? before["start"] : ordered_json(now_text());
  out["end"] = nullptr;
  out["recipe"] = recipe.name;
  out["seed"] = recipe.train.seed;
  out["threads"] = at::get_num_threads();
  out["device"] = device_text(trainer.device());
  out["precision"] = trainer.compute_type() == at::kBFloat16 ? "bf16" : "f32";
  if (trainer.started_from()) {
    out["from"] = to_json(*trainer.started_from());
  } else if (before.contains("from")) {
    out["from"] = before["from"];
  }
  out["data"] = to_json(trainer.dataset());
  if (trainer.source() != nullptr) out["source"] = to_json(*trainer.source());
  if (trainer.training_state().step > 0) {
    // What the run was resumed from: each earlier part with its command and times.
    auto parts = before.value("earlier", ordered_json::array());
    parts.push_back({{"command", before.value("command", "")},
                     {"commit", before.value("commit", "")},
                     {"end", before.contains("end") ? before["end"] : ordered_json()}});
    out["earlier"] = parts;
  }
  write_file(folder.file(kEnvironmentFile), out.dump(2) + "\n");
}

void write_end_of_environment(const RunFolder& folder) {
  auto out = written_before(folder.file(kEnvironmentFile));
  if (out.empty()) return;
  out["end"] = now_text();
  write_file(folder.file(kEnvironmentFile), out.dump(2) + "\n");
}

}  // namespace ganymede::train
