// What is told of a run: by the REST API, and by a report.
#pragma once

#include <string>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/run.h"

namespace ganymede::serve {

RunDetails details_of(const Run& run);

/// What it has logged, each column thinned to about `points` values; those named, or all. `first` is 0, and the columns
/// are shorter than `rows`.
MetricsAnswer curves_of(const Run& run, const std::vector<std::string>& columns, std::size_t points);

/// What the description says of a stream of what happens in runs: that of each event, as OpenAPI 3.1 has it.
nlohmann::ordered_json event_schema();

}  // namespace ganymede::serve
