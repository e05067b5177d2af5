#include "ganymede/nn/labels.h"

#include "ganymede/core/counted.h"

namespace ganymede::nn {

ClassCount ClassCount::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  ClassCount out;
  const auto number = node.value_exact<std::int64_t>();
  out.follows_data_ = node.value_exact<std::string>() == "data";
  if (number) {
    out.number_ = *number;
  } else if (!out.follows_data_) {
    fail("must be a whole number or \"data\", the number of the data's classes");
  }
  return out;
}

void expect_classes(std::int64_t classes, const std::string& kind) {
  if (classes == 0) throw ShapeError(kind + " needs a number of classes: write classes = 10");
}

Tensor labels_of(const ForwardContext& context, const Tensor& x, const std::string& kind, std::int64_t classes) {
  const Tensor& labels = context.labels;
  if (!labels.defined()) {
    throw Error(kind + " needs the samples' classes but got none", {},
                "use labelled data, or name the class to generate");
  }
  if (labels.scalar_type() != at::kLong || labels.dim() != 1 || labels.size(0) != x.size(0)) {
    throw Error(fmt::format("{} needs one class for each of {} but got {}", kind, counted(x.size(0), "sample"),
                            counted(labels.numel(), "value")));
  }
  // Looking at labels on another device would wait for it: who brings them there has checked them.
  if (labels.is_cpu() && !context.labels_checked && labels.numel() > 0) {
    const auto lowest = labels.min().item<std::int64_t>(), highest = labels.max().item<std::int64_t>();
    if (lowest < 0 || highest >= classes) {
      throw Error(
          fmt::format("{} knows the classes 0 to {} but got {}", kind, classes - 1, lowest < 0 ? lowest : highest));
    }
  }
  return labels.to(x.device());
}

namespace {

/// Whether the pass's labels are weights of the table's rows.
bool are_weights(const Tensor& labels, const Tensor& x, const Tensor& table) {
  return labels.defined() && labels.scalar_type() == at::kFloat && labels.dim() == 2 && labels.size(0) == x.size(0) &&
         labels.size(1) == table.size(0);
}

}  // namespace

Tensor rows_of_classes(const ForwardContext& context, const Tensor& x, const std::string& kind, const Tensor& table) {
  if (are_weights(context.labels, x, table)) return context.labels.to(x.device()).mm(table);
  return table.index_select(0, labels_of(context, x, kind, table.size(0)));
}

Tensor gains_of_classes(const ForwardContext& context, const Tensor& x, const std::string& kind, const Tensor& table) {
  const Tensor rows = rows_of_classes(context, x, kind, table);
  if (!are_weights(context.labels, x, table)) return rows;
  return rows + (1 - context.labels.to(x.device()).sum(1, /*keepdim=*/true));
}

Value gains_of_classes(Graph& graph, const Tensor& table) {
  const Value rows = graph.rows_of_classes(table);
  if (graph.labels() == LabelInput::kIndex) return rows;
  const Value lacking = graph.add(graph.rows_of_classes(at::full_like(table, -1)), graph.constant(at::ones({1, 1})));
  return graph.add(rows, lacking);
}

}  // namespace ganymede::nn
