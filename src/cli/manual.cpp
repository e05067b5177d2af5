#include "cli/manual.h"

#include <fmt/format.h>

namespace ganymede::cli {
namespace {

/// A text in roff: backslashes and hyphens as they are, no request at a line's begin.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += "\n.br\n";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string bold(const std::string& text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(const std::string& text) {
  return "\\fI" + roff(text) + "\\fR";
}

/// "-o, --output TEXT".
std::string heading(const CommandArgument& one) {
  if (one.positional) return italic(one.name);
  std::string out = one.letter != 0 ? bold(std::string("-") + one.letter) + ", " : "";
  out += bold(one.name);
  if (!one.value.empty()) out += " " + italic(one.value);
  return out;
}

std::string synopsis(const CommandNode& node) {
  std::string out = ".B " + roff(node.path) + "\n";
  if (!node.commands.empty()) return out + "[\\fIoptions\\fR] \\fIcommand\\fR\n";
  out += "[\\fIoptions\\fR]";
  for (const auto& one : node.arguments) {
    if (one.positional) out += (one.required ? " " : " [") + italic(one.name) + (one.required ? "" : "]");
  }
  return out + "\n";
}

std::string arguments(const CommandNode& node) {
  std::string out;
  for (const auto& one : node.arguments) {
    std::string about = one.about;
    if (!one.usual.empty()) about += fmt::format(" (default: {})", one.usual);
    if (one.required && !one.positional) about += " (required)";
    out += ".TP\n" + heading(one) + "\n" + roff(about) + "\n";
  }
  return out;
}

std::string page_name(std::string path) {
  for (char& c : path) c = c == ' ' ? '-' : c;
  return path;
}

std::string title(const std::string& path, const std::string& version) {
  std::string name = page_name(path);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  // No date: the same source gives the same page.
  return fmt::format(".TH {} 1 \"\" \"ganymede {}\" \"User Commands\"\n.SH NAME\n", roff(name), roff(version));
}

constexpr const char* kProgramSections = R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
what was asked for failed; standard error says why in one line
.TP
.B 2
the command line, a recipe or a request cannot be meant
.TP
.B 130, 143
stopped by Ctrl\-C or SIGTERM, after saving what was done
.SH ENVIRONMENT
.TP
.B GANYMEDE_CUDA_GRAPHS
\fIoff\fR: training steps on a GPU are launched kernel by kernel instead of as recorded graphs
.TP
.B GANYMEDE_DATA
the folder where data sets are looked for
.TP
.B GANYMEDE_DEVICE
as \fB\-\-device\fR
.TP
.B GANYMEDE_ISA
as \fB\-\-isa\fR
.TP
.B GANYMEDE_NCCL
\fIoff\fR: processes that have a GPU each exchange gradients over the CPUs, as others do
.TP
.B NO_COLOR
plain text on terminals
)";

std::string program_page(const CommandNode& program, const std::string& version) {
  std::string out =
      title(program.path, version) + roff(program.path) + " \\- train, evaluate, explore and serve image GANs\n";
  out += ".SH SYNOPSIS\n" + synopsis(program) + ".SH DESCRIPTION\n" + roff(program.summary) + "\n.SH COMMANDS\n";
  for (const auto& one : program.commands) {
    out +=
        ".TP\n" + bold(one.name()) + "\n" + roff(one.summary) + "; see \\fB" + roff(page_name(one.path)) + "\\fR(1)\n";
  }
  out += ".SH OPTIONS\nThey may stand before or behind the command.\n" + arguments(program) + kProgramSections;
  out += ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    out += ".BR " + roff(page_name(program.commands[i].path)) + " (1)" + (i + 1 < program.commands.size() ? "," : "") +
           "\n";
  }
  return out;
}

/// Below a command: "ganymede data check" in the page of "ganymede data".
std::string section(const CommandNode& node) {
  std::string out = ".SH " + roff(node.path) + "\n" + roff(node.summary) + "\n.PP\n" + synopsis(node);
  out += arguments(node);
  for (const auto& one : node.commands) out += section(one);
  return out;
}

std::string command_page(const CommandNode& node, const std::string& version) {
  std::string out = title(node.path, version) + roff(page_name(node.path)) + " \\- " + roff(node.summary) + "\n";
  out += ".SH SYNOPSIS\n" + synopsis(node) + ".SH OPTIONS\n" + arguments(node);
  for (const auto& one : node.commands) out += section(one);
  return out + ".SH SEE ALSO\n.BR ganymede (1)\n";
}

}  // namespace

std::vector<ManualPage> manual_pages(const CommandNode& program, const std::string& version) {
  std::vector<ManualPage> pages{{page_name(program.path) + ".1", program_page(program, version)}};
  for (const auto& one : program.commands) pages.push_back({page_name(one.path) + ".1", command_page(one, version)});
  return pages;
}

}  // namespace ganymede::cli
