// ganymede bench RECIPE
#include "cli/command.h"
#include "cli/device.h"
#include "cli/text_table.h"
#include "ganymede/config/overrides.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/core/threads.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/train/benchmark.h"

namespace ganymede::cli {
namespace {

struct BenchFlags {
  std::string recipe, precision, trace;
  std::vector<std::string> set;
  int steps = 10, batch_size = 0;
  std::int64_t generate = 0;
  bool json = false, profile = false;
};

nlohmann::json document_of(const train::StepProfile& profile, const train::Ceilings& ceilings) {
  nlohmann::json out{{"seconds_per_step", profile.seconds}, {"others", profile.others}};
  for (const auto& layer : profile.layers) {
    out["layers"].push_back({{"name", layer.name},
                             {"forward_seconds", layer.forward},
                             {"backward_seconds", layer.backward},
                             {"second_seconds", layer.second},
                             {"forward_flops", layer.forward_flops},
                             {"forward_bytes", layer.forward_bytes}});
  }
  out["ceilings"] = {{"f32_flops_per_s", ceilings.f32_flops},
                     {"bf16_flops_per_s", ceilings.bf16_flops},
                     {"copy_bytes_per_s", ceilings.bytes}};
  return out;
}

void print_document(const config::Recipe& recipe, const train::BenchmarkResult& result, const BenchFlags& flags) {
  nlohmann::json document{{"recipe", recipe.name},
                          {"batch_size", recipe.train.batch_size},
                          {"batch", recipe.train.batch_size},  // its old name
                          {"precision", result.precision},
                          {"threads", result.threads},
                          {"steps", flags.steps},
                          {"images_per_s", result.images_per_s},
                          {"seconds_per_step", result.seconds_per_step},
                          {"gflops", result.gflops},
                          {"ceiling_gflops", result.ceiling_gflops},
                          {"fraction_of_ceiling", result.fraction_of_ceiling},
                          {"peak_memory_bytes", result.peak_memory_bytes}};
  if (result.profile) document["profile"] = document_of(*result.profile, *result.ceilings);
  print_json(document);
}

std::string milliseconds(double seconds) {
  return seconds == 0 ? "" : fmt::format("{:.2f}", 1e3 * seconds);
}

void print_profile(const train::BenchmarkResult& result) {
  using Align = TextTable::Align;
  const auto& profile = *result.profile;
  const auto& ceilings = *result.ceilings;
  const double flops = result.precision == "bf16" ? ceilings.bf16_flops : ceilings.f32_flops;
  TextTable table({{"layer"},
                   {"forward", Align::kRight},
                   {"its floor", Align::kRight},
                   {"backward", Align::kRight},
                   {"second", Align::kRight},
                   {"share", Align::kRight}});
  const auto add = [&](const train::LayerTimes& layer) {
    const double floor = std::max(layer.forward_flops / flops, layer.forward_bytes / ceilings.bytes);
    table.add({layer.name, milliseconds(layer.forward), milliseconds(floor), milliseconds(layer.backward),
               milliseconds(layer.second), fmt::format("{:.1f} %", 100 * layer.seconds() / profile.seconds)});
  };
  for (const auto& layer : profile.layers) add(layer);
  for (const auto& [name, seconds] : profile.others) add({.name = name, .forward = seconds});
  fmt::print("\n{}", table.text());
  fmt::print(
      "\nMilliseconds of a step. A floor is what arithmetic or memory alone would take: {:.0f} GFLOP/s of a matrix "
      "product in f32, {:.0f} in bf16, {:.1f} GB/s of a copy.\n",
      ceilings.f32_flops / 1e9, ceilings.bf16_flops / 1e9, ceilings.bytes / 1e9);
}

void print_text(const config::Recipe& recipe, const train::BenchmarkResult& result, int steps) {
  fmt::print("{}: batch size {}, {}, {}, median of {}\n", recipe.name, recipe.train.batch_size, result.precision,
             counted(result.threads, "thread"), counted(steps, "step"));
  fmt::print("  {:.4f} s a step, {:.1f} images/s\n", result.seconds_per_step, result.images_per_s);
  fmt::print("  {:.0f} GFLOP/s of {:.0f} that a matrix product reaches: {:.0f} %\n", result.gflops,
             result.ceiling_gflops, 100 * result.fraction_of_ceiling);
  fmt::print("  {:.2f} GiB of memory at most\n",
             static_cast<double>(result.peak_memory_bytes) / (std::uint64_t{1} << 30));
  if (result.profile) print_profile(result);
}

void print_generating(const config::Recipe& recipe, const train::GenerationSpeed& speed, const BenchFlags& flags) {
  if (flags.json) {
    print_json({{"recipe", recipe.name},
                {"precision", speed.precision},
                {"threads", speed.threads},
                {"generated", flags.generate},
                {"images_per_s", speed.images_per_s},
                {"seconds_of_1", speed.seconds_of_1},
                {"seconds_of_64", speed.seconds_of_64}});
    return;
  }
  fmt::print("{}: generating, {}, {}\n", recipe.name, speed.precision, counted(speed.threads, "thread"));
  fmt::print("  {:.1f} images/s of {}\n", speed.images_per_s, flags.generate);
  fmt::print("  {:.1f} ms for one image, {:.1f} ms for 64\n", 1e3 * speed.seconds_of_1, 1e3 * speed.seconds_of_64);
}

}  // namespace

void add_bench(CLI::App& app) {
  auto flags = std::make_shared<BenchFlags>();
  app.add_option("recipe", flags->recipe, "a recipe file, or the name of a shipped one")->required();
  limited(app.add_option("--batch-size", flags->batch_size, "images a step"), 1, 65536);
  in_range(old_name(app.add_option("--batch", flags->batch_size), "--batch-size"), 1, 65536);
  limited(app.add_option("--steps", flags->steps, "steps to time"), 1, 100000)->capture_default_str();
  app.add_option("--precision", flags->precision, "f32, bf16 or auto");
  app.add_option("--set", flags->set, "section.key=value, overrides the recipe")->type_size(1)->allow_extra_args(false);
  auto* layers = app.add_flag("--profile", flags->profile,
                              "also the time of each layer and pass, beside what the machine reaches at best");
  auto* generate = app.add_option("--generate", flags->generate, "time generating so many images instead of a step");
  limited(generate, 1, 1000000)->excludes(layers);
  app.add_option("--trace", flags->trace, "write a trace of those steps, for chrome://tracing or Perfetto")
      ->type_name("FILE");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] {
    set_threads(globals().threads);
    auto overrides = flags->set;
    if (flags->batch_size > 0) overrides.push_back(config::override_text("train.batch_size", flags->batch_size));
    if (!flags->precision.empty()) overrides.push_back(config::override_text("train.precision", flags->precision));
    const auto recipe = config::load_recipe(flags->recipe, overrides);
    if (flags->generate > 0) {
      const auto speed = train::benchmark_generating(recipe, flags->generate, device_to_use());
      return print_generating(recipe, speed, *flags);
    }
    const bool profile = flags->profile || !flags->trace.empty();
    const auto result = train::benchmark(recipe, flags->steps, device_to_use(), profile);
    if (!flags->trace.empty()) write_file(flags->trace, result.profile->trace);
    if (flags->json) {
      print_document(recipe, result, *flags);
    } else {
      print_text(recipe, result, flags->steps);
    }
  });
}

}  // namespace ganymede::cli
