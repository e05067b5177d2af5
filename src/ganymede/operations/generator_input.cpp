#include "ganymede/operations/generator_input.h"

#include <algorithm>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/parallel.h"
#include "ganymede/data/conditions.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/images.h"

namespace ganymede::operations {
namespace {

/// Rows of a cancellable stretch: a few batches for each thread, so that a wish to stop is soon heard.
std::size_t stretch() {
  constexpr int batches = 2;
  return static_cast<std::size_t>(std::max(4, batches * at::get_num_threads()) * models::kGenerationBatch);
}

std::string entry(const std::string& field, std::size_t index) {
  return fmt::format("{}[{}]", field, index);
}

/// A value that no image of the training data can have had is a slip: the networks know nothing of it.
void check_range(const data::Condition& condition, double value, const std::string& field) {
  const double low = condition.is_scaled() ? condition.low : -1, high = condition.high;
  if (value >= low && value <= high) return;
  throw FieldError(field, fmt::format("{}={:.6g} is out of range", condition.name, value),
                   fmt::format("the training data have {:.6g} to {:.6g}", condition.is_scaled() ? low : 0, high));
}

/// "smiling=1,age=45" into a row of scaled conditions; what is not named stays. Throws FieldError.
void assign(const std::vector<data::Condition>& conditions, const std::string& text, const std::string& field,
            float* row) {
  std::vector<std::string> names;
  for (const auto& one : conditions) names.push_back(one.name);
  std::set<std::string> given;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size()), equals = text.find('=', begin);
    const std::string name = text.substr(begin, std::min(equals, end) - begin);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw FieldError(field, fmt::format("unknown condition '{}'", name), suggest(name, names));
    }
    if (!given.insert(name).second) throw FieldError(field, fmt::format("'{}' is given twice", name), "name it once");
    const auto value = equals < end ? data::condition_value(text.substr(equals + 1, end - equals - 1)) : std::nullopt;
    if (!value) throw FieldError(field, fmt::format("'{}' gets no number", name), fmt::format("write {}=1", name));
    const auto column = static_cast<std::size_t>(found - names.begin());
    check_range(conditions[column], *value, field);
    row[column] = static_cast<float>(conditions[column].scaled(*value));
    begin = end + 1;
  }
}

/// A row of scaled conditions in the data's own numbers.
std::string conditions_text(const std::vector<data::Condition>& conditions, const Tensor& row) {
  std::string text;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const double value = conditions[i].value(row[static_cast<std::int64_t>(i)].item<double>());
    text += fmt::format("{}{}={:.6g}", text.empty() ? "" : ",", conditions[i].name, value);
  }
  return text;
}

}  // namespace

PointReader::PointReader(const Model& model, const GenerationOptions& options, std::uint64_t seed)
    : model_(model), options_(options), seed_(seed), examples_(model.examples()) {
  model.require_generating();
}

Tensor PointReader::latents(std::span<const Point> points, const std::string& field) const {
  const auto& latent = model_.recipe().latent;
  std::vector<Tensor> rows(points.size());
  const auto make = [&](std::size_t i) {
    const auto& point = points[i];
    const Tensor z = point.z.empty() ? models::sample_numbered_latent(latent, point.index, point.seed.value_or(seed_))
                                     : torch::tensor(point.z).unsqueeze(0);
    rows[i] = truncated(z, point.truncation);
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].z.empty() && points[i].z.size() != static_cast<std::size_t>(latent.size)) {
      throw FieldError(entry(field, i) + ".z", "every vector must have " + counted(latent.size, "number"));
    }
  }
  constexpr std::int64_t worth_a_thread = 1024;
  parallel_for(0, static_cast<std::int64_t>(rows.size()), worth_a_thread, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) make(static_cast<std::size_t>(i));
  });
  return at::cat(rows);
}

Tensor PointReader::labels(std::span<const Point> points, const std::string& field,
                           const std::function<std::int64_t(std::size_t)>& otherwise) const {
  if (examples_.defined()) {
    std::vector<Tensor> rows;
    for (std::size_t i = 0; i < points.size(); ++i) {
      rows.push_back(examples_[otherwise(i) % examples_.size(0)].clone());
      const auto& own = points[i].label;
      const std::string& text = own.empty() ? options_.label : own;
      assign(model_.conditions(), text, own.empty() ? "class" : entry(field, i) + ".class",
             rows.back().data_ptr<float>());
    }
    return at::stack(rows);
  }
  const bool asked = !options_.label.empty();
  const std::int64_t all = asked ? class_of(options_.label, "class") : 0;
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& own = points[i].label;
    out.push_back(!own.empty() ? class_of(own, entry(field, i) + ".class") : asked ? all : otherwise(i));
  }
  return classes() > 0 ? torch::tensor(out, at::kLong) : Tensor();
}

std::int64_t PointReader::class_of(const std::string& name, const std::string& field) const {
  if (examples_.defined()) {
    const Tensor row = examples_[0].clone();
    assign(model_.conditions(), name, field, row.data_ptr<float>());
    examples_ = at::cat({examples_, row.unsqueeze(0)});
    return examples_.size(0) - 1;
  }
  const auto& known = model_.classes();
  if (known.empty()) throw FieldError(field, "the model has no classes", "leave it away");
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) throw FieldError(field, fmt::format("unknown class '{}'", name), suggest(name, known));
  return found - known.begin();
}

Tensor PointReader::truncated(const Tensor& latents, const std::optional<double>& truncation) const {
  const auto& threshold = truncation ? truncation : options_.truncation;
  return threshold ? models::truncated(model_.recipe().latent, latents, *threshold) : latents;
}

bool PointReader::before_training(const Point& point) const {
  return point.weights ? *point.weights == Weights::kUntrained : options_.before_training();
}

bool PointReader::before_training(std::span<const Point> points, const std::string& field) const {
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (before_training(points[i]) == before_training(points[0])) continue;
    throw FieldError(entry(field, i) + ".network", "must be that of the other points");
  }
  return points.empty() ? options_.before_training() : before_training(points[0]);
}

std::int64_t PointReader::one_class(std::span<const Point> points, const std::string& field) const {
  if (!options_.label.empty()) return class_of(options_.label, "class");
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].label.empty()) return class_of(points[i].label, entry(field, i) + ".class");
  }
  return 0;
}

Tensor PointReader::one_label(std::int64_t label, std::int64_t count) const {
  if (examples_.defined()) return examples_[label].expand({count, -1}).contiguous();
  return classes() > 0 ? at::full({count}, label, at::kLong) : Tensor();
}

GeneratorInput GeneratorInput::slice(std::int64_t begin, std::int64_t end) const {
  return {.latents = latents.slice(0, begin, end),
          .labels = labels.defined() ? labels.slice(0, begin, end) : labels,
          .untrained = {untrained.begin() + begin, untrained.begin() + end}};
}

Tensor run_generator(const Model& model, const GeneratorInput& input, const Control& control) {
  const std::int64_t count = input.size();
  const std::size_t at_once = stretch();
  std::vector<Tensor> parts(static_cast<std::size_t>(count));
  std::int64_t done = 0;
  for (const bool untrained : {false, true}) {
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < count; ++i) {
      if ((input.untrained[static_cast<std::size_t>(i)] != 0) == untrained) rows.push_back(i);
    }
    for (std::size_t begin = 0; begin < rows.size(); begin += at_once) {
      control.check();
      const std::size_t end = std::min(begin + at_once, rows.size());
      const Tensor chosen = torch::tensor(std::vector<std::int64_t>(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                                                    rows.begin() + static_cast<std::ptrdiff_t>(end)));
      const Tensor labels = input.labels.defined() ? input.labels.index_select(0, chosen) : Tensor();
      const Tensor images =
          models::generate(model.generator(untrained), input.latents.index_select(0, chosen), labels, model.type());
      for (std::size_t i = begin; i < end; ++i) {
        parts[static_cast<std::size_t>(rows[i])] = images[static_cast<std::int64_t>(i - begin)];
      }
      done += static_cast<std::int64_t>(end - begin);
      control.report(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(count));
    }
  }
  return at::stack(parts);
}

std::vector<GeneratedImage> generated_images(const Model& model, const GeneratorInput& input, const Tensor& images,
                                             std::int64_t first) {
  auto pixels = models::to_images(images, model.recipe().data.bits);
  std::vector<GeneratedImage> out;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    GeneratedImage one{.image = std::move(pixels[static_cast<std::size_t>(i)]),
                       .latent = row_of(input.latents, i),
                       .index = first + i};
    if (!model.conditions().empty()) {
      one.label = conditions_text(model.conditions(), input.labels[i]);
    } else if (input.labels.defined()) {
      const Tensor label = input.labels.dim() == 2 ? input.labels[i].argmax() : input.labels[i];
      one.label = model.classes()[static_cast<std::size_t>(label.item<std::int64_t>())];
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Point> first_points(std::size_t count) {
  std::vector<Point> points(count);
  for (std::size_t i = 0; i < count; ++i) points[i].index = i;
  return points;
}

std::vector<char> all_rows(std::int64_t count, bool untrained) {
  return std::vector<char>(static_cast<std::size_t>(count), untrained ? 1 : 0);
}

std::vector<float> row_of(const Tensor& latents, std::int64_t row) {
  const Tensor values = latents[row].contiguous();
  return {values.data_ptr<float>(), values.data_ptr<float>() + values.numel()};
}

}  // namespace ganymede::operations
