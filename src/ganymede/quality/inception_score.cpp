#include "ganymede/quality/inception_score.h"

#include <cmath>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/random.h"
#include "ganymede/quality/moments.h"

namespace ganymede::quality {

MeanAndDeviation inception_score(const Tensor& logits, std::uint64_t seed) {
  const auto count = logits.size(0);
  if (count < kScoreSplits || logits.size(1) < 2) {
    throw Error(
        fmt::format("{} and {} are too few for the inception score", counted(count, "image"),
                    counted(logits.size(1), "class", "classes")),
        {},
        fmt::format("use {} or more, and features with logits of two classes or more", counted(kScoreSplits, "image")));
  }
  expect_finite(logits, "the logits");
  const Tensor order = at::randperm(count, cpu_generator(stream_seed(seed, "is shuffle")), at::dtype(at::kLong));
  const Tensor log_p = at::log_softmax(logits.to(at::kDouble).index_select(0, order), 1), p = log_p.exp();
  std::vector<double> scores;
  for (std::int64_t i = 0; i < kScoreSplits; ++i) {
    const auto begin = i * count / kScoreSplits, end = (i + 1) * count / kScoreSplits;
    const Tensor part = p.slice(0, begin, end);
    // A class that no image of the split could be has p = 0 throughout: 0 log(0 / 0) counts as 0.
    const Tensor divergence = part * (log_p.slice(0, begin, end) - part.mean(0, true).log());
    scores.push_back(std::exp(at::nan_to_num(divergence, 0.0).sum(1).mean().item<double>()));
  }
  return mean_and_deviation(scores);
}

}  // namespace ganymede::quality
