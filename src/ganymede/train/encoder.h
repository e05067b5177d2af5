// The encoder f of a translating recipe, which has to be there before the generator learns.
#pragma once

#include "ganymede/train/run_folder.h"
#include "ganymede/train/trainer.h"

namespace ganymede::train {

inline constexpr const char* kEncoderFile = "encoder.safetensors";

/// Gives `trainer` its encoder: the run folder's, or else one trained as a classifier of the source's labels, which is
/// then kept there with its accuracy on the source's test split in the metadata. Throws Cancelled when that is stopped:
/// it starts over with the same course when the run is resumed.
void prepare_encoder(const RunFolder& folder, Trainer& trainer, std::shared_ptr<const data::Dataset> source);

}  // namespace ganymede::train
