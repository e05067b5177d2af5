#include "ganymede/train/encoder.h"

#include <fmt/format.h>

#include "ganymede/core/log.h"
#include "ganymede/train/dataset_classifier.h"

namespace ganymede::train {
namespace {

checkpoint::SafetensorsFile trained_encoder(const Trainer& trainer, std::shared_ptr<const data::Dataset> source) {
  const auto& recipe = trainer.recipe();
  const auto& shape = trainer.gan().encoder->input_shape();
  const auto classes = static_cast<std::int64_t>(source->info().classes.size());
  if (classes < 2) {
    throw UsageError("the encoder has no labels to learn from", fmt::format("[source] {}", source->info().name),
                     "choose a source with classes, or start from a model that has an encoder with --from");
  }
  const auto layers = with_class_logits(recipe.encoder.network, classes, shape);
  const auto classifier = train_classifier(layers, source,
                                           {.training = recipe.encoder.training,
                                            .seed = recipe.train.seed,
                                            .device = trainer.device(),
                                            .type = trainer.compute_type(),
                                            .name = "encoder"});
  checkpoint::SafetensorsFile file{{}, checkpoint::metadata(recipe, 0)};
  // The classifier's tensors are the encoder's, and those of its last layer.
  checkpoint::append_tensors(file.tensors, "encoder", classifier);
  const auto accuracy = held_out_accuracy(classifier, recipe.source, *source, recipe.train.seed);
  file.metadata["accuracy"] = fmt::format("{:.4f}", accuracy.share);
  file.metadata["accuracy_of"] = accuracy.of;
  spdlog::info("the encoder's accuracy is {:.2f} % on {} of {}", 100 * accuracy.share, accuracy.of,
               source->info().name);
  return file;
}

}  // namespace

void prepare_encoder(const RunFolder& folder, Trainer& trainer, std::shared_ptr<const data::Dataset> source) {
  const auto path = folder.file(kEncoderFile);
  if (!std::filesystem::exists(path)) {
    const auto file = trained_encoder(trainer, std::move(source));
    checkpoint::write_safetensors(path, file.tensors, file.metadata);
  }
  trainer.load_encoder(checkpoint::read_safetensors(path), path.string());
}

}  // namespace ganymede::train
