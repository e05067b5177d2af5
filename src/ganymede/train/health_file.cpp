#include <nlohmann/json.hpp>
#include <utility>

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/train/health.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;
using Kind = Finding::Kind;

constexpr std::uint64_t kMaxHealthBytes = 64 << 10;
constexpr std::pair<Kind, const char*> kFindings[] = {{Kind::kCollapse, "collapse"},
                                                      {Kind::kClassCollapse, "class_collapse"},
                                                      {Kind::kSaturation, "saturation"},
                                                      {Kind::kNoise, "noise"},
                                                      {Kind::kNoGradient, "no_gradient"},
                                                      {Kind::kRunaway, "runaway"},
                                                      {Kind::kDiscriminatorWins, "discriminator_wins"}};

}  // namespace

const char* name_of(Finding::Kind kind) {
  for (const auto& [known, name] : kFindings) {
    if (known == kind) return name;
  }
  return "";
}

void write_health(const fs::path& run, const std::optional<Finding>& finding) {
  const fs::path file = run / kHealthFile;
  if (!finding) {
    std::error_code error;
    fs::remove(file, error);
    return;
  }
  const nlohmann::ordered_json out{
      {"finding", name_of(finding->kind)}, {"since", finding->since}, {"what", finding->what}, {"hint", finding->hint}};
  write_file(file, out.dump(2) + "\n");
}

std::optional<Finding> parse_health(std::string_view text) {
  try {
    const auto json = parse_json(text, kHealthFile);
    const auto name = json.at("finding").get<std::string>();
    for (const auto& [kind, known] : kFindings) {
      if (name != known) continue;
      return Finding{kind, json.at("since").get<std::uint64_t>(), json.at("what").get<std::string>(),
                     json.at("hint").get<std::string>()};
    }
  } catch (const std::exception&) {  // whatever it is, it says nothing of a run's health
  }
  return std::nullopt;
}

std::optional<Finding> read_health(const fs::path& run) {
  try {
    const Bytes bytes = read_file(run / kHealthFile, kMaxHealthBytes);
    return parse_health({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace ganymede::train
