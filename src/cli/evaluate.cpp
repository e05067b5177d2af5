// ganymede evaluate MODEL | --real A --fake B
#include "ganymede/operations/evaluate.h"

#include "cli/device.h"
#include "cli/report.h"
#include "cli/request_flags.h"
#include "cli/standard_output.h"
#include "ganymede/core/signals.h"
#include "ganymede/core/threads.h"

namespace ganymede::cli {

void add_evaluate(CLI::App& app) {
  struct Flags {
    operations::EvaluateRequest request = {};
    bool json = false;
  };
  const auto flags = std::make_shared<Flags>();
  add_flags(app, operations::fields_of(flags->request));
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] {
    run_request(operations::fields_of(flags->request), [&] {
      document_to_standard_output(flags->request.output, flags->json);
      operations::check(flags->request);
      catch_stop_signals();
      set_threads(globals().threads);
      const auto found = operations::evaluate(flags->request, device_to_use());
      if (flags->json) return print_json({{"protocol", found.protocol}, {"metrics", found.metrics}});
      fmt::print("{}", report_text(found.metrics, found.protocol));
    });
  });
}

}  // namespace ganymede::cli
