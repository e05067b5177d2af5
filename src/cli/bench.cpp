// ganymede bench RECIPE
#include "cli/command.h"
#include "cli/device.h"
#include "ganymede/config/overrides.h"
#include "ganymede/core/threads.h"
#include "ganymede/recipe/recipe.h"
#include "ganymede/train/benchmark.h"

namespace ganymede::cli {

void add_bench(CLI::App& app) {
  struct Flags {
    std::string recipe, precision;
    std::vector<std::string> set;
    int steps = 10, batch_size = 0;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("recipe", flags->recipe, "a recipe file, or the name of a shipped one")->required();
  app.add_option("--batch-size", flags->batch_size, "images a step")->check(CLI::Range(1, 65536));
  old_name(app.add_option("--batch", flags->batch_size), "--batch-size")->check(CLI::Range(1, 65536));
  app.add_option("--steps", flags->steps, "steps to time")->check(CLI::Range(1, 100000))->capture_default_str();
  app.add_option("--precision", flags->precision, "f32, bf16 or auto");
  app.add_option("--set", flags->set, "section.key=value, overrides the recipe")->type_size(1)->allow_extra_args(false);
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] {
    set_threads(globals().threads);
    auto overrides = flags->set;
    if (flags->batch_size > 0) overrides.push_back(config::override_text("train.batch_size", flags->batch_size));
    if (!flags->precision.empty()) overrides.push_back(config::override_text("train.precision", flags->precision));
    const auto recipe = config::load_recipe(flags->recipe, overrides);
    const auto result = train::benchmark(recipe, flags->steps, device_to_use());
    if (flags->json) {
      print_json({{"recipe", recipe.name},
                  {"batch_size", recipe.train.batch_size},
                  {"batch", recipe.train.batch_size},  // its old name
                  {"precision", result.precision},
                  {"threads", result.threads},
                  {"steps", flags->steps},
                  {"images_per_s", result.images_per_s},
                  {"seconds_per_step", result.seconds_per_step},
                  {"gflops", result.gflops},
                  {"ceiling_gflops", result.ceiling_gflops},
                  {"fraction_of_ceiling", result.fraction_of_ceiling}});
      return;
    }
    fmt::print("{}: batch size {}, {}, {} threads, median of {} steps\n", recipe.name, recipe.train.batch_size,
               result.precision, result.threads, flags->steps);
    fmt::print("  {:.4f} s a step, {:.1f} images/s\n", result.seconds_per_step, result.images_per_s);
    fmt::print("  {:.0f} GFLOP/s of {:.0f} that a matrix product reaches: {:.0f} %\n", result.gflops,
               result.ceiling_gflops, 100 * result.fraction_of_ceiling);
  });
}

}  // namespace ganymede::cli
