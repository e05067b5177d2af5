#include "ganymede/exchange/proposal.h"

#include <fmt/ranges.h>

#include <cmath>

#include "ganymede/core/text.h"
#include "ganymede/exchange/tensor_groups.h"
#include "ganymede/models/gan.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::exchange {
namespace {

using nn::Shape;

enum class Kind { kDense, kConv, kConvTranspose, kEmbedding, kBatchNorm, kInstanceNorm, kUnknown };

constexpr const char* kOpen = "  # ? the file does not say which";

/// The side of the square of so many pixels; 0 where they make none.
std::int64_t side_of(std::int64_t pixels) {
  const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
  return side * side == pixels ? side : 0;
}

const Tensor* weight_of(const TensorGroup& group) {
  const Tensor* plain = group.find("weight");
  return plain != nullptr ? plain : group.find("weight_orig");
}

bool is_norm(const TensorGroup& group) {
  const Tensor* weight = weight_of(group);
  return group.find("running_mean") != nullptr || (weight != nullptr && weight->dim() == 1);
}

/// How a square kernel moves, where a tensor says only how large it is.
struct Steps {
  std::int64_t stride = 1, padding = 0, output_padding = 0;
};

class Walk {
 public:
  Walk(const std::vector<checkpoint::NamedTensor>& tensors, bool generator, const Shape& image)
      : groups_(groups_of(tensors)), generator_(generator), now_(image) {}

  ProposedNetwork take() {
    if (!generator_ && now_.dims().empty()) now_ = guessed_image();
    out_.input = now_;
    for (at_ = 0; at_ < groups_.size(); ++at_) add(groups_[at_]);
    finish();
    out_.output = now_;
    return std::move(out_);
  }

 private:
  bool last() const { return at_ + 1 >= groups_.size(); }
  const TensorGroup* next() const { return last() ? nullptr : &groups_[at_ + 1]; }

  void line(const std::string& text) { out_.lines.push_back(text + ","); }

  /// The channels of the norm behind this layer; 0 where none is there.
  std::int64_t next_norm() const {
    if (next() == nullptr || !is_norm(*next())) return 0;
    const Tensor* mean = next()->find("running_mean");
    return mean != nullptr ? mean->numel() : weight_of(*next())->numel();
  }

  bool transposed(const TensorGroup& group, const Tensor& weight) const {
    const auto first = weight.size(0), second = weight.size(1);
    const Tensor* bias = group.find("bias");
    if (first != second) {
      if (bias != nullptr) return bias->numel() == second;
      if (const auto norm = next_norm(); norm == first || norm == second) return norm == second;
      if (now_.is_image()) return now_.channels() == first;
    }
    for (const char* word : {"deconv", "trans", "up"}) {
      if (group.name.find(word) != std::string::npos) return true;
    }
    return generator_ && weight.size(2) % 2 == 0;
  }

  Kind kind_of(const TensorGroup& group) const {
    const Tensor* weight = weight_of(group);
    if (group.find("running_mean") != nullptr) return Kind::kBatchNorm;
    if (weight == nullptr) return Kind::kUnknown;
    if (weight->dim() == 1) return Kind::kInstanceNorm;
    if (weight->dim() == 2) {
      const bool embeds = group.name.find("emb") != std::string::npos && group.find("bias") == nullptr;
      return embeds ? Kind::kEmbedding : Kind::kDense;
    }
    if (weight->dim() == 4 && weight->size(2) == weight->size(3) && weight->size(2) > 0) {
      return transposed(group, *weight) ? Kind::kConvTranspose : Kind::kConv;
    }
    return Kind::kUnknown;
  }

  /// Options that a weight's tensors tell of.
  static std::string told(const TensorGroup& group) {
    return std::string(group.find("bias") == nullptr ? ", bias = false" : "") +
           (group.find("weight_orig") != nullptr ? ", spectral_norm = true" : "");
  }

  void add(const TensorGroup& group) {
    const Tensor* weight = weight_of(group);
    switch (kind_of(group)) {
      case Kind::kBatchNorm:
        return add_norm(group, group.find("running_mean")->numel(), "\"batch_norm\"");
      case Kind::kInstanceNorm:
        return add_norm(group, weight->numel(), "\"instance_norm\"");
      case Kind::kEmbedding:
        // It lies behind the features that it is joined to.
        line(fmt::format("{{ label_embedding = {}, classes = {} }}", weight->size(1), weight->size(0)));
        if (now_.is_flat()) now_ = Shape{now_.elements() + weight->size(1)};
        return;
      case Kind::kDense:
        add_dense(group, *weight);
        break;
      case Kind::kConv:
        add_conv(group, *weight);
        break;
      case Kind::kConvTranspose:
        add_conv_transpose(group, *weight);
        break;
      case Kind::kUnknown:
        out_.lines.push_back("# no layer of a recipe has " + printable(described(group)));
        ++out_.open;
        return;
    }
    if (next_norm() == 0) activate();
  }

  void activate() {
    if (last() && !generator_) return;
    // The last layer's images are in [-1, 1], and have their shape first.
    if (last()) {
      if (now_.is_flat()) to_image(side_of(now_.elements()) > 0 ? 1 : 3);
      out_.lines.push_back(std::string("\"tanh\",") + kOpen);
    } else {
      out_.lines.push_back((generator_ ? "\"relu\"," : "{ leaky_relu = 0.2 },") + std::string(kOpen));
    }
    ++out_.open;
  }

  void add_norm(const TensorGroup&, std::int64_t channels, const std::string& text) {
    if (now_.is_flat() && now_.elements() != channels) to_image(channels);
    line(text);
    if (next_norm() == 0) activate();
  }

  /// From flat features, where they make square images of so many channels.
  void to_image(std::int64_t channels) {
    if (!now_.is_flat() || channels <= 0 || now_.elements() % channels != 0) return;
    const auto side = side_of(now_.elements() / channels);
    if (side == 0) return;
    now_ = Shape{channels, side, side};
    line(fmt::format("{{ reshape = [{}, {}, {}] }}", channels, side, side));
  }

  void add_dense(const TensorGroup& group, const Tensor& weight) {
    if (now_.dims().empty()) now_ = out_.input = Shape{weight.size(1)};
    if (now_.is_image()) line("\"flatten\"");
    now_ = Shape{weight.size(0)};
    line(fmt::format("{{ dense = {}{} }}", weight.size(0), told(group)));
  }

  void before_kernel(std::int64_t channels) {
    if (now_.dims().empty()) {
      out_.input = Shape{channels};
      now_ = Shape{channels};
    }
    if (now_.is_flat()) to_image(channels);
  }

  void add_conv(const TensorGroup& group, const Tensor& weight) {
    const auto kernel = weight.size(2);
    before_kernel(weight.size(1));
    const Steps steps = generator_ ? Steps{1, kernel / 2} : steps_of(kernel);
    line(fmt::format("{{ conv = {}, kernel = {}, stride = {}, padding = {}{} }}", weight.size(0), kernel, steps.stride,
                     steps.padding, told(group)));
    const auto side = [&](std::int64_t from) { return (from + 2 * steps.padding - kernel) / steps.stride + 1; };
    if (now_.is_image()) now_ = Shape{weight.size(0), side(now_.height()), side(now_.width())};
  }

  /// Of a discriminator's convolution: even kernels halve; one as large as what is left sees all of it.
  Steps steps_of(std::int64_t kernel) const {
    if (kernel % 2 == 0 && now_.is_image() && now_.height() == kernel) return {};
    if (kernel % 2 == 0) return {2, (kernel - 2) / 2};
    return {kernel >= 5 ? 2 : 1, kernel / 2};
  }

  void add_conv_transpose(const TensorGroup& group, const Tensor& weight) {
    const auto kernel = weight.size(2);
    before_kernel(weight.size(0));
    Steps steps;
    // The first makes an image of a point; the others double.
    if (now_.is_image() && now_.height() > 1 && kernel > 1) steps = {2, (kernel - 1) / 2, kernel % 2};
    const std::string extra =
        steps.output_padding > 0 ? fmt::format(", output_padding = {}", steps.output_padding) : "";
    line(fmt::format("{{ conv_transpose = {}, kernel = {}, stride = {}, padding = {}{}{} }}", weight.size(1), kernel,
                     steps.stride, steps.padding, extra, told(group)));
    const auto side = [&](std::int64_t from) {
      return (from - 1) * steps.stride - 2 * steps.padding + kernel + steps.output_padding;
    };
    if (now_.is_image()) now_ = Shape{weight.size(1), side(now_.height()), side(now_.width())};
  }

  void finish() {
    if (!generator_ && now_.is_image()) {
      line("\"flatten\"");
      now_ = Shape{now_.elements()};
    }
  }

  /// What a discriminator must look at so that its tensors fit: its last layer says what is left of it.
  Shape guessed_image() const {
    std::int64_t channels = 0, left = 4, halvings = 0, filters = 0;
    for (const auto& group : groups_) {
      const Tensor* weight = weight_of(group);
      if (weight == nullptr) continue;
      if (weight->dim() == 4) {
        if (channels == 0) channels = weight->size(1);
        const bool all = &group == &groups_.back();
        if (all) left = weight->size(2);
        if (!all && (weight->size(2) % 2 == 0 || weight->size(2) >= 5)) ++halvings;
        filters = weight->size(0);
      } else if (weight->dim() == 2 && filters > 0) {
        if (const auto side = side_of(weight->size(1) / filters); side > 0) left = side;
        break;
      } else if (weight->dim() == 2 && channels == 0) {
        return Shape{weight->size(1)};
      }
    }
    constexpr std::int64_t kMaxHalvings = 12;
    if (channels == 0 || halvings > kMaxHalvings) return {};
    return Shape{channels, left << halvings, left << halvings};
  }

  std::vector<TensorGroup> groups_;
  bool generator_;
  Shape now_;
  std::size_t at_ = 0;
  ProposedNetwork out_;
};

std::string list_of(const std::vector<std::string>& lines) {
  return fmt::format("layers = [\n  {}\n]\n", fmt::join(lines, "\n  "));
}

const std::vector<std::string>& small_discriminator() {
  static const std::vector<std::string> lines{"{ conv = 64, kernel = 5, stride = 2, padding = \"same\" },",
                                              "{ leaky_relu = 0.2 },",
                                              "{ conv = 128, kernel = 5, stride = 2, padding = \"same\" },",
                                              "{ leaky_relu = 0.2 },",
                                              "\"flatten\",",
                                              "{ dense = 1 },"};
  return lines;
}

}  // namespace

ProposedNetwork propose_network(const std::vector<checkpoint::NamedTensor>& tensors, bool generator,
                                const nn::Shape& image) {
  return Walk(tensors, generator, image).take();
}

std::string recipe_text(const ProposedNetwork& generator, const ProposedNetwork& discriminator,
                        const std::string& name) {
  const bool known = !discriminator.lines.empty();
  const Shape& image = generator.output.is_image() ? generator.output : discriminator.input;
  std::string out = fmt::format("# Proposed from {}.\n", printable(name));
  const int open = generator.open + discriminator.open;
  if (open > 0) {
    out += fmt::format(
        "# Lines with \"# ?\" ({}) are guesses: which activation stands there is not in the file. Strides and "
        "paddings\n"
        "# are not in it either: they are those of the usual DCGANs. Put them right, then: ganymede import FILE "
        "--recipe "
        "THIS -o MODEL\n",
        open);
  }
  out += "\n[data]\nname = \"folder\"  # which images it was trained on is not in the file\n";
  const bool square = !image.is_image() || image.height() == image.width();
  out += square ? fmt::format("size = {}\n", image.is_image() ? image.height() : 64)
                : fmt::format("size = [{}, {}]\n", image.height(), image.width());
  if (image.is_image() && image.channels() != 3) out += fmt::format("channels = {}\n", image.channels());
  out += fmt::format("\n[latent]\nsize = {}\n", generator.input.dims().empty() ? 100 : generator.input.elements());
  out += "\n[generator]\n" +
         list_of(generator.lines.empty() ? std::vector<std::string>{"{ dense = 1 },"} : generator.lines) +
         "\n[discriminator]\n";
  if (!known) out += "# No file gave it; this is a small one, to begin with.\n";
  out += list_of(known ? discriminator.lines : small_discriminator());
  return out + "\n[objective]\nname = \"gan\"\n\n[train]\nbatch_size = 64\nepochs = 25\n";
}

std::string proposed_recipe(const ProposedNetwork& generator, const ProposedNetwork& discriminator,
                            const std::string& name) {
  std::string text = recipe_text(generator, discriminator, name);
  try {
    const auto recipe = config::parse_recipe(text, "proposal", "the proposal");
    models::outline_gan(recipe);
  } catch (const Error& error) {
    text = fmt::format("# It does not fit yet: {}\n", printable(error.what())) + text;
  }
  return text;
}

}  // namespace ganymede::exchange
