// A learnt vector for each class, put behind a flat input: how a generator hears which class to generate (Mirza and
// Osindero 2014; Odena et al. 2017).
#include "ganymede/nn/labels.h"
#include "ganymede/nn/registry.h"

namespace ganymede::nn {
namespace {

struct LabelEmbeddingOptions {
  int size = 0;
  ClassCount classes;
  std::optional<Initialiser> init;
};

template <class V>
void visit_fields(V& field, LabelEmbeddingOptions& o) {
  field("label_embedding", o.size, config::in_range(1, 65536), "numbers in a class's vector");
  field("classes", o.classes, config::in_range(2, kMaxClasses), "how many classes the layer knows");
  field("init", o.init,
        "how vectors start, from N(0, 1) unless given; with `normal` a generator is slower to ignore the noise");
}

class LabelEmbedding : public Layer {
 public:
  explicit LabelEmbedding(const LabelEmbeddingOptions& options) : classes_(options.classes.number()) {
    add_parameter("weight", {classes_, options.size}, Role::kEmbedding, classes_, options.size, options.init);
  }
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    const Tensor vectors = rows_of_classes(context, x, "label_embedding", parameter(0));
    return at::cat({x, vectors.to(x.scalar_type())}, 1);
  }
  Value to_graph(Graph& graph, Value x, const Shape&) const override {
    return graph.node("Concat", {x, graph.rows_of_classes(parameter(0))}, {{"axis", std::int64_t{1}}});
  }
  std::int64_t classes() const override { return classes_; }

 private:
  std::int64_t classes_;
};

class LabelEmbeddingSpec : public SpecWith<LabelEmbeddingOptions> {
 public:
  std::string kind() const override { return "label_embedding"; }
  Shape output_shape(const Shape& input) const override {
    expect_flat(input, kind());
    expect_classes(options.classes.number(), kind());
    if (options.classes.number() * options.size > kMaxElements)
      throw ShapeError("label_embedding has too many numbers");
    return {input.elements() + options.size};
  }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<LabelEmbedding>(options); }
};

}  // namespace

void register_label_embedding(LayerRegistry& registry) {
  config::add_kind<LabelEmbeddingSpec>(registry, "label_embedding",
                                       "a vector for the class, learnt, behind flat features");
}

}  // namespace ganymede::nn
