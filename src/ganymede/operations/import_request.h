// What an import can be asked for. Installed: the standard library's types alone.
#pragma once

#include <string>
#include <vector>

#include "ganymede/operations/point.h"

namespace ganymede::operations {

struct ImportRequest {
  std::vector<std::string> files = {};
  std::string recipe = {};
  std::string discriminator = {};
  std::string map = {};
  std::string output = {};  ///< the model file to write, or the recipe
};

template <class V>
void visit_fields(V& field, ImportRequest& r) {
  field("file", r.files,
        {.about = "the generator's .pth, .pt, .safetensors, .keras or .h5, or one with both networks' tensors; or a "
                  "hub's folder",
         .range = in_range(1, 1),
         .required = true,
         .local = true,
         .positional = true});
  field(
      "recipe", r.recipe,
      {.about = "whose networks they are: a shipped recipe's name, or a file; a model of this program brings its own, "
                "Keras's files say what it would be",
       .local = true});
  field("discriminator", r.discriminator,
        {.about = "a file with the discriminator's tensors, likewise", .local = true});
  field("map", r.map,
        {.about = "a text with lines 'theirs = ours', where names differ; 'theirs.' and 'ours.' are of all below",
         .local = true});
  field("output", r.output,
        {.about = "the model file to write, or without a recipe 'NAME.toml': a recipe that is proposed from the file",
         .letter = 'o',
         .required = true,
         .local = true});
}

}  // namespace ganymede::operations
