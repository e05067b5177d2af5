#include <nlohmann/json.hpp>

#include "ganymede/train/observers.h"

namespace ganymede::train {

namespace {

nlohmann::ordered_json to_json(const data::Dataset& dataset) {
  const auto& info = dataset.info();
  return {{"name", info.name},         {"path", info.path.string()},
          {"images", dataset.size()},  {"classes", info.classes},
          {"splits", info.splits},     {"shape", {info.height, info.width, info.channels}},
          {"checksum", info.checksum}, {"notes", info.notes}};
}

}  // namespace

void write_environment(const RunFolder& folder, const Trainer& trainer) {
  const auto& recipe = trainer.recipe();
  nlohmann::ordered_json out;
  out["ganymede"] = GANYMEDE_VERSION;
  out["libtorch"] = TORCH_VERSION;
  out["compiler"] = __VERSION__;
  out["recipe"] = recipe.name;
  out["seed"] = recipe.train.seed;
  out["threads"] = at::get_num_threads();
  out["device"] = trainer.device().str();
  out["precision"] = trainer.compute_type() == at::kBFloat16 ? "bf16" : "f32";
  out["data"] = to_json(trainer.dataset());
  if (trainer.source() != nullptr) out["source"] = to_json(*trainer.source());
  write_file(folder.file("environment.json"), out.dump(2) + "\n");
}

}  // namespace ganymede::train
