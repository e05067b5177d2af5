// ganymede models [FOLDER]: what models are at hand, each with its card.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cli/command.h"
#include "ganymede/checkpoint/model_file.h"
#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The metadata alone: a list of models must not read all their weights.
json entry_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const auto bytes = fs::file_size(path);
  checkpoint::SafetensorsFile described;
  described.metadata = checkpoint::read_header(file, bytes, path.string()).metadata;
  const auto recipe = checkpoint::recipe_of(described, path.string());
  json entry{{"name", path.stem().string()},
             {"path", path.string()},
             {"bytes", bytes},
             {"recipe", recipe.name},
             {"title", recipe.title},
             {"data", recipe.data.name},
             {"step", checkpoint::step_of(described)}};
  fs::path card = path;
  card.replace_extension(".json");
  if (!fs::exists(card)) return entry;
  const auto written = json::parse(read_file(card), nullptr, false);
  if (!written.is_object()) throw Error("a model's card is a JSON object", card.string(), "fix it or take it away");
  entry["card"] = written;
  return entry;
}

/// A text of the card; empty where it has none.
std::string card_text(const json& entry, const char* key) {
  if (!entry.contains("card")) return "";
  const auto found = entry["card"].find(key);
  return found != entry["card"].end() && found->is_string() ? found->get<std::string>() : "";
}

void list_models(const fs::path& folder, bool as_json) {
  if (!fs::is_directory(folder))
    throw Error("no such folder of models", folder.string(), "name one, or run in the project's folder");
  std::vector<fs::path> files;
  for (const auto& found : fs::directory_iterator(folder)) {
    if (found.path().extension() == ".safetensors") files.push_back(found.path());
  }
  std::sort(files.begin(), files.end());
  auto document = json::array();
  for (const auto& path : files) {
    try {
      document.push_back(entry_of(path));
    } catch (const Error& error) {  // one damaged file hides none of the others
      document.push_back({{"name", path.stem().string()}, {"path", path.string()}, {"error", error.what()}});
    }
  }
  if (as_json) return print_json(document);
  for (const auto& entry : document) {
    if (entry.contains("error")) {
      fmt::print("{}\n  {}\n", entry["name"].get<std::string>(), entry["error"].get<std::string>());
      continue;
    }
    fmt::print("{}  ({:.1f} MB, {} on {})\n  {}\n", entry["name"].get<std::string>(),
               entry["bytes"].get<double>() / 1e6, counted(entry["step"].get<std::uint64_t>(), "step"),
               entry["data"].get<std::string>(), entry["title"].get<std::string>());
    for (const char* key : {"metrics", "figures", "seen", "command"}) {
      if (const auto text = card_text(entry, key); !text.empty()) fmt::print("  {:<8} {}\n", key, text);
    }
  }
  fmt::print("{}\n", document.empty()
                         ? "no models in " + folder.string()
                         : "generate with one: ganymede sample " + files.front().string() + " -o grid.png");
}

}  // namespace

void add_models(CLI::App& app) {
  struct Flags {
    std::string folder = "models";
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("folder", flags->folder, "where to look")->capture_default_str();
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { list_models(flags->folder, flags->json); });
}

}  // namespace ganymede::cli
