// What an import can be asked for. No LibTorch here.
#pragma once

#include "ganymede/operations/field.h"

namespace ganymede::operations {

struct ImportRequest {
  std::vector<std::string> files = {};
  std::string recipe = {};
  std::string discriminator = {};
  std::string map = {};
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
}

}  // namespace ganymede::operations
