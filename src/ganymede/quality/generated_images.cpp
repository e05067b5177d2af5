#include "ganymede/quality/generated_images.h"

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/task.h"
#include "ganymede/data/memory.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"
#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kGeneratedAtOnce = 256;

/// Gathers what a generator generates, as images of 8 or 16 bits.
class Collector {
 public:
  /// Throws Error where `count` images are more than memory should hold.
  Collector(const models::Network& generator, std::int64_t count, int bits, std::string name) : name_(std::move(name)) {
    const auto& shape = generator.output_shape();
    const auto bytes = static_cast<std::uint64_t>(shape.elements()) * static_cast<std::uint64_t>(bits / 8);
    if (bytes * static_cast<std::uint64_t>(count) > data::kPixelBudget) {
      throw Error(fmt::format("{} of {}: more than memory should hold", counted(count, "image"), shape.text()), name_,
                  fmt::format("generate at most {}", data::kPixelBudget / bytes));
    }
    images_.bits = bits;
    images_.channels = static_cast<int>(shape.channels());
    images_.height = static_cast<int>(shape.height());
    images_.width = static_cast<int>(shape.width());
    images_.pixels.reserve(bytes * static_cast<std::uint64_t>(count));
  }

  /// Takes images [N, C, H, W] in [-1, 1] with labels int64 [N]; undefined where there are none.
  void add(const Tensor& generated, const Tensor& labels) {
    if (!at::isfinite(generated).all().item<bool>()) {
      throw Error("the generator makes values that are not finite", name_,
                  "use a model from before its training failed");
    }
    for (const auto& image : models::to_images(generated, images_.bits)) {
      images_.pixels.insert(images_.pixels.end(), image.pixels.begin(), image.pixels.end());
    }
    for (std::int64_t i = 0; i < generated.size(0); ++i) {
      const bool classes = labels.defined() && labels.dim() == 1;
      images_.labels.push_back(classes ? static_cast<std::int32_t>(labels[i].item<std::int64_t>()) : -1);
    }
    if (cancel_requested()) throw Cancelled("stopped before all images were generated", name_);
  }

  std::shared_ptr<const data::Dataset> finish(std::vector<std::string> classes) {
    data::DatasetInfo info;
    info.name = name_;
    info.classes = std::move(classes);
    return data::in_memory(std::move(info), std::move(images_));
  }

 private:
  std::string name_;
  data::Images images_;
};

}  // namespace

std::shared_ptr<const data::Dataset> generate_images(const models::Network& generator,
                                                     const config::LatentConfig& latent,
                                                     const GenerationOptions& options,
                                                     const std::function<void(std::size_t)>& report) {
  Collector collector(generator, options.count, options.bits, options.name);
  for (std::int64_t first = 0; first < options.count; first += kGeneratedAtOnce) {
    const auto count = std::min(kGeneratedAtOnce, options.count - first);
    const Tensor latents = models::sample_numbered_latents(latent, count, options.seed, first);
    const Tensor labels = models::labels_in_turn(generator.classes(), options.examples, first, count);
    collector.add(models::generate(generator, latents, labels), labels);
    if (report) report(static_cast<std::size_t>(first + count));
  }
  const bool classes = generator.classes() > 0 && !options.examples.defined();
  return collector.finish(classes ? options.classes : std::vector<std::string>{});
}

std::shared_ptr<const data::Dataset> translate_images(const checkpoint::Model& model, const data::Dataset& source,
                                                      const std::string& name,
                                                      const std::function<void(std::size_t)>& report) {
  Collector collector(model.generator(), static_cast<std::int64_t>(source.size()), model.recipe.data.bits, name);
  each_stretch(source, kGeneratedAtOnce, [&](std::size_t first, const Tensor& images) {
    const Tensor generated =
        models::generate(model.generator(), models::encode(*model.gan.encoder, models::from_bytes(images)));
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < images.size(0); ++i)
      labels.push_back(source.label(first + static_cast<std::size_t>(i)));
    collector.add(generated, torch::tensor(labels, at::kLong));
    if (report) report(first + labels.size());
  });
  return collector.finish(source.info().classes);
}

}  // namespace ganymede::quality
