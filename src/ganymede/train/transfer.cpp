#include "ganymede/train/transfer.h"

#include <fmt/ranges.h>

#include "ganymede/models/draw.h"
#include "ganymede/models/pictures.h"

namespace ganymede::train {

TransferredAccuracy transferred_accuracy(const checkpoint::Model& model, const data::Dataset& source, const DatasetClassifier& judge) {
  const auto& classes = source.info().classes;
  if (classes != judge.classes) {
    throw UsageError(fmt::format("the source's classes are {} but the target's {}", fmt::join(classes, ", "), fmt::join(judge.classes, ", ")),
                     source.info().name, "choose two domains of the same classes");
  }
  std::vector<std::size_t> right(classes.size()), seen(classes.size());
  each_batch(source, [&](const Tensor& images, const Tensor& labels) {
    const Tensor drawn = models::generate(model.generator(), models::encode(*model.gan.encoder, images));
    const Tensor said = classify(judge.network, models::from_pictures(models::to_pictures(drawn)));
    for (std::int64_t i = 0; i < labels.size(0); ++i) {
      const auto label = labels[i].item<std::int64_t>();
      ++seen[static_cast<std::size_t>(label)];
      right[static_cast<std::size_t>(label)] += said[i].item<std::int64_t>() == label ? 1 : 0;
    }
  });
  TransferredAccuracy out;
  std::size_t all_right = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    out.by_class.push_back(seen[k] == 0 ? 0 : static_cast<double>(right[k]) / static_cast<double>(seen[k]));
    out.images += seen[k];
    all_right += right[k];
  }
  out.share = static_cast<double>(all_right) / static_cast<double>(out.images);
  return out;
}

}  // namespace ganymede::train
