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
  std::string output = {};  ///< the model file to write
};

template <class V>
void visit_fields(V& field, ImportRequest& r) {
  field("file", r.files,
        {.about = "a .pth, .pt or .safetensors file with the generator's tensors, or both networks'",
         .range = in_range(1, 1),
         .required = true,
         .local = true,
         .positional = true});
  field("recipe", r.recipe,
        {.about = "whose networks they are: a shipped recipe's name, or a file", .required = true, .local = true});
  field("discriminator", r.discriminator, {.about = "a file with the discriminator's tensors", .local = true});
  field("map", r.map,
        {.about = "a text with lines 'theirs = ours', where names differ; 'theirs.' and 'ours.' are of all below",
         .local = true});
  field("output", r.output, {.about = "the model file to write", .letter = 'o', .required = true, .local = true});
}

}  // namespace ganymede::operations
