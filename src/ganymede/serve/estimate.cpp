#include "ganymede/serve/estimate.h"

#include <algorithm>
#include <thread>

#include "ganymede/core/cancel.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"
#include "ganymede/core/scratch_folder.h"
#include "ganymede/serve/child_process.h"
#include "ganymede/serve/packing.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr const char* kSteps = "3";
constexpr std::size_t kMostNamed = 20;  ///< classes, sizes and bad files

/// What a command answers with, as JSON; `words` from its name on.
json answer_of(const ProbeOptions& options, const ScratchFolder& scratch, const std::vector<std::string>& words) {
  std::vector<std::string> arguments{"ganymede", "-q", "--threads", std::to_string(options.threads)};
  arguments.insert(arguments.end(), words.begin(), words.end());
  arguments.emplace_back("--json");
  const auto log = scratch.path() / "said";
  ChildProcess child(options.program, std::move(arguments), log);
  std::optional<int> code;
  while (!(code = child.ended())) {
    if (options.ended()) throw Cancelled();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const Bytes bytes = read_file(log);
  const std::string said(bytes.begin(), bytes.end());
  if (*code == 0) {  // it may have warned before
    const auto begin = said.starts_with("{") ? 0 : said.find("\n{") + 1;
    return parse_json(std::string_view(said).substr(begin), words.front());
  }
  const auto error = said.rfind("error: ");
  if (error == std::string::npos) throw Error("it ended with code " + std::to_string(*code));
  throw Error(said.substr(error + 7, said.find('\n', error) - error - 7));
}

/// The name of a recipe file with this text.
std::string recipe_file(const ScratchFolder& scratch, const std::string& toml) {
  const auto file = scratch.path() / "recipe.toml";
  write_file(file, toml);
  return file.string();
}

}  // namespace

EstimateAnswer estimate(const ProbeOptions& options, const std::string& toml) {
  const ScratchFolder scratch;
  const auto found = answer_of(options, scratch, {"recipes", "check", recipe_file(scratch, toml), "--steps", kSteps});
  const auto number = [&](const char* key) -> Nullable<double> {
    return found.contains(key) && found[key].is_number() ? Nullable(found[key].get<double>()) : Nullable<double>();
  };
  return {.seconds = number("seconds_in_all"),
          .seconds_per_step = number("seconds_per_step"),
          .images_per_s = number("images_per_s"),
          .memory_bytes = number("peak_memory_bytes")};
}

DataCheckAnswer check_data(const ProbeOptions& options, const std::filesystem::path& data, const std::string& toml) {
  const ScratchFolder scratch;
  const auto sheet = scratch.path() / "sheet.png";
  const auto found =
      answer_of(options, scratch,
                {"data", "check", data.string(), "--recipe", recipe_file(scratch, toml), "--output", sheet.string()});
  DataCheckAnswer out;
  out.images = found.at("images").get<std::uint64_t>();
  const auto& classes = found.at("classes");
  out.classes = classes.size();
  for (std::size_t i = 0; i < std::min(classes.size(), kMostNamed); ++i)
    out.of_class[classes[i].at("name").get<std::string>()] = classes[i].at("count").get<std::uint64_t>();
  const auto& sizes = found.at("sizes");
  for (auto size = sizes.begin(); size != sizes.end() && out.of_size.size() < kMostNamed; ++size)
    out.of_size[size.key()] = size.value().get<std::uint64_t>();
  const auto& notes = found.at("notes");
  for (std::size_t i = 0; i < std::min(notes.size(), kMostNamed); ++i) out.notes.push_back(notes[i].get<std::string>());
  if (found.at("recipe").is_string()) out.recipe = found["recipe"].get<std::string>();
  std::error_code none;
  if (std::filesystem::is_regular_file(sheet, none)) out.sheet = base64(read_file(sheet));
  return out;
}

}  // namespace ganymede::serve
