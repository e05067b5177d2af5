#include "ganymede/core/counted.h"
#include "ganymede/core/log.h"
#include "ganymede/core/random.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"
#include "ganymede/train/loss_chart.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

class SampleObserver : public Observer {
 public:
  SampleObserver(const RunFolder& folder, std::shared_ptr<EventWriter> events)
      : folder_(folder), events_(std::move(events)) {}

  void on_start(const Trainer& trainer) override {
    const auto& recipe = trainer.recipe();
    trigger_.emplace(recipe.sample.every, trainer.dataset().size());
    const auto classes = trainer.gan().classes();
    labels_ = models::labels_in_turn(classes, trainer.examples(), 0, recipe.sample.count);
    columns_ = static_cast<int>(models::grid_columns(trainer.conditions().empty() ? classes : 0, recipe.sample.count));
    const auto& names = trainer.dataset().info().classes;
    if (static_cast<std::int64_t>(names.size()) == classes && columns_ == classes && trainer.source() == nullptr)
      names_ = names;
    inputs_ = starting_points(trainer);
    real_ = sheet(names_.empty() ? some_of(trainer.dataset(), recipe) : of_classes_in_turn(trainer.dataset(), recipe));
    save("real.png", real_);
    say_what_is_shown(trainer.dataset().info());
    if (trainer.training_state().step == 0) write_sample(trainer);
  }

  void after_step(const Trainer& trainer, const TrainingState& before, const StepResult&) override {
    const auto& now = trainer.training_state();
    if (trigger_->fires(before, now)) {
      write_sample(trainer);
      write_chart(trainer);
    }
    const auto epoch_images = trainer.dataset().size();
    if (before.images < epoch_images && now.images >= epoch_images) save(kFirstEpoch, generated_sheet(trainer));
  }

  void on_finish(const Trainer& trainer) override {
    const image::Image last = generated_sheet(trainer);
    image::Image first;
    if (fs::exists(folder_.file(kFirstEpoch))) {
      first = image::decode(read_file(folder_.file(kFirstEpoch)), folder_.file(kFirstEpoch).string());
    }
    save(folder_.sample(trainer.training_state().step), last);
    write_chart(trainer);
    const auto now = trainer.training_state().step;
    figure("real_and_generated.png", {{"real", real_}, {fmt::format("generated, step {}", grouped(now)), last}});
    if (first.width == 0) return;
    const auto each = trainer.images_per_step();
    const auto then = (trainer.dataset().size() + each - 1) / each;
    figure("first_epoch_and_last.png",
           {{fmt::format("after the first epoch, step {}", grouped(then)), first},
            {fmt::format("after {:.1f} epochs, step {}", trainer.epoch(), grouped(now)), last}});
  }

 private:
  static constexpr const char* kFirstEpoch = "first_epoch.png";

  /// What every grid is generated from: noise, or the codes of some source images, which then stand above their
  /// translations.
  Tensor starting_points(const Trainer& trainer) {
    const auto& recipe = trainer.recipe();
    if (trainer.source() == nullptr)
      return models::sample_numbered_latents(recipe.latent, recipe.sample.count, recipe.train.seed);
    sources_ = some_of(*trainer.source(), recipe);
    return models::encode(*trainer.gan().encoder, models::from_images(sources_));
  }

  static void say_what_is_shown(const data::DatasetInfo& info) {
    if (info.bits == 8 && (info.channels == 1 || info.channels == 3)) return;
    spdlog::info("images have {} of {} bits; sheets show {} at 8 bits, and `ganymede sample -o FOLDER` writes all",
                 counted(info.channels, "channel"), info.bits,
                 info.channels > 3    ? "the first three"
                 : info.channels == 2 ? "the first"
                                      : "them");
  }

  /// Where the columns are classes, under their names.
  image::Image sheet(const std::vector<image::Image>& images) const {
    image::Image grid = image::grid(images, columns_);
    if (names_.empty() || !image::can_draw_charts()) return grid;
    return image::under_names(grid, names_, images.front().width);
  }

  image::Image generated_sheet(const Trainer& trainer) const {
    const auto generated =
        models::to_images(models::generate(trainer.sampling_generator(), inputs_, labels_), trainer.recipe().data.bits);
    return sources_.empty() ? sheet(generated) : image::pair_grid(sources_, generated, columns_);
  }

  static std::vector<image::Image> some_of(const data::Dataset& dataset, const config::Recipe& recipe) {
    const auto order = data::epoch_order(dataset.size(), stream_seed(recipe.train.seed, "real"), 0);
    std::vector<image::Image> images;
    for (int i = 0; i < recipe.sample.count; ++i) {
      images.push_back(data::image_at(dataset, order[static_cast<size_t>(i) % order.size()]));
    }
    return images;
  }

  /// Image i is of class i modulo their number, as in the generated sheets.
  static std::vector<image::Image> of_classes_in_turn(const data::Dataset& dataset, const config::Recipe& recipe) {
    const auto order = data::epoch_order(dataset.size(), stream_seed(recipe.train.seed, "real"), 0);
    const auto classes = dataset.info().classes.size();
    std::vector<std::vector<std::size_t>> of_class(classes);
    for (const auto index : order) {
      const int label = dataset.label(index);
      if (label >= 0) of_class[static_cast<std::size_t>(label)].push_back(index);
    }
    std::vector<image::Image> images;
    for (std::size_t i = 0; i < static_cast<std::size_t>(recipe.sample.count); ++i) {
      const auto& here = of_class[i % classes];
      images.push_back(
          data::image_at(dataset, here.empty() ? order[i % order.size()] : here[i / classes % here.size()]));
    }
    return images;
  }

  void write_sample(const Trainer& trainer) const {
    const auto step = trainer.training_state().step;
    const image::Image generated = generated_sheet(trainer);
    const Bytes png = image::encode_png(generated);
    write_file(folder_.sample(step), png);
    events_->image("samples", step, wall_time_now(), png, generated.width, generated.height, generated.channels);
    events_->flush();
  }

  void write_chart(const Trainer& trainer) const {
    if (!fs::exists(folder_.file(kMetricsFile))) return;
    const auto metrics = read_metrics(folder_.file(kMetricsFile));
    if (metrics.rows() < 2 || !image::can_draw_charts()) return;
    const auto chart =
        loss_chart({{trainer.recipe().name, metrics}}, {.title = trainer.recipe().name, .smooth = 0.9, .columns = {}});
    write_file(folder_.file("losses.svg"), image::chart_svg(chart));
    write_file(folder_.file("losses.png"), image::chart_png(chart));
  }

  void figure(const std::string& name, const std::vector<std::pair<std::string, image::Image>>& panels) const {
    if (image::can_draw_charts()) save(name, image::side_by_side(panels));
  }

  void save(const fs::path& name, const image::Image& image) const {
    write_file(name.is_absolute() || name.has_parent_path() ? name : folder_.file(name.string()),
               image::encode_png(image));
  }

  const RunFolder& folder_;
  std::shared_ptr<EventWriter> events_;
  std::optional<Trigger> trigger_;
  Tensor inputs_, labels_;             ///< of the grid, always the same
  std::vector<image::Image> sources_;  ///< what is translated, where the recipe does that
  std::vector<std::string> names_;     ///< of the grid's columns, where they are classes
  int columns_ = 1;
  image::Image real_;
};

}  // namespace

std::unique_ptr<Observer> sample_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events) {
  return std::make_unique<SampleObserver>(folder, std::move(events));
}

}  // namespace ganymede::train
