#include "ganymede/operations/comparison.h"

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "ganymede/core/progress.h"
#include "ganymede/data/decorators.h"
#include "ganymede/image/chart.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/quality/memorisation.h"
#include "ganymede/quality/principal_components.h"

namespace ganymede::operations {
namespace {

using nlohmann::json;

constexpr std::int64_t kScattered = 2000;  // of each set: more would be a blot
constexpr std::size_t kCompared = 1000;    // images that are looked up among the training images
constexpr std::size_t kShown = 8;
constexpr std::int64_t kNearest = 5;

image::Series scattered(const std::string& name, const Tensor& features, const quality::Moments& moments) {
  image::Series series{.name = name, .x = {}, .y = {}, .scattered = true};
  const Tensor places = quality::projected(features.slice(0, 0, kScattered), moments);
  for (std::int64_t i = 0; i < places.size(0); ++i) {
    series.x.push_back(places[i][0].item<double>());
    series.y.push_back(places[i][1].item<double>());
  }
  return series;
}

/// At most kCompared of a set, spread evenly.
std::shared_ptr<const data::Dataset> some_of(const data::Dataset& all) {
  data::Selection selection;
  const std::size_t count = std::min(kCompared, all.size());
  for (std::size_t i = 0; i < count; ++i) {
    selection.indices.push_back(static_cast<std::uint32_t>(i * all.size() / count));
    selection.labels.push_back(all.label(selection.indices.back()));
  }
  selection.classes = all.info().classes;
  return data::subset(std::shared_ptr<const data::Dataset>(&all, [](const data::Dataset*) {}), std::move(selection));
}

/// One kind of nearness: its name, and what it found.
struct Space {
  std::string name;
  quality::Closeness found;
};

/// The images that come nearest to a training image, each with its nearest images in every space.
image::Image sheet(const data::Dataset& generated, const data::Dataset& training, const std::vector<Space>& spaces) {
  const Tensor nearest = spaces.front().found.nearest.squared.select(1, 0).contiguous();
  std::vector<std::int64_t> order(static_cast<std::size_t>(nearest.size(0)));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const double* distance = nearest.data_ptr<double>();
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return distance[a] < distance[b]; });
  std::vector<image::LabelledRow> rows;
  for (std::size_t i = 0; i < std::min(kShown, order.size()); ++i) {
    for (const auto& space : spaces) {
      image::LabelledRow row{fmt::format("generated | nearest by {}", space.name),
                             {data::image_at(generated, static_cast<std::size_t>(order[i]))}};
      const auto found = space.found.nearest.indices[order[i]];
      for (std::int64_t k = 0; k < found.size(0); ++k)
        row.images.push_back(data::image_at(training, static_cast<std::size_t>(found[k].item<std::int64_t>())));
      rows.push_back(std::move(row));
    }
  }
  return image::labelled_grid(rows, "The generated images nearest to training images");
}

}  // namespace

void plot_scatter(const quality::Evaluator& evaluator, const std::string& file) {
  const auto &real = evaluator.real_features(), &fake = evaluator.fake_features();
  if (!real.features.defined() || !fake.features.defined()) {
    throw UsageError("there are no features to plot", file,
                     "add --features FILE and a metric of features to --metrics");
  }
  image::Chart chart;
  chart.panels.push_back(
      {"Features",
       "first principal component",
       "second",
       {scattered("real", real.features, real.moments), scattered("generated", fake.features, real.moments)}});
  if (std::filesystem::path(file).extension() == ".svg") {
    write_file(file, image::chart_svg(chart));
  } else {
    write_file(file, image::chart_png(chart));
  }
}

CopiesFound look_for_copies(const quality::ImageSet& training, const quality::ImageSet& generated,
                            const data::Dataset* held_out, const quality::FeatureExtractor* extractor,
                            const std::string& file) {
  if (!training.images || !generated.images)
    throw UsageError("copies are looked for among images, not features", file, "name images");
  const auto& trained = *training.images;
  const auto few = some_of(*generated.images);
  const auto unseen = held_out != nullptr ? some_of(*held_out) : nullptr;
  std::vector<std::pair<std::string, quality::Embedding>> embeddings{{"pixels", quality::pixel_embedding()}};
  if (extractor != nullptr) embeddings.emplace_back("features", quality::feature_embedding(*extractor));

  CopiesFound out;
  std::vector<Space> spaces;
  for (const auto& [name, embedding] : embeddings) {
    Progress progress("nearest by " + name, trained.size(), "image");
    const auto report = [&](std::size_t done) { progress.update(done); };
    spaces.push_back(
        {name,
         quality::closeness(*few, trained, std::min<std::int64_t>(kNearest, static_cast<std::int64_t>(trained.size())),
                            embedding, report)});
    json& metrics = out.metrics[name];
    metrics = {{"authenticity", spaces.back().found.authenticity},
               {"median_distance", spaces.back().found.median_distance}};
    if (unseen == nullptr) continue;
    const auto expected = quality::closeness(*unseen, trained, 1, embedding, report);
    metrics["held_out"] = {{"authenticity", expected.authenticity}, {"median_distance", expected.median_distance}};
  }
  write_file(file, image::encode_png(sheet(*few, trained, spaces)));
  out.protocol = {{"generated", few->size()},
                  {"training", trained.size()},
                  {"figure", file},
                  {"held_out", unseen != nullptr ? json(unseen->size()) : json()}};
  return out;
}

}  // namespace ganymede::operations
