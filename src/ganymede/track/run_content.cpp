#include "ganymede/track/run_content.h"

#include <sys/stat.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ganymede/config/toml.h"
#include "ganymede/core/error.h"
#include "ganymede/core/json_text.h"
#include "ganymede/track/clock.h"
#include "ganymede/train/run_files.h"
#include "ganymede/train/run_state.h"

namespace ganymede::track {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json to_json(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    json out = json::object();
    for (const auto& [key, value] : *table) out[std::string(key.str())] = to_json(value);
    return out;
  }
  if (const auto* array = node.as_array()) {
    json out = json::array();
    for (const auto& value : *array) out.push_back(to_json(value));
    return out;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  return nullptr;  // no recipe has dates
}

void flatten(const std::string& prefix, const json& value, Texts& out) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.items()) flatten(prefix.empty() ? key : prefix + "." + key, inner, out);
  } else {
    out.emplace_back(prefix, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

json environment_of(const fs::path& run) {
  std::ifstream file(run / train::kEnvironmentFile);
  auto out = json::parse(file, nullptr, /*allow_exceptions=*/false);
  return out.is_object() ? out : json::object();
}

/// When a file was last changed, in milliseconds since 1970; nothing where it is not there.
std::optional<std::int64_t> changed(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

void add_file(const fs::path& run, const std::string& name, std::map<std::string, std::string>& out) {
  struct stat status{};
  const auto path = run / name;
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  out[name] = std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
              std::to_string(status.st_mtim.tv_nsec);
}

}  // namespace

Texts parameters_of(const fs::path& run) {
  const auto file = run / train::kRecipeFile;
  const Bytes bytes = read_file(file);
  try {
    const auto table = toml::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    Texts out;
    flatten("", to_json(table), out);
    return out;
  } catch (const toml::parse_error& error) {
    throw Error(std::string(error.description()), file.string());
  }
}

Texts tags_of(const fs::path& run) {
  const json environment = environment_of(run);
  const json data = environment.value("data", json::object());
  Texts out{{"mlflow.source.name", "ganymede train"}, {"mlflow.source.type", "LOCAL"}};
  const auto add = [&](const char* tag, const std::string& text) {
    if (!text.empty()) out.emplace_back(tag, text);
  };
  for (const char* key : {"recipe", "commit", "libtorch", "processor", "device", "precision"}) {
    add((std::string("ganymede.") + key).c_str(), text_at(environment, key));
  }
  add("ganymede.version", text_at(environment, "ganymede"));
  if (data.is_object()) {
    add("ganymede.data", text_at(data, "name"));
    add("ganymede.data.checksum", text_at(data, "checksum"));
  }
  return out;
}

RowReader::RowReader(fs::path run) : path_(run / train::kMetricsFile) {}

std::vector<train::MetricsRow> RowReader::next() {
  constexpr std::uint64_t kPiece = 1 << 20;
  std::error_code error;
  const auto size = fs::file_size(path_, error);
  if (error || size == offset_) return {};
  if (size < offset_) offset_ = 0;
  std::ifstream file(path_, std::ios::binary);
  if (offset_ == 0) {
    if (!std::getline(file, header_) || file.eof()) return {};
    offset_ = header_.size() + 1;
    header_ += '\n';
  }
  file.seekg(static_cast<std::streamoff>(offset_));
  std::string piece(std::min(kPiece, size - std::min<std::uint64_t>(size, offset_)), '\0');
  file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  piece.resize(piece.rfind('\n') + 1);
  if (piece.empty()) return {};
  const auto data = train::parse_metrics(header_ + piece, path_.string());
  offset_ += piece.size();
  const auto *step = data.find("step"), *epoch = data.find("epoch"), *images = data.find("images"),
             *seconds = data.find("seconds");
  if (epoch == nullptr || images == nullptr || seconds == nullptr)
    throw Error("not a table of metrics", path_.string());
  std::vector<train::MetricsRow> rows(data.rows());
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {static_cast<std::uint64_t>((*step)[i]),
               (*epoch)[i],
               static_cast<std::uint64_t>((*images)[i]),
               (*seconds)[i],
               {}};
    for (size_t column = 4; column < data.columns.size(); ++column) {
      if (std::isfinite(data.values[column][i])) rows[i].values[data.columns[column]] = data.values[column][i];
    }
  }
  return rows;
}

std::map<std::string, std::string> files_of(const fs::path& run, bool ended) {
  std::map<std::string, std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(run / "samples", error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".png") add_file(run, "samples/" + at->path().filename().string(), out);
  }
  for (const char* name : {train::kRecipeFile, "real.png"}) add_file(run, name, out);
  if (!ended) return out;
  for (const char* name :
       {train::kModelFile, train::kBestFile, train::kEnvironmentFile, train::kMetricsFile, "losses.png", "losses.svg",
        "first_epoch.png", "real_and_generated.png", "first_epoch_and_last.png"}) {
    add_file(run, name, out);
  }
  return out;
}

RunEnd end_of(const fs::path& run) {
  using train::RunPhase;
  const auto state = train::read_run_state(run);
  const auto time = [&](const char* file) { return changed(run / file).value_or(milliseconds_now()); };
  if (state && state->phase == RunPhase::kDone) return {"FINISHED", time(train::kStateFile)};
  if (state && state->phase == RunPhase::kFailed) return {"FAILED", time(train::kStateFile)};
  if (state && state->phase == RunPhase::kStopped) return {"KILLED", time(train::kStateFile)};
  return {"KILLED", time(train::kMetricsFile)};
}

std::int64_t start_of(const fs::path& run) {
  std::tm tm{};
  if (::strptime(text_at(environment_of(run), "start").c_str(), "%Y-%m-%dT%H:%M:%SZ", &tm) == nullptr)
    return milliseconds_now();
  return std::int64_t{::timegm(&tm)} * 1000;
}

}  // namespace ganymede::track
