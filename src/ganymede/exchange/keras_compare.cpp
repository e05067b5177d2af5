// Whether a recipe's layers compute what a Keras model's do.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/exchange/keras_network.h"

namespace ganymede::exchange {
namespace {

using nn::Shape;

/// A layer as what it computes: its kind and the options that matter, by their names.
struct Computed {
  std::string kind, text;
  std::map<std::string, std::string> options;
  std::vector<Computed> branch = {}, shortcut = {};  ///< of a residual block
};

/// "{ conv = 8, kernel = 3, ... }" as names and values. No value of these kinds holds a comma outside brackets.
std::map<std::string, std::string> options_of(const std::string& toml) {
  std::map<std::string, std::string> out;
  std::string key, value;
  int depth = 0;
  bool in_value = false;
  const auto trimmed = [](const std::string& text) {
    const auto begin = text.find_first_not_of(" \""), end = text.find_last_not_of(" \"");
    return begin == std::string::npos ? std::string() : text.substr(begin, end - begin + 1);
  };
  for (const char c : toml.substr(1, toml.size() - 2) + ",") {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      out[trimmed(key)] = trimmed(value);
      key.clear(), value.clear(), in_value = false;
    } else if (c == '=' && depth == 0) {
      in_value = true;
    } else {
      (in_value ? value : key) += c;
    }
  }
  return out;
}

/// Numbers as people write them: 0.29999999999999999 is 0.3.
std::string short_numbers(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto digits = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    std::size_t end = at;
    while (end < text.size() && digits(text[end])) ++end;
    if (end == at) end = at + 1;
    const std::string part = text.substr(at, end - at);
    constexpr std::size_t kLong = 9;
    out += part.size() > kLong && part.find('.') != std::string::npos
               ? fmt::format("{:.7g}", std::strtod(part.c_str(), nullptr))
               : part;
    at = end;
  }
  return out;
}

/// Padding as rows before and behind: "same" may be a number, too.
void settle_padding(Computed& layer, const Shape& input) {
  auto& options = layer.options;
  const bool transposed = layer.kind == "conv_transpose";
  if (layer.kind != "conv" && !transposed) return;
  const auto whole = [&](const char* key) { return std::strtoll(options[key].c_str(), nullptr, 10); };
  const auto kernel = whole("kernel"), stride = std::max(whole("stride"), 1LL);
  long long begin = whole("padding"), end = begin - (transposed ? whole("output_padding") : 0);
  if (options["padding"] == "same") {
    const auto side = static_cast<long long>(input.is_image() ? input.height() : 1);
    const auto total = transposed ? std::max(kernel - stride, 0LL)
                                  : std::max(((side + stride - 1) / stride - 1) * stride + kernel - side, 0LL);
    begin = total / 2;
    end = total - begin;
  }
  if (!transposed && input.is_image()) {
    // Rows behind that no window reaches count for nothing.
    const auto side = static_cast<long long>(input.height());
    end -= (side + begin + end - kernel) % stride;
  }
  options.erase("output_padding");
  options["padding"] = fmt::format("{} before and {} behind", begin, end);
}

std::vector<Computed> computed(const nn::Sequence& layers) {
  std::vector<Computed> out;
  Shape from = layers.input_shape();
  for (const auto& entry : layers.entries()) {
    const Shape to = entry.output, before = std::exchange(from, to);
    const nn::ListedLayer layer{entry.spec->kind(), {}, entry.spec};
    if (layer.kind == "dropout" || (layer.kind == "flatten" && before == to)) continue;
    if (const auto parts = entry.layer->parts(); layer.kind == kResidual) {
      out.push_back(
          {layer.kind, "a residual block", {}, computed(*parts.at(0).sequence), computed(*parts.at(1).sequence)});
      continue;
    }
    Computed one{layer.kind, short_numbers(layer.to_toml()), options_of(layer.to_toml())};
    for (const char* key : {"init", "init_scale", "torch_momentum", "keras_momentum", "spectral_norm"}) {
      one.options.erase(key);
    }
    settle_padding(one, before);
    if (layer.kind == "flatten") one.options = {{"reshape", fmt::format("[{}]", to.elements())}}, one.kind = "reshape";
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Computed> computed(const nn::LayerList& layers, const Shape& input, const std::string& where) {
  try {
    return computed(nn::Sequence(layers, input));
  } catch (const nn::ShapeError& error) {
    throw Error(error.what(), printable(where), "save the model anew");
  }
}

bool same_value(const std::string& a, const std::string& b) {
  char *end_a = nullptr, *end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a), y = std::strtod(b.c_str(), &end_b);
  if (a.empty() || b.empty() || *end_a != '\0' || *end_b != '\0') return a == b;
  constexpr double kRounding = 1e-6;  // Keras keeps some as f32
  return std::abs(x - y) <= kRounding * std::max(std::abs(x), std::abs(y));
}

std::string difference(const Computed& theirs, const Computed& ours) {
  if (theirs.kind != ours.kind) return fmt::format("{} is not {}", theirs.text, ours.text);
  for (const auto& [key, value] : theirs.options) {
    const auto found = ours.options.find(key);
    if (found != ours.options.end() && !same_value(value, found->second)) {
      return fmt::format("{} has {} {}, {} in the recipe", theirs.text, key, short_numbers(value),
                         short_numbers(found->second));
    }
  }
  return {};
}

using Differences = std::vector<std::string>;
Differences differences(const std::vector<Computed>& theirs, const std::vector<Computed>& ours,
                        std::vector<KerasLayer>& layers);

/// Of a block's two paths, which change places where only so they are the recipe's.
Differences block_differences(const Computed& theirs, const Computed& ours, KerasLayer& block) {
  KerasLayer turned = block;
  std::swap(turned.branch, turned.shortcut);
  auto out = differences(theirs.branch, ours.branch, block.branch);
  const auto more = differences(theirs.shortcut, ours.shortcut, block.shortcut);
  out.insert(out.end(), more.begin(), more.end());
  if (out.empty() || !differences(theirs.shortcut, ours.branch, turned.branch).empty() ||
      !differences(theirs.branch, ours.shortcut, turned.shortcut).empty()) {
    return out;
  }
  block = std::move(turned);
  return {};
}

/// `layers` are the file's, of which `theirs` were made.
Differences differences(const std::vector<Computed>& theirs, const std::vector<Computed>& ours,
                        std::vector<KerasLayer>& layers) {
  Differences out;
  std::vector<KerasLayer*> blocks;
  for (auto& layer : layers) {
    if (layer.kind == kResidual) blocks.push_back(&layer);
  }
  std::size_t block = 0;
  for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i) {
    if (i >= ours.size()) {
      out.push_back(theirs[i].text + " is one layer more than the recipe has");
      continue;
    }
    if (i >= theirs.size()) {
      out.push_back("nothing in the file is " + ours[i].text);
      continue;
    }
    const bool in_file = theirs[i].kind == kResidual;
    KerasLayer* own = in_file ? blocks.at(block++) : nullptr;
    if (in_file && ours[i].kind == kResidual) {
      for (auto& one : block_differences(theirs[i], ours[i], *own)) out.push_back(std::move(one));
    } else if (auto one = difference(theirs[i], ours[i]); !one.empty()) {
      out.push_back(std::move(one));
    }
  }
  return out;
}

/// What ends a discriminator here and what ends one there: the objective takes the number itself.
void drop_ends(std::vector<Computed>& layers, bool generator) {
  while (!generator && !layers.empty() && (layers.back().kind == "sigmoid" || layers.back().kind == "reshape")) {
    layers.pop_back();
  }
}

/// Where the file has images as flat numbers, the recipe alone says what their shape is.
void drop_shape_of_images(std::vector<Computed>& layers, bool generator) {
  if (layers.empty()) return;
  const auto at = generator ? layers.end() - 1 : layers.begin();
  if (at->kind == "reshape") layers.erase(at);
}

}  // namespace

KerasModel expect_same_layers(KerasModel model, const config::NetworkConfig& network, const Shape& input,
                              bool generator) {
  if (!model.described) return model;
  const auto proposed = propose_network(model, generator);
  ProposedNetwork other;  // a recipe has both networks
  const std::string text =
      generator ? recipe_text(proposed, other, "the file") : recipe_text(other, proposed, "the file");
  const auto recipe = config::parse_recipe(text, "file", model.where);
  auto theirs =
      computed(generator ? recipe.generator.layers : recipe.discriminator.layers, proposed.input, model.where);
  auto ours = computed(network.layers, input, model.where);
  if (proposed.flat_images) {
    drop_shape_of_images(theirs, generator);
    drop_shape_of_images(ours, generator);
  }
  drop_ends(theirs, generator);
  drop_ends(ours, generator);
  Differences found;
  if (proposed.input.elements() != input.elements()) {
    found.push_back(fmt::format("its input has {}, {} in the recipe", counted(proposed.input.elements(), "number"),
                                grouped(input.elements())));
  }
  for (auto& one : differences(theirs, ours, model.layers)) found.push_back(std::move(one));
  if (!found.empty()) {
    throw Error("the file's layers are not the recipe's: " + printable(fmt::format("{}", fmt::join(found, "; "))),
                printable(model.where), "name the recipe it was trained with, or have one proposed: -o NAME.toml");
  }
  return model;
}

}  // namespace ganymede::exchange
