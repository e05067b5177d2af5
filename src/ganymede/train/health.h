// Whether a training goes well, from cheap measures of its steps that mean the same for every objective: they look at
// images and at the order of scores, never at a loss; at the discriminator's outputs only where they lie beyond what
// any sound training has.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ganymede/core/torch_compat.h"
#include "ganymede/models/network.h"

namespace ganymede::train {

/// What the discriminator saw in one step, and how it scored it.
struct SeenBatch {
  Tensor real = {}, fake = {};                ///< [N, C, H, W] in [-1, 1]; undefined: nothing was kept
  Tensor labels_real = {}, labels_fake = {};  ///< int64 [N]; undefined without classes
  Tensor scores_real = {}, scores_fake = {};  ///< [N], higher is more real
  /// [M, D], what the discriminator's last layer sees of some of them (last_features()); undefined: not asked for.
  Tensor features_real = {}, features_fake = {};
};

/// Of one step. NaN where it does not apply.
struct HealthMeasures {
  /// How much the generated images of a batch differ, in parts of what the real ones do: the root of the variance over
  /// the batch of the means of blocks of an eighth of their side (of pixels where they are smaller than 8), averaged
  /// over the blocks; noise from pixel to pixel is no diversity. 1: as the real ones; 0: all the same.
  double diversity = 0;
  /// The same of the images of one class.
  double class_diversity = 0;
  /// The same of the discriminator's features.
  double feature_diversity = 0;
  /// How much detail the generated images have, in parts of the real ones': the root of the mean square of what is left
  /// of their pixels without the mean of each block of a sixteenth of their side (2 pixels at least). 1: as the real
  /// ones; 0: smooth; 4: patterns of single pixels.
  double detail = 0;
  /// The share of generated values at an end of their range (beyond 0.98 of [-1, 1]) less that of the real ones.
  double saturation = 0;
  /// The share of pairs of a real and a generated image in which the real one has the higher score, ties by half
  /// (the area under the ROC curve). 0.5: not told apart; 1: always.
  double separation = 0;
  double grad_norm_g = 0;                   ///< of the generator
  double output_real = 0, output_fake = 0;  ///< the discriminator's mean outputs, as d_real and d_fake are logged
};

/// The columns of metrics.csv that hold the first six.
inline const std::vector<std::string> kHealthColumns{"diversity", "class_diversity", "feature_diversity",
                                                     "detail",    "saturation",      "separation"};

/// f32 [N, D]: what `discriminator`'s last layer, or each of its heads, sees of images [N, C, H, W] in [-1, 1] outside
/// training; `labels` as in nn::ForwardContext.
Tensor last_features(const models::Network& discriminator, const Tensor& images, const Tensor& labels);

/// Gradient norm and outputs are not among what a batch tells: they stay 0. Needs a batch that was kept.
HealthMeasures measure_health(const SeenBatch& batch);
/// By kHealthColumns; NaN ones are left out.
std::map<std::string, double> health_values(const HealthMeasures& measures);

/// What is wrong with a training.
struct Finding {
  enum class Kind {
    kCollapse,           ///< the generated images are nearly all the same
    kClassCollapse,      ///< those of each class are
    kSaturation,         ///< they are black, white or both, and learn nothing more
    kNoise,              ///< they are patterns of single pixels
    kNoGradient,         ///< the generator's gradient has vanished
    kRunaway,            ///< the discriminator's outputs grow without bounds
    kDiscriminatorWins,  ///< generated images never look real to the discriminator any more
  };
  Kind kind = Kind::kCollapse;
  std::uint64_t since = 0;  ///< the first step of the measures that say so
  std::string what, hint;   ///< in words: what was seen, and what to try

  /// Whether nothing more is to be hoped of going on.
  bool collapsed() const { return kind != Kind::kDiscriminatorWins && kind != Kind::kRunaway && kind != Kind::kNoise; }
  /// Whether it is the images that are bad.
  bool of_images() const { return kind != Kind::kRunaway; }
};
/// "collapse", "class_collapse", "saturation", "noise", "no_gradient", "runaway", "discriminator_wins".
const char* name_of(Finding::Kind kind);

inline constexpr const char* kHealthFile = "health.json";
/// health.json of a run folder: what is wrong, for whoever looks from outside; no file where nothing is.
void write_health(const std::filesystem::path& run, const std::optional<Finding>& finding);
/// {"finding", "since", "what", "hint"} as it was written; nothing where there is no such file or it cannot be read.
std::optional<Finding> parse_health(std::string_view text);
std::optional<Finding> read_health(const std::filesystem::path& run);

/// Diagnoses by the medians of the last measures, so that single steps say nothing. A function of what it was shown
/// alone: shown a run's earlier measures it goes on as if it had never stopped.
class HealthMonitor {
 public:
  /// Of images of so many values: the more, the further apart a sound critic may put them.
  explicit HealthMonitor(std::size_t image_values = 3 * 64 * 64);
  void observe(std::uint64_t step, const HealthMeasures& measures);
  /// Forgets what it saw last: the training went back to a healthy checkpoint.
  void start_anew();
  /// What is wrong now, as it was first seen; the worst where several things began together.
  const std::optional<Finding>& finding() const { return finding_; }

 private:
  struct Seen {
    std::uint64_t step;
    HealthMeasures measures;
  };
  std::optional<Finding> collapse() const;
  std::optional<Finding> trouble() const;
  /// The step of the first of the kept measures that is above it.
  std::uint64_t first_above(double HealthMeasures::* member, double limit) const;
  bool is_young() const;
  /// Whether the images of a class are nearly all the same though the classes differ.
  bool one_each() const;
  /// Of the last `count` measures, or of all there are.
  double recent_median(double HealthMeasures::* member, std::size_t count) const;

  double widest_;  ///< outputs of real and generated images that are further apart have run away
  std::deque<Seen> recent_;
  std::size_t always_told_ = 0;                           ///< the last so many measures had every pair in order
  double best_diversity_ = 0, best_class_diversity_ = 0;  ///< the greatest medians so far
  double usual_grad_norm_g_ = 0;                          ///< of the first measures
  std::optional<Finding> finding_;
};

}  // namespace ganymede::train
