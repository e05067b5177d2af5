// Keras's layers as lines of a recipe.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/exchange/keras_network.h"

namespace ganymede::exchange {
namespace {

using nlohmann::json;
using nn::Shape;

/// The square image in grey or colour whose pixels so many numbers are; no dimensions where they are none's.
Shape square_image(std::int64_t numbers) {
  for (const std::int64_t channels : {1, 3}) {
    const auto side = std::llround(std::sqrt(static_cast<double>(numbers) / static_cast<double>(channels)));
    if (side > 1 && channels * side * side == numbers) return {channels, side, side};
  }
  return {};
}

/// A slope or an epsilon as written: Keras keeps 0.2 as the nearest f32 at times.
std::string number(double value) {
  return fmt::format("{:.7g}", value);
}

constexpr const char* kTakenForPixels = "the file's are flat: taken for an image's height, width, channels";

class Lines {
 public:
  Lines(const KerasModel& model, bool generator) : model_(model), generator_(generator) {
    const auto& input = model.input;
    if (input.size() == 1) become({input[0]});
    if (input.size() == 3) become({input[2], input[0], input[1]});
    if (now_.dims().empty()) {
      throw Error("the file does not say what the model's input is", printable(model.where),
                  "save it with an Input layer, or once it has run");
    }
  }

  ProposedNetwork take() {
    begin();
    add_all(model_.layers);
    end();
    return std::move(out_);
  }

 private:
  const KerasLayer& layer() const { return *layer_; }

  void add_all(const std::vector<KerasLayer>& layers) {
    for (const auto& one : layers) {
      layer_ = &one;
      add(one);
    }
  }

  /// Sizes are from the file: what no network can have goes no further.
  static double elements(const std::vector<std::int64_t>& dims) {
    double out = 1;
    for (const auto dim : dims) out *= static_cast<double>(dim);
    return out;
  }
  void become(const Shape& shape) {
    const bool positive = std::all_of(shape.dims().begin(), shape.dims().end(), [](auto dim) { return dim > 0; });
    if (!positive || elements(shape.dims()) > static_cast<double>(nn::kMaxElements)) {
      throw Error("its images are of no size that a network has", printable(model_.where), "save it anew");
    }
    now_ = shape;
  }

  [[noreturn]] void refuse(const std::string& problem) const {
    throw Error(problem, printable(model_.where + ", layer '" + layer().name + "'"),
                "import chains of the layers that docs/exchange.md lists");
  }

  void line(const std::string& text, const std::string& comment = {}) {
    out_.lines.push_back(text + "," + (comment.empty() ? "" : "  # " + comment));
  }

  /// A generator's noise is flat here; what a discriminator sees is an image.
  void begin() {
    if (const Shape image = square_image(now_.elements()); !generator_ && now_.is_flat() && image.is_image()) {
      out_.input = image;
      out_.flat_images = true;
      return line("\"flatten\"", kTakenForPixels);
    }
    out_.input = now_;
    out_.flat_images = !generator_ && now_.is_flat();
    if (!generator_ || now_.is_flat()) return;
    out_.input = Shape{now_.elements()};
    line(fmt::format("{{ reshape = [{}, {}, {}] }}", now_.channels(), now_.height(), now_.width()));
  }

  /// And the other way round.
  void end() {
    if (!generator_ && now_.is_image()) line("\"flatten\"");
    out_.flat_images = out_.flat_images || (generator_ && now_.is_flat());
    if (const Shape image = square_image(now_.elements()); generator_ && now_.is_flat() && image.is_image()) {
      become(image);
      line(fmt::format("{{ reshape = [{}, {}, {}] }}", image.channels(), image.height(), image.width()),
           kTakenForPixels);
    }
    out_.output = now_;
  }

  template <class T>
  T option(const char* key, T fallback) const {
    const auto found = layer().config.find(key);
    if (found == layer().config.end() || found->is_null()) return fallback;
    return found->get<T>();
  }

  /// An option that is one number for both sides.
  std::int64_t square(const char* key, std::int64_t fallback) const {
    const auto found = layer().config.find(key);
    if (found == layer().config.end() || found->is_null()) return fallback;
    if (found->is_number_integer()) return found->get<std::int64_t>();
    const auto sides = found->get<std::vector<std::int64_t>>();
    if (sides.size() != 2 || sides[0] != sides[1]) refuse(fmt::format("its {} differs between height and width", key));
    return sides[0];
  }

  void expect(bool good, const std::string& problem) const {
    if (!good) refuse(problem);
  }

  void add(const KerasLayer& one) {
    const std::string& kind = one.kind;
    if (kind == kResidual) return add_residual(one);
    if (kind == "Dense") return add_dense();
    if (kind == "Conv2D") return add_conv();
    if (kind == "Conv2DTranspose") return add_conv_transpose();
    if (kind == "BatchNormalization") return add_batch_norm();
    if (kind == "GroupNormalization") return add_instance_norm();
    if (kind == "Identity") return;
    if (kind == "Reshape") return add_reshape();
    if (kind == "Flatten") return flatten();
    if (kind == "UpSampling2D") return add_upsampling();
    if (kind == "AveragePooling2D") return add_pooling();
    if (kind == "GlobalAveragePooling2D") {
      expect(now_.is_image(), "it pools what is no image");
      become({now_.channels()});
      return line("{ global_pool = \"mean\" }");
    }
    if (kind == "Dropout") return line(fmt::format("{{ dropout = {} }}", number(option("rate", 0.5))));
    if (kind == "Activation") return activation(one.config.at("activation"));
    if (kind == "LeakyReLU" || kind == "ReLU") return rectifier(kind, one.config);
    refuse("no layer of a recipe is a '" + printable(kind) + "'");
  }

  void rectifier(const std::string& kind, const json& config) {
    const auto at = [&](const char* key, double fallback) {
      const auto found = config.find(key);
      return found == config.end() || found->is_null() ? fallback : found->get<double>();
    };
    constexpr double kOfLayer = 0.3;
    const double slope = kind == "LeakyReLU" ? at("negative_slope", at("alpha", kOfLayer)) : at("negative_slope", 0);
    expect(at("threshold", 0) == 0 && std::isnan(at("max_value", NAN)),
           "its rectifier has a threshold or a largest value");
    line(slope == 0 ? "\"relu\"" : fmt::format("{{ leaky_relu = {} }}", number(slope)));
  }

  /// A name, or a layer that stands in its place.
  void activation(const json& value) {
    if (value.is_null()) return;
    if (value.is_object()) {
      const std::string kind = value.value("class_name", "");
      if (kind == "LeakyReLU" || kind == "ReLU") return rectifier(kind, value.at("config"));
      refuse("no layer of a recipe is a '" + printable(kind) + "'");
    }
    const auto name = value.get<std::string>();
    constexpr const char* kOfFunction = "{ leaky_relu = 0.2 }";
    if (name == "linear") return;
    if (name == "relu") return line("\"relu\"");
    if (name == "leaky_relu") return line(kOfFunction);
    if (name == "tanh") return line("\"tanh\"");
    if (name == "sigmoid") return add_sigmoid();
    refuse("no layer of a recipe is the activation '" + printable(name) + "'");
  }

  void add_sigmoid() {
    const bool last = layer_ == &model_.layers.back();
    if (!last || generator_) {
      return line("\"sigmoid\"", last ? "its images are from 0 to 1; this program's from -1 to 1" : "");
    }
    out_.lines.emplace_back("# The sigmoid at the file's end is the objective's here.");
  }

  /// A residual block: each of its paths as a list of layers.
  void add_residual(const KerasLayer& one) {
    const Shape from = now_;
    std::vector<std::string> around;
    std::swap(around, out_.lines);
    const auto path = [&](const std::vector<KerasLayer>& layers) {
      now_ = from;
      out_.lines.clear();
      add_all(layers);
      return fmt::format("[\n    {}\n  ]", fmt::join(out_.lines, "\n    "));
    };
    const std::string shortcut = path(one.shortcut);
    const Shape to = now_;
    const std::string branch = path(one.branch);
    out_.lines = std::move(around);
    layer_ = &one;
    expect(now_ == to, "it adds what has different shapes");
    line(fmt::format("{{ residual = {}{} }}", branch, one.shortcut.empty() ? "" : ", shortcut = " + shortcut));
  }

  /// Options that all layers with a kernel have.
  std::string bias() const {
    return std::string(option("use_bias", true) ? "" : ", bias = false") +
           (layer().spectral ? ", spectral_norm = true" : "");
  }
  void own_activation() {
    const auto found = layer().config.find("activation");
    if (found != layer().config.end()) activation(*found);
  }

  void add_dense() {
    expect(now_.is_flat(), "it works on an image's last axis; a recipe's dense takes flat features");
    become({option<std::int64_t>("units", 0)});
    line(fmt::format("{{ dense = {}{} }}", now_.elements(), bias()));
    own_activation();
  }

  void expect_image_layer() const {
    expect(now_.is_image(), "it works on what is no image");
    expect(option<std::string>("data_format", "channels_last") != "channels_first", "its channels come first");
    expect(square("dilation_rate", 1) == 1, "it is dilated");
  }

  std::string padding() const {
    const auto name = option<std::string>("padding", "valid");
    expect(name == "same" || name == "valid", "its padding is '" + printable(name) + "'");
    return name;
  }

  void add_conv() {
    expect_image_layer();
    const auto kernel = square("kernel_size", 3), stride = square("strides", 1),
               groups = option<std::int64_t>("groups", 1);
    const auto filters = option<std::int64_t>("filters", 0);
    const bool same = padding() == "same";
    expect(kernel > 0 && stride > 0 && (same || now_.height() >= kernel), "its kernel does not fit its image");
    line(fmt::format("{{ conv = {}, kernel = {}, stride = {}, padding = {}{}{} }}", filters, kernel, stride,
                     same ? "\"same\"" : "0", groups == 1 ? "" : fmt::format(", groups = {}", groups), bias()));
    const auto side = [&](std::int64_t from) {
      return same ? (from + stride - 1) / stride : (from - kernel) / stride + 1;
    };
    become({filters, side(now_.height()), side(now_.width())});
    own_activation();
  }

  void add_conv_transpose() {
    expect_image_layer();
    const auto kernel = square("kernel_size", 3), stride = square("strides", 1);
    const auto filters = option<std::int64_t>("filters", 0);
    expect(kernel > 0 && stride > 0, "its kernel is damaged");
    expect(option<json>("output_padding", nullptr).is_null(), "its output_padding is not the usual one");
    const bool same = padding() == "same";
    // What lies behind the last kernel is bias alone.
    const auto behind = std::max<std::int64_t>(stride - kernel, 0);
    std::string words = same && behind == 0 ? "\"same\"" : "0";
    if (behind > 0) words += fmt::format(", output_padding = {}", behind);
    line(fmt::format("{{ conv_transpose = {}, kernel = {}, stride = {}, padding = {}{} }}", filters, kernel, stride,
                     words, bias()));
    const auto side = [&](std::int64_t from) { return same ? from * stride : (from - 1) * stride + kernel + behind; };
    become({filters, side(now_.height()), side(now_.width())});
    own_activation();
  }

  void expect_last_axis() const {
    const auto axis = layer().config.find("axis");
    if (axis != layer().config.end() && !axis->is_null()) {
      const auto last = static_cast<std::int64_t>(now_.dims().size());
      const json value = axis->is_array() && axis->size() == 1 ? (*axis)[0] : *axis;
      expect(value.is_number_integer() && (value == -1 || value == last), "it does not normalise the last axis");
    }
  }

  /// Groups of one channel: each channel of an image by itself.
  void add_instance_norm() {
    expect_last_axis();
    expect(now_.is_image(), "it works on what is no image");
    constexpr std::int64_t kGroups = 32;
    const auto groups = option("groups", kGroups);
    expect(groups == -1 || groups == now_.channels(), "its groups are of more than one channel");
    const bool affine = option("scale", true) || option("center", true);
    constexpr double kEpsilon = 1e-3;
    line(fmt::format("{{ instance_norm = true, epsilon = {}{} }}", number(option("epsilon", kEpsilon)),
                     affine ? "" : ", affine = false"));
  }

  void add_batch_norm() {
    expect_last_axis();
    constexpr double kMomentum = 0.99, kEpsilon = 1e-3;
    line(fmt::format("{{ batch_norm = true, keras_momentum = {}, epsilon = {} }}",
                     number(option("momentum", kMomentum)), number(option("epsilon", kEpsilon))));
  }

  void add_reshape() {
    auto shape = option<std::vector<std::int64_t>>("target_shape", {});
    expect(std::abs(elements(shape)) <= static_cast<double>(nn::kMaxElements), "its shape is too large");
    std::int64_t known = 1;
    for (const auto side : shape) known *= side > 0 ? side : 1;
    for (auto& side : shape) {
      if (side == -1) side = now_.elements() / std::max<std::int64_t>(known, 1);
    }
    if (shape.size() == 1) return flatten();
    expect(shape.size() == 3, "it makes neither an image nor flat features");
    const Shape to{shape[2], shape[0], shape[1]};
    expect(to.elements() == now_.elements(), "its shape does not fit its input");
    if (to == now_) return;
    expect(now_.is_flat(), "it makes an image of another one");
    become(to);
    line(fmt::format("{{ reshape = [{}, {}, {}] }}", to.channels(), to.height(), to.width()));
  }

  void flatten() {
    if (now_.is_flat()) return;
    become({now_.elements()});
    line("\"flatten\"");
  }

  void add_upsampling() {
    expect_image_layer();
    const auto factor = square("size", 2);
    const auto mode = option<std::string>("interpolation", "nearest");
    expect(mode == "nearest" || mode == "bilinear", "its interpolation is '" + printable(mode) + "'");
    line(fmt::format("{{ upsample = {}, mode = \"{}\" }}", factor, mode));
    become({now_.channels(), now_.height() * factor, now_.width() * factor});
  }

  void add_pooling() {
    expect_image_layer();
    const auto factor = square("pool_size", 2);
    expect(square("strides", factor) == factor, "its windows overlap");
    expect(factor > 0 && now_.height() % factor == 0 && now_.width() % factor == 0, "its windows do not fit its image");
    line(fmt::format("{{ avg_pool = {} }}", factor));
    become({now_.channels(), now_.height() / factor, now_.width() / factor});
  }

  const KerasModel& model_;
  bool generator_;
  Shape now_;
  const KerasLayer* layer_ = nullptr;
  ProposedNetwork out_;
};

}  // namespace

ProposedNetwork propose_network(const KerasModel& model, bool generator) {
  if (!model.described) {
    throw Error("the file has weights but does not say what the layers are", printable(model.where),
                "import the .keras file, or name the recipe");
  }
  try {
    return Lines(model, generator).take();
  } catch (const json::exception&) {
    throw Error("what the file says of its layers is damaged", printable(model.where), "save it anew");
  }
}

}  // namespace ganymede::exchange
