#include "ganymede/serve/report.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "ganymede/core/error.h"
#include "ganymede/core/open_file.h"
#include "ganymede/core/text.h"
#include "ganymede/serve/answer.h"
#include "ganymede/serve/assets.h"
#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/packing.h"
#include "ganymede/serve/run_answers.h"
#include "ganymede/train/run_folder.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kPoints = 2000;  // of a curve: more than a chart has pixels
constexpr std::uint64_t kMaxImage = 64 << 20;
constexpr std::string_view kEmpty = R"(id="report">null<)";

/// At most `most` of them, evenly, the first and the last among them.
std::set<std::string> some(const std::vector<std::string>& all, std::size_t most) {
  std::set<std::string> chosen;
  const std::size_t count = std::min(most, all.size());
  for (std::size_t i = 0; i < count; ++i)
    chosen.insert(count == 1 ? all.back() : all[i * (all.size() - 1) / (count - 1)]);
  return chosen;
}

std::string data_address(const fs::path& folder, const fs::path& file) {
  return "data:image/png;base64," + base64(read_below(folder, file, kMaxImage));
}

json run_in_report(const fs::path& folder, const std::string& name, std::size_t samples) {
  if (!is_run(folder))
    throw Error("not a run folder", printable(folder.string()), "name a folder that `ganymede train -o` wrote");
  Run run(name, folder);
  run.refresh();
  const auto now = run.snapshot();
  json out = json_of(details_of(run));
  for (const char* own : {"title", "note", "tags"}) out.erase(own);  // nobody mails their notes unseen
  out["metrics"] = json_of(curves_of(run, {}, kPoints));
  json& sheets = out["sheets"] = json::object();
  for (const auto& sample : some(now->samples, samples)) {
    sheets[sample] = data_address(folder, fs::path("samples") / sample);
  }
  if (std::find(now->images.begin(), now->images.end(), "real.png") != now->images.end())
    sheets["real.png"] = data_address(folder, "real.png");
  return out;
}

/// JSON that ends no element of a page and begins none.
std::string within_html(const json& document) {
  std::string out;
  for (const char c : document.dump(-1, ' ', false, json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string report_page(const std::vector<fs::path>& runs, const ReportOptions& options) {
  const auto names = train::run_names(runs);
  json document{{"title", options.title.empty() ? fmt::format("{}", fmt::join(names, ", ")) : options.title},
                {"made", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
                {"ganymede", GANYMEDE_VERSION},
                {"runs", json::array()}};
  for (std::size_t i = 0; i < runs.size(); ++i)
    document["runs"].push_back(run_in_report(runs[i], names[i], options.samples));
  std::string page = gunzip(report_template());
  const auto place = page.find(kEmpty);
  if (place == std::string::npos) throw std::logic_error("the report's page has no place for runs");
  const std::size_t begin = place + kEmpty.find("null");
  page.replace(begin, 4, within_html(document));
  return page;
}

}  // namespace ganymede::serve
