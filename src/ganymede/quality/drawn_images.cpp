#include "ganymede/quality/drawn_images.h"

#include "ganymede/core/error.h"
#include "ganymede/core/signals.h"
#include "ganymede/data/memory.h"
#include "ganymede/models/draw.h"
#include "ganymede/models/pictures.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kPicturesAtOnce = 256;

}  // namespace

std::shared_ptr<const data::Dataset> draw_images(const models::Network& generator, const config::LatentConfig& latent,
                                                 const DrawOptions& options,
                                                 const std::function<void(std::size_t)>& report) {
  const auto& shape = generator.output_shape();
  const auto bytes = static_cast<std::uint64_t>(shape.elements());
  if (bytes * static_cast<std::uint64_t>(options.count) > data::kPixelBudget) {
    throw Error(fmt::format("{} pictures of {} are more than memory should hold", options.count, shape.text()), options.name,
                fmt::format("draw at most {}", data::kPixelBudget / bytes));
  }
  data::Images images;
  images.channels = static_cast<int>(shape.channels());
  images.height = static_cast<int>(shape.height());
  images.width = static_cast<int>(shape.width());
  images.pixels.reserve(bytes * static_cast<std::uint64_t>(options.count));
  const auto device = generator.state().front().tensor.device();
  for (std::int64_t first = 0; first < options.count; first += kPicturesAtOnce) {
    const auto count = std::min(kPicturesAtOnce, options.count - first);
    const Tensor latents = models::draw_numbered_latents(latent, count, options.seed, first).to(device);
    Tensor labels;
    if (generator.classes() > 0) labels = at::arange(first, first + count, at::kLong).remainder(generator.classes());
    const Tensor drawn = models::generate(generator, latents, labels.defined() ? labels.to(device) : labels);
    if (!at::isfinite(drawn).all().item<bool>()) {
      throw Error("the generator draws values that are not finite", options.name, "use a model from before its training failed");
    }
    for (const auto& picture : models::to_pictures(drawn)) {
      images.pixels.insert(images.pixels.end(), picture.pixels.begin(), picture.pixels.end());
    }
    for (std::int64_t i = 0; i < count; ++i) {
      images.labels.push_back(labels.defined() ? static_cast<std::int32_t>(labels[i].item<std::int64_t>()) : -1);
    }
    if (report) report(static_cast<std::size_t>(first + count));
    if (stop_requested()) throw Error("stopped before all pictures were drawn", options.name);
  }
  data::DatasetInfo info;
  info.name = options.name;
  if (generator.classes() > 0) info.classes = options.classes;
  return data::in_memory(std::move(info), std::move(images));
}

}  // namespace ganymede::quality
