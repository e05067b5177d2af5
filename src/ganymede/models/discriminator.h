// The network that scores images, and what its numbers mean.
#pragma once

#include "ganymede/models/network.h"
#include "ganymede/objectives/discriminator_output.h"

namespace ganymede::models {

/// A network that ends in one score an image; with heads, in a score and the logits of the classes; with
/// [discriminator] output = "patches", in a grid of scores, one for each patch of the image that a score sees (Isola et
/// al. 2017, section 3.2.2). A few objectives read several numbers instead of a score.
class Discriminator : public Network {
 public:
  /// `network` was made, or outlined, from `config`. Throws UsageError where "patches" is asked of what ends in no grid
  /// of one channel, or has heads or layers that look at classes.
  Discriminator(Network network, const config::NetworkConfig& config);

  /// Scores an image: those of the grid, else 1.
  std::int64_t patches() const { return patches_; }
  /// Throws UsageError, naming the last layer, unless it ends in what `who` ("objective 'gan'") needs: `numbers` an
  /// image.
  void expect_numbers(std::int64_t numbers, const std::string& who) const;
  /// What the network's result says, for an objective that reads `numbers` an image. Throws UsageError as above.
  objectives::DiscriminatorOutput read(const Tensor& result, const Tensor& labels, std::int64_t numbers = 1) const;

 private:
  std::string where_;  ///< of the last layer, for messages
  std::int64_t patches_ = 1;
};

}  // namespace ganymede::models
