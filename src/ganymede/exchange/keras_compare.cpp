// Whether a recipe's layers compute what a Keras model's do.
#include <algorithm>
#include <cmath>
#include <cstdlib>

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

std::vector<Computed> computed(const nn::LayerList& layers, const Shape& input, const std::string& where) {
  std::vector<Computed> out;
  const auto add = [&](const std::string&, const nn::ListedLayer& layer, const Shape& from, const Shape& to) {
    if (layer.kind == "dropout" || (layer.kind == "flatten" && from == to)) return;
    Computed one{layer.kind, short_numbers(layer.to_toml()), options_of(layer.to_toml())};
    for (const char* key : {"init", "init_scale", "torch_momentum", "keras_momentum", "spectral_norm"}) {
      one.options.erase(key);
    }
    settle_padding(one, from);
    if (layer.kind == "flatten") one.options = {{"reshape", fmt::format("[{}]", to.elements())}}, one.kind = "reshape";
    out.push_back(std::move(one));
  };
  try {
    nn::walk(layers, input, "", add);
  } catch (const nn::ShapeError& error) {
    throw Error(error.what(), printable(where), "save the model anew");
  }
  return out;
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

void expect_same_layers(const KerasModel& model, const config::NetworkConfig& network, const Shape& input,
                        bool generator) {
  if (!model.described) return;
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
  std::string found;
  const auto add = [&](const std::string& one) {
    if (!one.empty()) found += (found.empty() ? "" : "; ") + one;
  };
  if (proposed.input.elements() != input.elements()) {
    add(fmt::format("its input has {}, {} in the recipe", counted(proposed.input.elements(), "number"),
                    grouped(input.elements())));
  }
  for (std::size_t i = 0; i < std::max(theirs.size(), ours.size()); ++i) {
    if (i >= ours.size()) {
      add(theirs[i].text + " is one layer more than the recipe has");
    } else if (i >= theirs.size()) {
      add("nothing in the file is " + ours[i].text);
    } else {
      add(difference(theirs[i], ours[i]));
    }
  }
  if (!found.empty()) {
    throw Error("the file's layers are not the recipe's: " + printable(found), printable(model.where),
                "name the recipe it was trained with, or have one proposed: -o NAME.toml");
  }
}

}  // namespace ganymede::exchange
