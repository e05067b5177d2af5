// The models and runs found at the places `serve` was given, as files come and go.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ganymede/operations/model.h"
#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/run.h"

namespace ganymede::serve {

/// A model file that was read without an error.
struct ModelEntry {
  std::string id, run;  ///< `run`: id of the run it belongs to, or empty
  std::filesystem::path file;
  ModelDetails details;
};

/// Whether a folder holds a run, or the model of one.
bool is_run(const std::filesystem::path& folder);

/// How many bytes of the runs' tables of metrics stay in memory.
constexpr std::uint64_t kTableBytes = std::uint64_t{256} << 20;

class Catalogue {
 public:
  /// A place is a model file, a run folder, or a folder of either. Models lie on `device`; `memory` is how many bytes
  /// of them stay loaded.
  explicit Catalogue(std::vector<std::filesystem::path> places, const torch::Device& device = torch::kCPU,
                     std::uint64_t memory = std::uint64_t{2} << 30);
  ~Catalogue();

  /// Looks at the places again: one thread calls this, about once a second. Every new or changed model is read once.
  void refresh();
  std::vector<std::shared_ptr<const ModelEntry>> models() const;
  std::vector<std::shared_ptr<const Run>> runs() const;
  /// Throw Problem 404.
  std::shared_ptr<const ModelEntry> model(const std::string& id) const;
  std::shared_ptr<const Run> run(const std::string& id) const;
  /// The places that hold runs and are none themselves, as their runs' folders name them.
  std::vector<std::filesystem::path> folders_of_runs() const;
  /// The networks of a model, read again where memory had no room to keep them. Throws Problem 404 when it is gone.
  operations::ModelPtr load(const std::string& id);
  std::size_t loaded() const;

 private:
  struct Slot;
  struct Found;
  Found look() const;
  void keep(Slot& slot, operations::ModelPtr model);

  const std::vector<std::filesystem::path> places_;
  const torch::Device device_;
  const std::uint64_t memory_;
  const std::shared_ptr<TableMemory> tables_ = std::make_shared<TableMemory>(kTableBytes);
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> models_;
  std::map<std::string, std::shared_ptr<Run>> runs_;
  std::uint64_t clock_ = 0;  ///< counts uses, for the least recent one
};

}  // namespace ganymede::serve
