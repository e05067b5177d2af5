// What the REST API answers with where models, runs and trainings are asked for.
#pragma once

#include "ganymede/serve/answers.h"

namespace ganymede::serve {

struct LatentAnswer {
  int size = 0;
  std::string distribution = "normal";  ///< or "uniform"
};
template <class V>
void visit_fields(V& field, LatentAnswer& a) {
  field("size", a.size, {});
  field("distribution", a.distribution, {});
}

struct ConditionAnswer {
  std::string name = {};
  double low = 0, high = 1;
};
template <class V>
void visit_fields(V& field, ConditionAnswer& c) {
  field("name", c.name, {});
  field("low", c.low, {.about = "What is 0 to the network ..."});
  field("high", c.high, {.about = "... and what is 1."});
}

struct ModelOverview {
  static constexpr const char* kSchema = "Model";
  std::string id = {}, title = {}, recipe = {};
  Nullable<std::string> run = {};
  std::uint64_t step = 0;
  ImageSize image = {};
  LatentAnswer latent = {};
  Nullable<ImageSize> translates = {};
  int bits = 8;
  std::vector<std::string> classes = {};
  std::vector<ConditionAnswer> conditions = {};
  std::string data = {};
  bool ema = false;
  std::int64_t parameters = 0;
  std::uint64_t bytes = 0;
};
template <class V>
void visit_fields(V& field, ModelOverview& m) {
  field("id", m.id, {});
  field("title", m.title, {});
  field("recipe", m.recipe, {});
  field("run", m.run, {.about = "The run it belongs to."});
  field("step", m.step, {});
  field("image", m.image, {});
  field("bits", m.bits, {.about = "Of a sample: 8 or 16."});
  field("latent", m.latent, {.about = "Of a model that translates: the code between its encoder and its generator."});
  field("translates", m.translates,
        {.about = "The images that it translates; null for a model that generates from noise."});
  field("classes", m.classes, {.about = "Those it generates."});
  field("conditions", m.conditions,
        {.about = "What images are conditioned on where that is no class: `class` is then `NAME=NUMBER,...`."});
  field("data", m.data, {});
  field("ema", m.ema, {.about = "It generates with the running average of its weights."});
  field("averaged", m.ema, {.about = "The old name of `ema`.", .deprecated = true});
  field("parameters", m.parameters, {.about = "Of the generator."});
  field("bytes", m.bytes, {.about = "Of its file."});
}

struct LayerAnswer {
  std::string name = {}, kind = {};
  std::vector<std::int64_t> output = {};
  std::int64_t params = 0;
};
template <class V>
void visit_fields(V& field, LayerAnswer& l) {
  field("name", l.name, {});
  field("kind", l.kind, {});
  field("output", l.output, {.about = "Height, width and channels."});
  field("params", l.params, {});
}

struct LayersAnswer {
  static constexpr const char* kSchema = "Layers";
  std::vector<LayerAnswer> layers = {};
  std::int64_t total = 0, trainable = 0, non_trainable = 0, multiply_adds = 0;
};
template <class V>
void visit_fields(V& field, LayersAnswer& l) {
  field("layers", l.layers, {});
  field("total", l.total, {});
  field("trainable", l.trainable, {});
  field("non_trainable", l.non_trainable, {});
  field("multiply_adds", l.multiply_adds, {.about = "Of one sample, forward."});
}

struct ModelDetails : ModelOverview {
  static constexpr const char* kSchema = "ModelDetails";
  LayersAnswer generator = {}, discriminator = {};
  std::string toml = {}, about = {};
};
template <class V>
void visit_fields(V& field, ModelDetails& m) {
  visit_fields(field, static_cast<ModelOverview&>(m));
  field("generator", m.generator, {});
  field("discriminator", m.discriminator, {});
  field("toml", m.toml, {.about = "The recipe."});
  field("about", m.about, {});
}

enum class RunStanding { kWaiting, kRunning, kDone, kStopped, kFailed, kLost };

struct RunOverview {
  static constexpr const char* kSchema = "Run";
  std::string id = {};
  Nullable<std::string> recipe = {};
  RunStanding state = RunStanding::kLost;
  bool resumable = false;
  Nullable<std::string> why = {}, health = {};
  Nullable<double> step = {}, epoch = {}, progress = {}, images_per_s = {}, seconds = {}, seconds_left = {};
  std::size_t rows = 0;
  std::map<std::string, Nullable<double>> last = {};
  std::map<std::string, Nullable<double>> best = {};
  Nullable<std::string> sample = {}, started = {}, title = {}, note = {};
  std::vector<std::string> tags = {};
  bool pinned = false, archived = false, keeps = false;
};

}  // namespace ganymede::serve

namespace ganymede::config {

template <>
struct Names<serve::RunStanding> {
  static constexpr std::array<std::pair<const char*, serve::RunStanding>, 6> values{
      {{"waiting", serve::RunStanding::kWaiting},
       {"running", serve::RunStanding::kRunning},
       {"done", serve::RunStanding::kDone},
       {"stopped", serve::RunStanding::kStopped},
       {"failed", serve::RunStanding::kFailed},
       {"lost", serve::RunStanding::kLost}}};
};

}  // namespace ganymede::config

namespace ganymede::serve {

template <class V>
void visit_fields(V& field, RunOverview& r) {
  field("id", r.id, {});
  field("recipe", r.recipe, {});
  field("state", r.state, {});
  field("resumable", r.resumable, {.about = "It is not running, lacks steps and has a checkpoint to go on from."});
  field("why", r.why, {.about = "Of a failure."});
  field("health", r.health, {.about = "What is wrong with how it trains, or did to its end; null where nothing is."});
  field("step", r.step, {});
  field("epoch", r.epoch, {});
  field("progress", r.progress, {.about = "0 to 1."});
  field("images_per_s", r.images_per_s, {});
  field("seconds", r.seconds, {});
  field("seconds_left", r.seconds_left, {});
  field("rows", r.rows, {.about = "Of its metrics."});
  field("last", r.last, {.about = "The last value of each column of its metrics."});
  field("best", r.best,
        {.about = "The least value of each column, or the greatest where more is better; none of steps and times."});
  field("sample", r.sample, {.about = "The newest one."});
  field("started", r.started, {.about = "When, in UTC."});
  field("title", r.title, {.about = "What a person calls it."});
  field("note", r.note, {.about = "What a person says of it."});
  field("tags", r.tags, {});
  field("pinned", r.pinned, {});
  field("archived", r.archived, {});
  field("keeps", r.keeps, {.about = "Its folder can be written: a title, tags and so on can be kept there."});
}

struct CurveOfPanel {
  std::string column = {}, label = {};
};
template <class V>
void visit_fields(V& field, CurveOfPanel& c) {
  field("column", c.column, {.about = "Of the run's table of metrics."});
  field("label", c.label, {});
}

struct PanelAnswer {
  static constexpr const char* kSchema = "Panel";
  std::string title = {};
  std::vector<CurveOfPanel> curves = {};
};
template <class V>
void visit_fields(V& field, PanelAnswer& p) {
  field("title", p.title, {});
  field("curves", p.curves, {});
}

struct RunDetails : RunOverview {
  static constexpr const char* kSchema = "RunDetails";
  std::string toml = {}, shipped_toml = {};
  Nullable<nlohmann::json> environment = {};
  std::vector<std::string> samples = {}, images = {};
  std::vector<PanelAnswer> panels = {};
};
template <class V>
void visit_fields(V& field, RunDetails& r) {
  visit_fields(field, static_cast<RunOverview&>(r));
  field("toml", r.toml, {.about = "The recipe."});
  field("shipped_toml", r.shipped_toml, {.about = "The shipped recipe of that name, or empty."});
  field("environment", r.environment, {});
  field("samples", r.samples, {.about = "Oldest first."});
  field("images", r.images, {.about = "Its other images."});
  field("panels", r.panels, {.about = "The usual charts of a run; it need not have their columns."});
  field("pictures", r.images, {.about = "The old name of `images`.", .deprecated = true});
}

struct MetricsAnswer {
  static constexpr const char* kSchema = "Metrics";
  std::size_t first = 0, rows = 0;
  std::map<std::string, std::vector<Nullable<double>>> columns = {};
};
template <class V>
void visit_fields(V& field, MetricsAnswer& m) {
  field("first", m.first, {.about = "The number of the first row."});
  field("rows", m.rows, {.about = "The number of the row behind the last."});
  field("columns", m.columns, {.about = "By name; an empty cell is null."});
}

struct CurvesAnswer {
  std::map<std::string, MetricsAnswer> curves = {};
};
template <class V>
void visit_fields(V& field, CurvesAnswer& a) {
  field("curves", a.curves, {.about = "By runs; each is shorter than its `rows`."});
}

struct ModelList {
  std::vector<ModelOverview> models = {};
};
template <class V>
void visit_fields(V& field, ModelList& l) {
  field("models", l.models, {});
}

struct RunList {
  std::vector<RunOverview> runs = {};
};
template <class V>
void visit_fields(V& field, RunList& l) {
  field("runs", l.runs, {});
}

struct TrashedRun {
  static constexpr const char* kSchema = "TrashedRun";
  std::string name = {}, run = {}, deleted = {};
};
template <class V>
void visit_fields(V& field, TrashedRun& t) {
  field("name", t.name, {.about = "In the trash."});
  field("run", t.run, {.about = "What it was called."});
  field("deleted", t.deleted, {.about = "When, in UTC."});
}

struct TrashList {
  std::vector<TrashedRun> runs = {};
};
template <class V>
void visit_fields(V& field, TrashList& l) {
  field("runs", l.runs, {});
}

struct SettingsAnswer {
  static constexpr const char* kSchema = "Settings";
  std::map<std::string, std::map<std::string, std::string>> settings = {};
};
template <class V>
void visit_fields(V& field, SettingsAnswer& s) {
  field("settings", s.settings, {});
}

struct RecipeAnswer {
  std::string name = {}, title = {}, data = {};
  int bits = 8;
  std::vector<std::string> conditions = {};
  bool own = false;
  Nullable<std::string> problem = {};
};
template <class V>
void visit_fields(V& field, RecipeAnswer& r) {
  field("name", r.name, {});
  field("title", r.title, {});
  field("data", r.data, {});
  field("bits", r.bits, {.about = "Of a sample: 8 or 16."});
  field("conditions", r.conditions, {.about = "What images are conditioned on where that is no class."});
  field("own", r.own, {.about = "A file of the folder of recipes that the server was given."});
  field("problem", r.problem, {.about = "Of an own one with mistakes: the first."});
}

struct NetworkOutline {
  std::string name = {};
  std::int64_t parameters = 0;
  std::size_t layers = 0;
};
template <class V>
void visit_fields(V& field, NetworkOutline& n) {
  field("name", n.name, {});
  field("parameters", n.parameters, {});
  field("layers", n.layers, {});
}

struct RecipeChangeAnswer {
  std::string key = {}, before = {}, now = {};
};
template <class V>
void visit_fields(V& field, RecipeChangeAnswer& c) {
  field("key", c.key, {});
  field("before", c.before, {.about = "Empty where there was no such key."});
  field("now", c.now, {});
}

struct OutlinedRecipe {
  std::string name = {}, title = {}, data = {};
  ImageSize image = {};
  std::vector<NetworkOutline> networks = {};
  int batch_size = 0;
  Nullable<std::int64_t> steps = {};
  Nullable<double> epochs = {};
  std::vector<RecipeChangeAnswer> changes = {};
  std::map<std::string, std::string> settings = {};
  std::string toml = {};
};
template <class V>
void visit_fields(V& field, OutlinedRecipe& r) {
  field("name", r.name, {});
  field("title", r.title, {});
  field("data", r.data, {});
  field("image", r.image, {});
  field("networks", r.networks, {});
  field("batch_size", r.batch_size, {});
  field("steps", r.steps, {.about = "In all; null where epochs are counted."});
  field("epochs", r.epochs, {});
  field("changes", r.changes, {.about = "What differs from the recipe that was asked for."});
  field("settings", r.settings, {.about = "Every key with its value, as TOML has it: what `set` may change."});
  field("toml", r.toml, {.about = "Its text, with the changes and every default."});
}

struct RecipeCheckAnswer {
  static constexpr const char* kSchema = "RecipeCheck";
  std::vector<FieldProblem> problems = {};
  Nullable<OutlinedRecipe> recipe = {};
};
template <class V>
void visit_fields(V& field, RecipeCheckAnswer& c) {
  field(
      "problems", c.problems,
      {.about = "`LOCATION: problem; hint` of each change that cannot be meant (`set[2]`, `steps`), or of `recipe`."});
  field("recipe", c.recipe, {.about = "With the changes that can be; null where the recipe itself has a mistake."});
}

/// What a server may be asked to do with a run, in a process of its own.
enum class RunOperation { kTrain, kEvaluate, kFeatures };

struct EstimateAnswer {
  static constexpr const char* kSchema = "Estimate";
  Nullable<double> seconds = {}, seconds_per_step = {}, images_per_s = {}, memory_bytes = {};
};
template <class V>
void visit_fields(V& field, EstimateAnswer& e) {
  field("seconds", e.seconds, {.about = "Of all steps; null where epochs are counted and nobody knows the images."});
  field("seconds_per_step", e.seconds_per_step, {.about = "Null where a step cannot be timed without the data."});
  field("images_per_s", e.images_per_s, {});
  field("memory_bytes", e.memory_bytes, {.about = "At most, without the images."});
}

struct DataCheckAnswer {
  static constexpr const char* kSchema = "DataCheck";
  std::uint64_t images = 0, classes = 0;
  std::map<std::string, std::uint64_t> of_class = {}, of_size = {};
  std::vector<std::string> notes = {};
  std::string recipe = {};
  Nullable<std::string> sheet = {};
};
template <class V>
void visit_fields(V& field, DataCheckAnswer& d) {
  field("images", d.images, {.about = "Files of images, bad ones too."});
  field("classes", d.classes, {});
  field("of_class", d.of_class, {.about = "Images of each class, of 20 of them at most."});
  field("of_size", d.of_size, {.about = "Images of each size, likewise."});
  field("notes", d.notes, {.about = "What is taken and what is left out."});
  field("recipe", d.recipe, {.about = "What the recipe would make of them."});
  field("sheet", d.sheet, {.about = "Some of each class.", .encoding = "base64", .media_type = "image/png"});
}

struct LogAnswer {
  static constexpr const char* kSchema = "Log";
  std::uint64_t from = 0, end = 0;
  std::string text = {};
};
template <class V>
void visit_fields(V& field, LogAnswer& l) {
  field("from", l.from, {.about = "The byte that the text begins at; 0 again where the log was begun anew."});
  field("end", l.end, {.about = "The byte behind it, to ask for the next."});
  field("text", l.text, {.about = "Whole lines, 64 KiB at most."});
}

/// What a process uses.
struct ProcessUse {
  Nullable<double> processors = {};
  Nullable<std::uint64_t> memory_bytes = {};
};
template <class V>
void visit_fields(V& field, ProcessUse& u) {
  field("processors", u.processors, {.about = "That it kept busy over the last seconds."});
  field("memory_bytes", u.memory_bytes, {.about = "What its process holds."});
}

struct CurrentTraining : ProcessUse {
  std::string id = {};
  bool stopping = false;
  RunOperation operation = RunOperation::kTrain;
};
template <class V>
void visit_fields(V& field, CurrentTraining& t) {
  field("id", t.id, {.about = "Of the run."});
  field("operation", t.operation, {});
  field("stopping", t.stopping, {});
  visit_fields(field, static_cast<ProcessUse&>(t));
}

/// A training of this machine that was not started from here.
struct OtherTraining : ProcessUse {
  std::string id = {};
};
template <class V>
void visit_fields(V& field, OtherTraining& t) {
  field("id", t.id, {.about = "Of the run."});
  visit_fields(field, static_cast<ProcessUse&>(t));
}

struct GpuUse {
  std::string name = {};
  Nullable<double> busy = {};
  Nullable<std::uint64_t> memory_bytes = {}, memory_in_all = {};
};
template <class V>
void visit_fields(V& field, GpuUse& g) {
  field("name", g.name, {});
  field("busy", g.busy, {.about = "The share of the last moment in which it computed, 0 to 1."});
  field("memory_bytes", g.memory_bytes, {.about = "In use, by all processes."});
  field("memory_in_all", g.memory_in_all, {.about = "Bytes that it has."});
}

struct WaitingTraining {
  std::string id = {};
  RunOperation operation = RunOperation::kTrain;
};
template <class V>
void visit_fields(V& field, WaitingTraining& t) {
  field("id", t.id, {.about = "Of the run."});
  field("operation", t.operation, {});
}

struct FailedTraining {
  std::string id = {}, detail = {};
  RunOperation operation = RunOperation::kTrain;
};
template <class V>
void visit_fields(V& field, FailedTraining& t) {
  field("id", t.id, {.about = "Of the run."});
  field("operation", t.operation, {});
  field("detail", t.detail, {});
}

struct EvaluationAnswer {
  static constexpr const char* kSchema = "Evaluation";
  nlohmann::json metrics = {}, protocol = {};
};
template <class V>
void visit_fields(V& field, EvaluationAnswer& e) {
  field("metrics", e.metrics, {.about = "By their names; those of several numbers are objects."});
  field("protocol", e.protocol, {.about = "Features, both sets, seeds and sizes."});
}

struct FeaturesAnswer {
  static constexpr const char* kSchema = "Features";
  nlohmann::json results = {}, protocol = {};
};
template <class V>
void visit_fields(V& field, FeaturesAnswer& f) {
  field("results", f.results, {.about = "Of the trained discriminator, an untrained one and raw pixels."});
  field("protocol", f.protocol, {.about = "Data, layers, labels and seed."});
}

struct TrainingAnswer {
  static constexpr const char* kSchema = "Training";
  bool allowed = false;
  std::vector<RecipeAnswer> recipes = {};
  std::vector<std::string> images = {};
  Nullable<CurrentTraining> current = {};
  std::vector<WaitingTraining> waiting = {};
  std::vector<OtherTraining> others = {};
  std::vector<GpuUse> gpus = {};
  Nullable<FailedTraining> failed = {};
};
template <class V>
void visit_fields(V& field, TrainingAnswer& t) {
  field("allowed", t.allowed, {.about = "The server was started with --allow-training."});
  field("recipes", t.recipes, {.about = "Those that may be trained."});
  field("images", t.images, {.about = "Those of the server's folder that may be trained on."});
  field("current", t.current, {.about = "The training or evaluation that was started from here and runs."});
  field("waiting", t.waiting, {.about = "What was asked for meanwhile, in its order; `stop` takes it back."});
  field("others", t.others, {.about = "Trainings of this machine that were not started from here, and run."});
  field("gpus", t.gpus, {.about = "Of this machine, where nvidia-smi tells of them; none at the first call."});
  field("failed", t.failed, {.about = "The last one, where it failed, and what it said last."});
}

}  // namespace ganymede::serve

namespace ganymede::config {

template <>
struct Names<serve::RunOperation> {
  static constexpr std::array<std::pair<const char*, serve::RunOperation>, 3> values{
      {{"train", serve::RunOperation::kTrain},
       {"evaluate", serve::RunOperation::kEvaluate},
       {"features", serve::RunOperation::kFeatures}}};
};

}  // namespace ganymede::config
