// The data sets a recipe names, opened at the size its networks need.
#pragma once

#include <memory>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/data/dataset.h"
#include "ganymede/models/gan.h"

namespace ganymede::train {

/// [data], or another section like it, at `image`'s size and channels. Throws as data::open_dataset() does.
std::shared_ptr<const data::Dataset> open_data(const config::DataConfig& config, const nn::Shape& image,
                                               std::uint64_t seed);

/// A model's recipe with the paths of the data it was trained on, which model files do not have: a run folder knows
/// them (recipe.toml, environment.json). The recipe as it is where the file lies in no run folder, or is of another
/// recipe.
config::Recipe recipe_with_data(const checkpoint::Model& model);

/// A run's own recipe, with the record's paths for data that is not where the recipe says, seen from here.
config::Recipe with_recorded_paths(config::Recipe of_run, const std::filesystem::path& run);

/// How the images differ from those that a run's record (environment.json) tells of, in its section "data" or "source":
/// "24 images then, 35 now". Empty where they do not, or nothing is recorded.
std::string change_of_data(const std::filesystem::path& run, const data::Dataset& now, const char* section = "data");
/// The same for the run that a model's file lies in.
std::string change_of_data(const checkpoint::Model& model, const data::Dataset& now);

/// The recipe with as many classes as `data` has, or conditions, where it says classes = "data"; else as it is. Throws
/// UsageError where the data has none.
config::Recipe with_classes_of(const data::DatasetInfo& data, const config::Recipe& recipe);

/// What the discriminator takes for real.
std::shared_ptr<const data::Dataset> open_data(const config::Recipe& recipe, const models::Gan& gan);
/// What the generator translates; null where it starts from noise.
std::shared_ptr<const data::Dataset> open_source(const config::Recipe& recipe, const models::Gan& gan);
/// The split "test" of a section's data set, where it has one that the section does not name already; else null.
/// `count` is as in [data].
std::shared_ptr<const data::Dataset> open_held_out(const config::DataConfig& config, const nn::Shape& image,
                                                   std::uint64_t seed, std::size_t count = 0);

}  // namespace ganymede::train
