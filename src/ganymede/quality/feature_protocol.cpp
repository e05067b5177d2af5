#include "ganymede/quality/feature_protocol.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/random.h"
#include "ganymede/data/loader.h"
#include "ganymede/quality/images.h"
#include "ganymede/quality/linear_svm.h"

namespace ganymede::quality {
namespace {

using Indices = std::vector<std::uint32_t>;

/// Images of a set with their labels, as rows of features.
struct Labelled {
  Tensor features;
  std::vector<int> labels;
};

Labelled take(const data::Dataset& dataset, const Indices& indices, const Embedding& embedding,
              const std::function<void(std::size_t)>& report) {
  constexpr std::size_t kStretch = 256;
  Labelled out;
  std::vector<Tensor> parts;
  for (std::size_t begin = 0; begin < indices.size(); begin += kStretch) {
    std::vector<Tensor> images;
    for (std::size_t i = begin; i < std::min(indices.size(), begin + kStretch); ++i) {
      out.labels.push_back(dataset.label(indices[i]));
      images.push_back(read_images(dataset, indices[i], 1));
    }
    parts.push_back(embedding(at::cat(images)));
    if (report) report(images.size());
  }
  out.features = at::cat(parts);
  return out;
}

/// `labels` of the candidates, equally many of each class.
Indices balanced(const data::Dataset& dataset, const Indices& candidates, std::size_t labels) {
  const std::size_t classes = dataset.info().classes.size(), each = labels / classes;
  std::map<int, std::size_t> taken;
  Indices out;
  for (const auto index : candidates) {
    if (taken[dataset.label(index)]++ < each) out.push_back(index);
  }
  if (each == 0 || out.size() != each * classes) {
    throw Error(fmt::format("there are not {} of each of {}", counted(each, "labelled image"),
                            counted(classes, "class", "classes")),
                dataset.info().where(), "ask for fewer --labels, a multiple of the classes");
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct Chosen {
  LinearSvm svm;
  double cost, validation;
};

/// The classifier of the cost that validates best. Costs go from small to large, each begun at the one before, until
/// one does worse than the best by a standard error: from there on it only learns its images by heart, and the largest
/// costs take longest by far.
Chosen choose(const Labelled& rows, const Labelled& validation, double scale) {
  const SvmExamples examples(rows.features, rows.labels, scale);
  std::vector<LinearSvm> path;
  path.reserve(std::size(kCosts));
  std::size_t best = 0;
  double highest = -1;
  for (const double cost : kCosts) {
    path.emplace_back(examples, cost, path.empty() ? nullptr : &path.back());
    const double reached = path.back().accuracy(validation.features, validation.labels);
    if (reached > highest) highest = reached, best = path.size() - 1;
    if (reached < highest - std::sqrt(highest * (1 - highest) / static_cast<double>(validation.labels.size()))) break;
  }
  return {path[best], kCosts[best], highest};
}

Indices all_of_set(const data::Dataset& dataset) {
  Indices out(dataset.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint32_t>(i);
  return out;
}

void expect_labels(const data::Dataset& dataset) {
  if (dataset.size() == 0 || dataset.info().classes.size() < 2) {
    throw Error("the images have no labels to learn", dataset.info().where(), "use labelled data of several classes");
  }
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    if (dataset.label(i) < 0)
      throw Error(fmt::format("image {} has no label", i), dataset.info().where(), "use labelled data");
  }
}

}  // namespace

FeatureResult evaluate_features(const data::Dataset& training, const data::Dataset& test, const Embedding& embedding,
                                const FeatureProtocol& protocol, const std::function<void(std::size_t)>& report) {
  expect_labels(training);
  expect_labels(test);
  std::size_t done = 0;
  const auto more = [&](std::size_t images) {
    done += images;
    if (report) report(done);
  };
  const Indices shuffled = data::epoch_order(training.size(), stream_seed(protocol.seed, "features validation"), 0);
  const std::size_t held = std::min(kValidationImages, training.size() / 5);
  const Indices validation(shuffled.begin(), shuffled.begin() + static_cast<std::ptrdiff_t>(held));
  const Indices rest(shuffled.begin() + static_cast<std::ptrdiff_t>(held), shuffled.end());

  FeatureResult out;
  const Labelled tested = take(test, all_of_set(test), embedding, more),
                 validated = take(training, validation, embedding, more);
  out.test_images = tested.labels.size();
  out.validation_images = held;
  out.width = tested.features.size(1);
  const double scale = 1 / std::max(1e-12, validated.features.norm(2, {1}).mean().item<double>());

  std::vector<double> accuracies;
  for (int repeat = 0; repeat < protocol.repeats; ++repeat) {
    Indices chosen = rest;
    if (protocol.labels > 0) {
      const auto seed = stream_seed(protocol.seed, "features labels", static_cast<std::uint64_t>(repeat));
      Indices order;
      for (const auto place : data::epoch_order(rest.size(), seed, 0)) order.push_back(rest[place]);
      chosen = balanced(training, order, protocol.labels);
    }
    const Labelled learnt = take(training, chosen, embedding, more);
    const Chosen learned = choose(learnt, validated, scale);
    out.validation += learned.validation / protocol.repeats;
    out.costs.push_back(learned.cost);
    out.labels = learnt.labels.size();
    if (protocol.labels > 0) {
      accuracies.push_back(learned.svm.accuracy(tested.features, tested.labels));
      continue;
    }
    std::vector<int> labels = learnt.labels;
    labels.insert(labels.end(), validated.labels.begin(), validated.labels.end());
    out.labels = labels.size();
    const SvmExamples everything(at::cat({learnt.features, validated.features}), labels, scale);
    accuracies.push_back(LinearSvm(everything, learned.cost, &learned.svm).accuracy(tested.features, tested.labels));
  }
  out.accuracy = mean_and_deviation(accuracies);
  return out;
}

}  // namespace ganymede::quality
