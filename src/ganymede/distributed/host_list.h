// Slurm's short forms of lists.
#pragma once

#include <optional>
#include <string>

namespace ganymede::distributed {

/// The first host of "tux[08-12,20],login1" (tux08); also "a,b", "rack[0-1]node[3-4]" (rack0node3). Nothing for a text
/// of another form.
std::optional<std::string> first_host(const std::string& list);

/// How many tasks node `node`, from 0, has by "4(x2),3": 4, 4, 3. Nothing beyond the list and for a text of another
/// form.
std::optional<int> tasks_of_node(const std::string& list, int node);

}  // namespace ganymede::distributed
