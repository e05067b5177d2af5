// [blocks] of a recipe: named lists of layers, with parameters, that other lists use and repeat.
//
//   [blocks]
//   rectified = [{ conv = 64, padding = 1 }, "relu"]      # a list
//
//   [blocks.shrink]                                        # or a section: its keys but `layers` are parameters
//   filters = 64
//   layers = [{ conv = "$filters", kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }]
//
//   [discriminator]
//   layers = [{ use = "shrink", filters = 128 }, { use = "rectified", times = 3 }, "flatten", { dense = 1 }]
#pragma once

#include <string>
#include <vector>

#include "ganymede/config/option_table.h"

namespace ganymede::config {

/// All that a recipe's lists may grow to, blocks put in their places: a model file brings its recipe along, and a short
/// text must not take all memory.
inline constexpr int kMaxLayers = 4096;
inline constexpr std::size_t kMaxLayerBytes = std::size_t{1} << 20;
/// How deep lists may stand in lists, and blocks in blocks.
inline constexpr int kMaxNesting = 64;
/// The most that `times` may be.
inline constexpr int kMaxTimes = 1000;

/// Reads lists of entries, with the blocks they use in their places: { use = "shrink", filters = 128, times = 2 }. In a
/// block "$filters" stands for that parameter's value: a number, a string, true or false, a list of layers; as an entry
/// of a list it stands for a layer, or for all layers of a list. What the lists of one recipe come to is limited, over
/// all of them.
class Blocks {
 public:
  /// Without any: a recipe that has none.
  Blocks() = default;
  /// `section` is [blocks] and must outlive this. Throws UsageError for a block that is neither a list nor has one.
  Blocks(const toml::table& section, std::string file);

  /// The entries of `list`. An entry's place has the line on which it stands, that of the block where it comes from
  /// one, and behind `place`'s section `what` it is with its number in the list ("layer 3"; nothing where `what` is
  /// empty) and the way into the block. Throws UsageError for what is no entry, an unknown block or parameter, a block
  /// that uses itself, and lists that grow beyond the limits.
  std::vector<OptionTable> entries(const toml::array& list, const Place& place, const std::string& what = {});
  /// The one entry `node`, which uses no block.
  OptionTable entry(const toml::node& node, const Place& place);
  /// The entries of every block that nothing has used, with its parameters' defaults: mistakes in them want to be
  /// found.
  std::vector<OptionTable> unused();

 private:
  struct Block {
    std::string name;
    const toml::array* layers;
    const toml::table* parameters;  ///< with their defaults, beside `layers`; null where it is a list alone
    bool used = false;
  };
  /// A block that is being put in its place: where the names of its parameters lead.
  struct Scope {
    const Block& block;
    const toml::table& arguments;
    const Scope* outer;  ///< in which the arguments stand
  };
  struct Found {
    const toml::node& node;
    const Scope* scope;  ///< in which the node's own "$names" lead somewhere
  };

  Found resolved(const toml::node& node, const Scope* scope, const Place& place) const;
  bool lists_entries(const toml::array& array, const Scope* scope, const Place& place) const;
  void add_list(const toml::array& list, const Scope* scope, const Place& place, std::vector<OptionTable>& out);
  void add(const toml::node& node, const Scope* scope, Place place, std::vector<OptionTable>& out);
  OptionTable table_of(const toml::table& table, const std::string& kind, const Scope* scope, const Place& place);
  void add_option(OptionTable& out, const std::string& key, const toml::node& node, const Scope* scope);
  void use(const toml::table& table, const Scope* scope, const Place& place, std::vector<OptionTable>& out);
  void check_arguments(const Block& block, const toml::table& table, const Place& place) const;
  void put(Block& block, const toml::table& arguments, const Scope* scope, const Place& place,
           std::vector<OptionTable>& out);
  void count(int layers, std::size_t bytes, const Place& place);
  Block& named(const std::string& name, const toml::node& node, const Place& place);

  std::string file_;
  std::vector<Block> blocks_;
  std::vector<std::string> open_;  ///< the blocks that are being put in their places, outermost first
  int layers_ = 0, nesting_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace ganymede::config
