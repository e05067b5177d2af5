// What can be asked of the routes that read runs, by their queries.
#pragma once

#include "ganymede/serve/query.h"

namespace ganymede::serve {

inline constexpr double kMaxRows = 9007199254740991;  // 2^53 - 1: what JSON's numbers hold exactly

/// A name of a run or of a column, in a list between commas.
inline const config::TextRule kListedName{.length = config::in_range(0, 255),
                                          .characters = "^,\\x00-\\x1f\\x7f",
                                          .words = "characters, none of them a comma or a control character"};

struct MetricsQuery {
  std::size_t first = 0;
};
template <class V>
void visit_fields(V& field, MetricsQuery& q) {
  field("first", q.first, {.about = "leave out the rows before this one", .range = operations::in_range(0, kMaxRows)});
}

struct EventsQuery {
  std::optional<std::size_t> rows = {};
};
template <class V>
void visit_fields(V& field, EventsQuery& q) {
  field("rows", q.rows, {.about = "rows the client has already; those it has missed come first", .usual = "all"});
}

struct StreamQuery {
  std::vector<std::string> runs = {};
};
template <class V>
void visit_fields(V& field, StreamQuery& q) {
  field("runs", q.runs,
        {.about = "the runs to follow; one that is not there is waited for",
         .range = operations::in_range(1, 256),
         .served_text = kListedName,
         .required = true});
}

struct LogQuery {
  std::optional<std::size_t> from = {};
};
template <class V>
void visit_fields(V& field, LogQuery& q) {
  field("from", q.from,
        {.about = "the byte behind what the client has already: `end` of the answer before",
         .range = operations::in_range(0, kMaxRows),
         .usual = "the last of it"});
}

inline constexpr int kMaxColumns = 64, kMaxRuns = 1000;

struct CurvesQuery {
  std::int64_t points = 2000;
  std::vector<std::string> columns = {};
};
template <class V>
void visit_fields(V& field, CurvesQuery& q) {
  field("points", q.points,
        {.about = "how many values of a column at most, about; peaks stay", .range = operations::in_range(2, 10'000)});
  field("columns", q.columns,
        {.about = "all, if absent", .range = operations::in_range(0, kMaxColumns), .served_text = kListedName});
}

struct CurvesOfRunsQuery {
  std::int64_t points = 48;
  std::vector<std::string> columns = {}, runs = {};
};
template <class V>
void visit_fields(V& field, CurvesOfRunsQuery& q) {
  field("points", q.points,
        {.about = "how many values of a column at most, about; peaks stay", .range = operations::in_range(2, 500)});
  field("columns", q.columns,
        {.about = "all, if absent", .range = operations::in_range(0, kMaxColumns), .served_text = kListedName});
  field("runs", q.runs,
        {.about = "all, if absent", .range = operations::in_range(0, kMaxRuns), .served_text = kListedName});
}

}  // namespace ganymede::serve
