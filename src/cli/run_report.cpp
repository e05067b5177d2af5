// ganymede report RUN... -o FILE.html: runs as one page to mail
#include <memory>

#include "cli/command.h"
#include "cli/image_output.h"
#include "ganymede/serve/report.h"

namespace ganymede::cli {
namespace {

struct ReportFlags {
  std::vector<std::string> runs;
  std::string output;
  serve::ReportOptions options;
};

void run(const ReportFlags& flags) {
  const Output to(flags.output, {".html"});
  to.require_kind(/*told=*/false);
  const std::string page = serve::report_page({flags.runs.begin(), flags.runs.end()}, flags.options);
  to.write(Bytes(page.begin(), page.end()));
  to.say(flags.output);
}

}  // namespace

void add_report(CLI::App& app) {
  auto flags = std::make_shared<ReportFlags>();
  app.add_option("RUN", flags->runs, "run folders")->required();
  app.add_option("-o,--output", flags->output, "the page, FILE.html; - is standard output")->required();
  app.add_option("--title", flags->options.title, "its heading; the runs' names unless given");
  limited(app.add_option("--samples", flags->options.samples, "how many samples of each run, spread over its steps"), 0,
          1000)
      ->capture_default_str();
  app.callback([flags] { run(*flags); });
}

}  // namespace ganymede::cli
