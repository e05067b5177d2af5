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

namespace ganymede::train {

/// What the discriminator saw in one step, and how it scored it.
struct SeenBatch {
  Tensor real = {}, fake = {};                ///< [N, C, H, W] in [-1, 1]; undefined: nothing was kept
  Tensor labels_real = {}, labels_fake = {};  ///< int64 [N]; undefined without classes
  Tensor scores_real = {}, scores_fake = {};  ///< [N], higher is more real
};

/// Of one step. NaN where it does not apply.
struct HealthMeasures {
  /// How much the generated images of a batch differ, in parts of what the real ones do: the root of the variance over
  /// the batch, averaged over pixels. 1: as the real ones; 0: all the same.
  double diversity = 0;
  /// The same of the images of one class.
  double class_diversity = 0;
  /// The share of generated values at an end of their range (beyond 0.98 of [-1, 1]) less that of the real ones.
  double saturation = 0;
  /// The share of pairs of a real and a generated image in which the real one has the higher score, ties by half
  /// (the area under the ROC curve). 0.5: not told apart; 1: always.
  double separation = 0;
  double grad_norm_g = 0;                   ///< of the generator
  double output_real = 0, output_fake = 0;  ///< the discriminator's mean outputs, as d_real and d_fake are logged
};

/// The columns of metrics.csv that hold the first four.
inline const std::vector<std::string> kHealthColumns{"diversity", "class_diversity", "saturation", "separation"};

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
    kNoGradient,         ///< the generator's gradient has vanished
    kRunaway,            ///< the discriminator's outputs grow without bounds
    kDiscriminatorWins,  ///< generated images never look real to the discriminator any more
  };
  Kind kind = Kind::kCollapse;
  std::uint64_t since = 0;  ///< the first step of the measures that say so
  std::string what, hint;   ///< in words: what was seen, and what to try

  /// Whether nothing more is to be hoped of going on.
  bool collapsed() const { return kind != Kind::kDiscriminatorWins && kind != Kind::kRunaway; }
};
/// "collapse", "class_collapse", "saturation", "no_gradient", "runaway", "discriminator_wins".
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
  std::optional<Finding> diagnose() const;
  double recent_median(double HealthMeasures::* member) const;

  double widest_;  ///< outputs of real and generated images that are further apart have run away
  std::deque<Seen> recent_;
  std::size_t always_told_ = 0;                           ///< the last so many measures had every pair in order
  double best_diversity_ = 0, best_class_diversity_ = 0;  ///< the greatest medians so far
  double usual_grad_norm_g_ = 0;                          ///< of the first measures
  std::optional<Finding> finding_;
};

}  // namespace ganymede::train
