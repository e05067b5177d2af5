// Tensors of other programs on their way into a network.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/models/network.h"

namespace ganymede::exchange {

/// The tensors of a safetensors file or of a torch.save file, told apart by content. Throws Error for anything else.
std::vector<checkpoint::NamedTensor> read_foreign(const std::filesystem::path& path);

/// Those of one network where a file holds two: the names behind one of the usual prefixes ("netG.", "generator.").
/// All of them where no name has one.
std::vector<checkpoint::NamedTensor> tensors_of(const std::vector<checkpoint::NamedTensor>& given, bool generator);
/// Whether a file holds both networks, by those prefixes.
bool holds_both(const std::vector<checkpoint::NamedTensor>& given);

struct Assignment {
  bool by_order = false;  ///< names differed: layers were matched by their order, and tensors by their shapes
  std::vector<std::pair<std::string, std::string>> pairs = {};  ///< the file's name, ours
  std::vector<std::string> unused = {};                         ///< of the file
};

/// Copies `given` into the network. Names are PyTorch's (state_dict.h) after: "module." is dropped; spectral norm as a
/// parametrization gets its older names; `map`, the file's name or a prefix that ends in '.' to ours, is applied. Where
/// names do not fit, layers with tensors are taken in order. Throws Error with every difference.
Assignment assign(const std::vector<checkpoint::NamedTensor>& given, const models::Network& network,
                  const std::map<std::string, std::string>& map, const std::string& where);

/// A map as text: "theirs = ours" a line, # begins a comment. Throws UsageError naming the line.
std::map<std::string, std::string> read_map(const std::filesystem::path& path);

}  // namespace ganymede::exchange
