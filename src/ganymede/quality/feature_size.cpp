#include "ganymede/quality/feature_size.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <tuple>

#include "ganymede/core/error.h"
#include "ganymede/core/log.h"
#include "ganymede/image/resize_by_area.h"
#include "ganymede/models/images.h"
#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

class AtSize : public FeatureExtractor {
 public:
  AtSize(std::shared_ptr<const FeatureExtractor> network, int size, std::string from)
      : network_(std::move(network)), info_(network_->info()) {
    info_.size = size;
    info_.size_from = std::move(from);
  }
  const ExtractorInfo& info() const override { return info_; }
  Extracted extract(const Tensor& images, bool logits) const override {
    return network_->extract(resized_to(images, info_.size), logits);
  }

 private:
  std::shared_ptr<const FeatureExtractor> network_;
  ExtractorInfo info_;
};

/// Some labelled images of a set, as they are.
struct Sample {
  Tensor images;
  std::vector<int> labels;
};

Sample sample_of(const data::Dataset& set) {
  Sample out;
  std::vector<Tensor> images;
  const std::size_t count = std::min(kTriedImages, set.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t index = i * set.size() / count;
    if (set.label(index) < 0) continue;
    out.labels.push_back(set.label(index));
    images.push_back(read_images(set, index, 1));
  }
  if (!images.empty()) out.images = at::cat(images);
  return out;
}

double error_of_share(double share, std::size_t count) {
  return std::sqrt(share * (1 - share) / static_cast<double>(count));
}

/// One image in `step`.
Sample thinned(const Sample& sample, std::int64_t step) {
  Sample out{sample.images.slice(0, 0, {}, step).contiguous(), {}};
  for (std::size_t i = 0; i < sample.labels.size(); i += static_cast<std::size_t>(step)) {
    out.labels.push_back(sample.labels[i]);
  }
  return out;
}

/// What the network names rightly at a size; nothing where it takes no such images, or its logits are of other classes.
std::optional<double> share_at(const FeatureExtractor& network, const Sample& sample, int size,
                               const std::vector<std::string>& classes) {
  std::vector<Tensor> logits;
  try {
    for (const auto& part : sample.images.split(50)) {
      logits.push_back(network.extract(resized_to(part, size), true).logits);
      if (!logits.back().defined() || !may_stand_for(network.info(), logits.back().size(1), classes))
        return std::nullopt;
    }
  } catch (const Error& refused) {
    spdlog::debug("images of {0}x{0}: {1}", size, refused.what());
    return std::nullopt;
  }
  return share_named(at::cat(logits), sample.labels);
}

/// share_at() of all images, or of 50 of them where those say that it will not come to `wanted`: large images take
/// long.
std::optional<double> share_or_less(const FeatureExtractor& network, const Sample& sample, int size,
                                    const std::vector<std::string>& classes, double wanted) {
  const auto step = static_cast<std::int64_t>(sample.labels.size() / 50);
  if (step < 2) return share_at(network, sample, size, classes);
  const Sample few = thinned(sample, step);
  const auto share = share_at(network, few, size, classes);
  if (!share || *share + 2 * error_of_share(*share, few.labels.size()) < wanted) return share;
  return share_at(network, sample, size, classes);
}

/// The size at which the network names the images best, and how it was found; 0 where none is better than chance.
std::pair<int, std::string> found_by_trying(const FeatureExtractor& network, const data::Dataset& real) {
  const auto& info = real.info();
  if (info.classes.size() < 2) return {0, {}};
  const Sample sample = sample_of(real);
  if (sample.labels.empty()) return {0, {}};
  const int own = info.height == info.width ? info.height : 0;
  std::vector<int> sizes(std::begin(kTriedSizes), std::end(kTriedSizes));
  if (own > 0 && std::find(sizes.begin(), sizes.end(), own) == sizes.end()) sizes.push_back(own);
  std::sort(sizes.begin(), sizes.end());

  const double chance = 1.0 / static_cast<double>(info.classes.size());
  const auto margin = [&](double share) { return 3 * error_of_share(share, sample.labels.size()); };
  int best = 0, worse = 0;
  // A network of other classes names some images rightly by accident, the more evenly they fall into its classes.
  constexpr double kMoreThanAccident = 0.2;
  double highest = chance + std::max(margin(chance), kMoreThanAccident * (1 - chance));
  std::optional<double> at_own;
  for (const int size : sizes) {
    const auto share = share_or_less(network, sample, size, info.classes, size == own ? 0 : highest);
    if (!share) continue;
    if (size == own) at_own = share;
    if (*share > highest) {
      highest = *share;
      best = size;
    }
    // Past its own size a network only gets worse, and large images take long; but images' own size is always looked
    // at.
    worse = best > 0 && *share < highest - margin(highest) ? worse + 1 : 0;
    if (worse >= 2 && size >= own) break;
  }
  if (best == 0) return {0, {}};
  // Where the images' own size does as well within a standard error, they are left as they are.
  if (at_own && *at_own >= highest - error_of_share(highest, sample.labels.size())) best = own, highest = *at_own;
  std::string how = fmt::format("trying: on {} labelled real images its accuracy is {:.1f} % at {}x{}",
                                sample.labels.size(), 100 * highest, best, best);
  if (at_own && own != best) how += fmt::format(", {:.1f} % at their own {}x{}", 100 * *at_own, own, own);
  return {best, how};
}

}  // namespace

Tensor resized_to(const Tensor& given, data::ImageSize size) {
  if (size.is(given.size(2), given.size(3))) return given;
  const Tensor images = given.scalar_type() == at::kByte ? given : models::levels(given).round_().to(at::kByte);
  const auto channels = static_cast<int>(images.size(1));
  const Tensor rows = images.permute({0, 2, 3, 1}).contiguous();
  const Tensor out = at::empty({images.size(0), size.height, size.width, channels}, at::kByte);
  image::Image image(static_cast<int>(images.size(3)), static_cast<int>(images.size(2)), channels);
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    std::copy_n(rows[i].data_ptr<std::uint8_t>(), image.pixels.size(), image.pixels.begin());
    const image::Image small = image::resize_by_area(image, size.width, size.height);
    std::copy(small.pixels.begin(), small.pixels.end(), out[i].data_ptr<std::uint8_t>());
  }
  return out.permute({0, 3, 1, 2}).contiguous();
}

bool may_stand_for(const ExtractorInfo& network, std::int64_t logits, const std::vector<std::string>& classes) {
  if (classes.empty() || logits != static_cast<std::int64_t>(classes.size())) return false;
  return network.classes.empty() || network.classes == classes;
}

std::optional<double> share_named(const Tensor& logits, const std::vector<int>& labels) {
  const Tensor named = logits.argmax(1).contiguous();
  std::int64_t right = 0, labelled = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) continue;
    ++labelled;
    right += named.data_ptr<std::int64_t>()[i] == labels[i] ? 1 : 0;
  }
  if (labelled == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(labelled);
}

double convincing_share(std::int64_t classes) {
  return (1 + 1 / static_cast<double>(classes)) / 2;
}

std::shared_ptr<const FeatureExtractor> at_its_size(std::shared_ptr<const FeatureExtractor> network,
                                                    const data::Dataset* real, int asked) {
  if (network == nullptr) return network;
  const auto& info = network->info();
  if (info.resizes) {
    if (asked == 0) return network;
    throw UsageError("the network brings images to its size by itself", info.name, "leave --feature-size out");
  }
  int size = asked > 0 ? asked : info.size;
  std::string from = asked > 0 ? "--feature-size" : info.size_from;
  if (size == 0 && real != nullptr) std::tie(size, from) = found_by_trying(*network, *real);
  if (size == 0) return network;
  return std::make_shared<AtSize>(std::move(network), size, std::move(from));
}

}  // namespace ganymede::quality
