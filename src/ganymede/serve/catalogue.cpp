#include "ganymede/serve/catalogue.h"

#include <algorithm>

#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/models/summary.h"
#include "ganymede/serve/file_stamp.h"
#include "ganymede/serve/http.h"
#include "ganymede/train/run_folder.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

/// Letters, digits and "._-" stay: an id needs no escaping in an address.
std::string id_of(const fs::path& path) {
  std::string id = (path.extension() == ".safetensors" ? path.stem() : path.filename()).string();
  for (char& c : id) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!plain) c = '-';
  }
  return id.empty() || id == "." || id == ".." ? "model" : id;
}

LayersAnswer layers_of(const models::Summary& summary) {
  LayersAnswer out{.layers = {},
                   .total = summary.total,
                   .trainable = summary.trainable,
                   .non_trainable = summary.non_trainable,
                   .multiply_adds = summary.multiply_adds};
  for (const auto& row : summary.layers) out.layers.push_back({row.name, row.kind, row.output, row.params});
  return out;
}

ModelDetails details_of(const std::string& id, const std::string& run, const checkpoint::Model& model,
                        std::uint64_t bytes) {
  const auto& shape = model.gan.image_shape();
  const auto& recipe = model.recipe;
  ModelDetails out;
  out.id = id;
  out.title = recipe.title.empty() ? recipe.name : recipe.title;
  out.recipe = recipe.name;
  if (!run.empty()) out.run = run;
  out.step = model.step;
  out.image = {shape.width(), shape.height(), shape.channels()};
  if (model.gan.encoder) {
    const auto& given = model.gan.encoder->input_shape();
    out.translates = ImageSize{given.width(), given.height(), given.channels()};
  }
  const bool uniform = recipe.latent.distribution == config::LatentDistribution::kUniform;
  out.latent = {recipe.latent.size, uniform ? "uniform" : "normal"};
  out.bits = recipe.data.bits;
  out.classes = model.classes;
  for (const auto& one : model.conditions) out.conditions.push_back({one.name, one.low, one.high});
  out.data = recipe.data.name;
  out.ema = model.average.has_value();
  out.bytes = bytes;
  out.generator = layers_of(models::summarise(model.gan.generator));
  out.discriminator = layers_of(models::summarise(model.gan.discriminator));
  out.parameters = out.generator.total;
  out.toml = config::to_toml(recipe);
  out.about = recipe.about;
  return out;
}

/// What a place named on the command line really is: it may be a link, what lies below it may not.
fs::path target_of(const fs::path& place) {
  std::error_code error;
  const fs::path target = fs::canonical(place, error);
  return error ? fs::absolute(place).lexically_normal() : target;
}

/// Both its generators made: the first request need not wait for one.
operations::ModelPtr read(const fs::path& file, const torch::Device& device) {
  auto model = operations::Model::load(file, device);
  if (model->encoder() == nullptr) model->generator(/*before_training=*/true);
  return model;
}

}  // namespace

bool is_run(const fs::path& folder) {
  return is_plain_file(folder / train::kRecipeFile) || is_plain_file(folder / train::kMetricsFile) ||
         checkpoint::model_file_in(folder).has_value();
}

struct Catalogue::Slot {
  FileStamp stamp;
  std::shared_ptr<const ModelEntry> entry;  ///< null: the file could not be read
  std::mutex loading;
  operations::ModelPtr loaded;
  std::uint64_t used = 0;
};

struct Catalogue::Found {
  struct File {
    fs::path file;
    std::string run;
  };
  std::map<std::string, File> models;
  std::map<std::string, fs::path> runs;
};

Catalogue::Catalogue(std::vector<fs::path> places, const torch::Device& device, std::uint64_t memory)
    : places_(std::move(places)), device_(device), memory_(memory) {}
Catalogue::~Catalogue() = default;

Catalogue::Found Catalogue::look() const {
  std::map<fs::path, fs::path> paths;  // named by; sorted, so that equal names get the same ids every time
  std::error_code ignored;
  for (const auto& place : places_) {
    if (!fs::is_directory(place, ignored) || is_run(place)) {
      paths.emplace(fs::absolute(place).lexically_normal(), target_of(place));
      continue;
    }
    for (const auto& entry : fs::directory_iterator(place, ignored)) {
      if (entry.is_symlink(ignored)) continue;
      const bool wanted =
          entry.is_directory(ignored) ? is_run(entry.path()) : entry.path().extension() == ".safetensors";
      const auto path = fs::absolute(entry.path()).lexically_normal();
      if (wanted) paths.emplace(path, path);
    }
  }
  Found found;
  for (const auto& [named, path] : paths) {
    const fs::path name = named.has_filename() ? named : named.parent_path();
    std::string id = id_of(name);
    for (int i = 2; found.models.contains(id) || found.runs.contains(id); ++i)
      id = id_of(name) + "-" + std::to_string(i);
    if (!fs::is_directory(path, ignored)) {
      found.models[id] = {path, ""};
      continue;
    }
    found.runs[id] = path;
    if (const auto file = checkpoint::model_file_in(path)) found.models[id] = {*file, id};
  }
  return found;
}

void Catalogue::refresh() {
  const Found found = look();
  // Reading goes on outside the lock: requests for other models do not wait for it.
  for (const auto& [id, file] : found.models) {
    const auto stamp = stamp_of(file.file);
    if (!stamp) continue;
    std::shared_ptr<Slot> slot;
    {
      const std::lock_guard lock(mutex_);
      const auto known = models_.find(id);
      if (known != models_.end()) slot = known->second;
    }
    if (slot && slot->stamp == *stamp) continue;
    slot = std::make_shared<Slot>();
    slot->stamp = *stamp;
    operations::ModelPtr loaded;
    try {
      loaded = read(file.file, device_);
      const auto& model = loaded->file();
      auto entry = std::make_shared<ModelEntry>();
      entry->id = id;
      entry->run = file.run;
      entry->file = file.file;
      entry->details = details_of(id, file.run, model, stamp->size);
      slot->entry = std::move(entry);
      spdlog::info("model {}: step {}", id, model.step);
    } catch (const std::exception& error) {
      spdlog::warn("not served: {}", error.what());
    }
    const std::lock_guard lock(mutex_);
    models_[id] = slot;
    if (loaded) keep(*slot, std::move(loaded));
  }
  std::map<std::string, std::shared_ptr<Run>> runs;
  for (const auto& [id, folder] : found.runs) {
    const auto known = runs_.find(id);  // this thread alone changes the map
    const bool same = known != runs_.end() && known->second->folder() == folder;
    runs[id] = same ? known->second : std::make_shared<Run>(id, folder, tables_);
    runs[id]->refresh();
  }
  const std::lock_guard lock(mutex_);
  runs_ = std::move(runs);
  std::erase_if(models_, [&](const auto& slot) {
    const auto still = found.models.find(slot.first);
    const bool gone = still == found.models.end() || !stamp_of(still->second.file);
    if (gone) spdlog::info("model {} is gone", slot.first);
    return gone;
  });
}

void Catalogue::keep(Slot& slot, operations::ModelPtr model) {
  slot.loaded = std::move(model);
  slot.used = ++clock_;
  for (;;) {
    std::uint64_t bytes = 0;
    Slot* oldest = nullptr;
    for (const auto& [id, other] : models_) {
      if (!other->loaded) continue;
      bytes += 2 * other->stamp.size;  // the file's tensors, and the untrained generator beside them
      if (other.get() != &slot && (oldest == nullptr || other->used < oldest->used)) oldest = other.get();
    }
    if (bytes <= memory_ || oldest == nullptr) return;
    oldest->loaded.reset();
  }
}

std::vector<std::shared_ptr<const ModelEntry>> Catalogue::models() const {
  std::vector<std::shared_ptr<const ModelEntry>> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, slot] : models_) {
    if (slot->entry) out.push_back(slot->entry);
  }
  return out;
}

std::vector<std::shared_ptr<const Run>> Catalogue::runs() const {
  std::vector<std::shared_ptr<const Run>> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, run] : runs_) out.push_back(run);
  return out;
}

std::shared_ptr<const ModelEntry> Catalogue::model(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = models_.find(id);
  if (found == models_.end() || !found->second->entry) throw Problem(404, "there is no such model");
  return found->second->entry;
}

std::shared_ptr<const Run> Catalogue::run(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(id);
  if (found == runs_.end()) throw Problem(404, "there is no such run");
  return found->second;
}

std::vector<fs::path> Catalogue::folders_of_runs() const {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (const auto& place : places_) {
    if (!fs::is_directory(place, ignored) || is_run(place)) continue;
    out.push_back((fs::absolute(place) / "run").lexically_normal().parent_path());
  }
  return out;
}

operations::ModelPtr Catalogue::load(const std::string& id) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard lock(mutex_);
    const auto found = models_.find(id);
    if (found == models_.end() || !found->second->entry) throw Problem(404, "there is no such model");
    slot = found->second;
    slot->used = ++clock_;
    if (slot->loaded) return slot->loaded;
  }
  const std::lock_guard one_at_a_time(slot->loading);
  {
    const std::lock_guard lock(mutex_);
    if (slot->loaded) return slot->loaded;
  }
  operations::ModelPtr loaded;
  try {
    loaded = read(slot->entry->file, device_);
  } catch (const Error& error) {
    spdlog::warn("{}", error.what());
    throw Problem(404, "the model is gone");
  }
  const std::lock_guard lock(mutex_);
  keep(*slot, loaded);
  return loaded;
}

std::size_t Catalogue::loaded() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(models_.begin(), models_.end(), [](const auto& slot) { return slot.second->loaded != nullptr; }));
}

}  // namespace ganymede::serve
