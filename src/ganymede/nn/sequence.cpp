#include "ganymede/nn/sequence.h"

#include <map>

#include "ganymede/core/phase_clock.h"
#include "ganymede/nn/phase_marks.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {

LayerList LayerList::from_tables(const std::vector<config::OptionTable>& tables) {
  LayerList out;
  for (const auto& table : tables) {
    out.layers.push_back({table.kind, table.place, config::read(nn::layers(), table)});
  }
  return out;
}

std::string ListedLayer::to_toml() const {
  config::FieldWriter writer;
  spec->write(writer);
  const auto written = toml::parse("layer = " + writer.as_inline_table());
  return config::to_inline_text(config::option_table(*written.get("layer"), {}));
}

std::string LayerList::to_toml() const {
  std::string out;
  for (const auto& layer : layers) out += (out.empty() ? "" : ", ") + layer.to_toml();
  return "[" + out + "]";
}

ShapeMismatch::ShapeMismatch(std::string layer_name, std::string what_problem, std::string place, std::string shape)
    : ShapeError(fmt::format("layer '{}' does not fit: {}", layer_name, what_problem)),
      layer(std::move(layer_name)),
      problem(std::move(what_problem)),
      where(std::move(place)),
      got(std::move(shape)) {}

Shape walk(const LayerList& list, const Shape& input, const std::string& prefix, const VisitLayer& visit) {
  std::map<std::string, int> counts;
  Shape shape = input;
  for (const auto& layer : list.layers) {
    const std::string name = fmt::format("{}_{}", layer.kind, ++counts[layer.kind]);
    try {
      const Shape output = layer.spec->output_shape(shape);
      if (output.elements() > kMaxElements) throw ShapeError("its output " + output.text() + " is too large");
      if (visit) visit(name, layer, shape, output);
      shape = output;
    } catch (const ShapeMismatch& inside) {
      throw ShapeMismatch(prefix + name + "." + inside.layer, inside.problem, inside.where, inside.got);
    } catch (const ShapeError& error) {
      throw ShapeMismatch(prefix + name, error.what(), layer.place.at(nullptr), shape.text());
    }
  }
  return shape;
}

Sequence::Sequence(const LayerList& list, const Shape& input, const std::string& prefix) : input_(input) {
  std::int64_t parameters = 0;
  walk(list, input, prefix,
       [&](const std::string& name, const ListedLayer& listed, const Shape& shape, const Shape& output) {
         Entry entry{name, listed.spec, listed.spec->make(shape), output};
         for (const auto& parameter : entry.layer->parameters()) parameters += parameter.count();
         for (const auto& part : entry.layer->parts()) parameters += part.sequence->parameter_count();
         if (parameters > kMaxElements) throw ShapeError("the network has too many parameters");
         if (!entries_.empty()) {
           auto before = entries_.end() - 1;
           while (before->absorbed) --before;
           entry.absorbed = before->layer->absorb(*entry.layer);
         }
         entries_.push_back(std::move(entry));
       });
}

void Sequence::allocate() {
  for_each_layer([](const std::string&, Layer& layer) { layer.allocate(); });
}

Tensor Sequence::forward(const Tensor& x, ForwardContext& context) const {
  if (PhaseClock* clock = PhaseClock::current()) return timed_forward(x, context, *clock);
  Tensor h = x;
  for (const auto& entry : entries_) {
    if (!entry.absorbed) h = entry.layer->forward(h, context);
  }
  return h;
}

Tensor Sequence::timed_forward(const Tensor& x, ForwardContext& context, PhaseClock& clock) const {
  const auto around = clock.phase();
  const Layer* before = nullptr;
  Tensor h = x;
  for (const auto& entry : entries_) {
    if (entry.absorbed) continue;
    const Layer* layer = entry.layer.get();
    h = marked(h, before, layer);
    clock.enter({layer, "forward", h.size(0)});
    h = entry.layer->forward(h, context);
    before = layer;
  }
  h = marked(h, before, nullptr);
  clock.enter(around);
  return h;
}

Value Sequence::to_graph(Graph& graph, Value x) const {
  const Shape* shape = &input_;
  for (const auto& entry : entries_) {
    x = entry.layer->to_graph(graph, x, *shape);
    shape = &entry.output;
  }
  return x;
}

void Sequence::for_each_layer(const std::function<void(const std::string&, Layer&)>& visit,
                              const std::string& prefix) const {
  for (const auto& entry : entries_) {
    const std::string name = prefix + entry.name;
    visit(name, *entry.layer);
    for (const auto& part : entry.layer->parts()) part.sequence->for_each_layer(visit, name + "." + part.name + ".");
  }
}

std::int64_t Sequence::parameter_count() const {
  std::int64_t count = 0;
  for_each_layer([&](const std::string&, Layer& layer) {
    for (const auto& parameter : layer.parameters()) count += parameter.count();
  });
  return count;
}

}  // namespace ganymede::nn
