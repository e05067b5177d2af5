// The size of the images a feature network was made for. A network that sees another size says little: a CIFAR-10
// classifier that names 91 of 100 test images at 32 pixels names 19 of the same at 64.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ganymede/data/dataset.h"
#include "ganymede/quality/extractor.h"

namespace ganymede::quality {

/// Pixels a side that are tried where nobody says them, beside the images' own.
inline constexpr int kTriedSizes[] = {24, 28, 32, 40, 48, 64, 96, 128, 160, 224, 256, 299};
/// Labelled real images that are named at each size, spread evenly over the set.
inline constexpr std::size_t kTriedImages = 500;

/// `network`, with images brought to the size it was made for: `asked`; or, where that is 0, what its file says; or
/// else the size at which it names images of `real` best, where they have labels and its logits fit them. info() says
/// the size and who said it; where nobody can, the network is returned as it is. Images become size x size as by
/// image::resize_by_area(), whatever their shape; images of that size are not touched. `network` and `real` may be
/// null. Throws UsageError for a size asked of a network that resizes by itself.
std::shared_ptr<const FeatureExtractor> at_its_size(std::shared_ptr<const FeatureExtractor> network,
                                                    const data::Dataset* real, int asked = 0);

/// Samples [N, C, H, W] at another height and width, which then have 8 bits.
Tensor resized_to(const Tensor& images, data::ImageSize size);

/// Whether there is one logit for each class and no word against it: the network's own names, where it has any, are
/// these.
bool may_stand_for(const ExtractorInfo& network, std::int64_t logits, const std::vector<std::string>& classes);

/// The share of labelled images whose largest logit is their label: logits [N, K], labels [N], -1 for none. Nothing
/// where no image has a label.
std::optional<double> share_named(const Tensor& logits, const std::vector<int>& labels);

/// The accuracy a network must have on K classes to be believed to know them at all: half-way from chance to 1.
double convincing_share(std::int64_t classes);

}  // namespace ganymede::quality
