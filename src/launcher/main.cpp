// The command `ganymede`: gives what depends on its words alone (help, the shipped recipes, their layer tables), which
// the program said when it was built, and becomes the program for all else. LibTorch takes 0.4 s to load.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/answers.h"

namespace {

using ganymede::launcher::answers;

/// Where the program lies, from the folder of this one: in a build and a wheel, and where it is installed.
constexpr std::array kPlaces = {"libexec/ganymede", "../libexec/ganymede/ganymede"};

/// The part up to the next '\0', which `rest` goes behind.
std::string_view take(std::string_view& rest) {
  const auto part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(part.size() + 1);
  return part;
}

std::optional<std::string_view> answer_to(std::string_view words) {
  for (std::string_view rest = answers(); !rest.empty();) {
    bool asked = false;
    for (auto way = take(rest); !way.empty(); way = take(rest)) asked = asked || way == words;
    const auto text = take(rest);
    if (asked) return text;
  }
  return std::nullopt;
}

/// Whether all of it got out.
bool print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::string folder() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  const std::string_view own(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return std::string(own.substr(0, own.rfind('/') + 1));
}

}  // namespace

int main(int argc, char** argv) {
  std::string words;
  bool plain = std::getenv("GANYMEDE_ISA") == nullptr;  // a level that is none is refused by the program
  for (int i = 1; i < argc; ++i) {
    words += (i > 1 ? "\n" : "") + std::string(argv[i]);
    plain = plain && std::strchr(argv[i], '\n') == nullptr;  // one word with it is no two
  }
  if (const auto answer = answer_to(words); answer && plain) {
    const auto usual = std::signal(SIGPIPE, SIG_IGN);
    if (print(*answer)) return 0;
    std::signal(SIGPIPE, usual);  // the program says why nothing got out
  }
  for (const char* place : kPlaces) ::execv((folder() + place).c_str(), argv);
  std::fprintf(stderr, "error: %s%s: %s; this program is one of two files, install both\n", folder().c_str(),
               kPlaces[0], std::strerror(errno));
  return 1;
}
