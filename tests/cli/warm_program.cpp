// ganymede_warm SOCKET: the program, loaded once. LibTorch takes most of a second of processor time to load and to
// register its operators, which is most of what a test of the command line costs. So this process does that once; each
// request on the socket, one packet of JSON {"arguments", "environment", "folder"} with the three standard files,
// becomes a child that runs the command as main() would. It answers with the child's pid, then with its status as
// waitpid() gives it.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"

namespace {

using Files = std::array<int, 3>;

/// One request, or an empty string when there are no more.
std::string receive(int socket, Files& files) {
  std::string text(1 << 20, '\0');
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(Files))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t bytes = ::recvmsg(socket, &message, 0);
  const cmsghdr* header = bytes > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_len != CMSG_LEN(sizeof(Files))) return {};
  std::memcpy(files.data(), CMSG_DATA(header), sizeof(Files));
  text.resize(static_cast<std::size_t>(bytes));
  return text;
}

[[noreturn]] void run(const std::string& text, const Files& files) {
  const auto request = nlohmann::json::parse(text);
  for (int i = 0; i < 3; ++i) {
    ::dup2(files[static_cast<std::size_t>(i)], i);
    ::close(files[static_cast<std::size_t>(i)]);
  }
  if (::chdir(request["folder"].get<std::string>().c_str()) != 0) std::_Exit(126);
  ::clearenv();
  for (const auto& [name, value] : request["environment"].items())
    ::setenv(name.c_str(), value.get<std::string>().c_str(), 1);
  auto words = request["arguments"].get<std::vector<std::string>>();
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ganymede::cli::run_program(static_cast<int>(words.size()), argv.data());
}

}  // namespace

int main(int, char** argv) {
  const int socket = std::atoi(argv[1]);
  for (Files files{};;) {
    const std::string text = receive(socket, files);
    if (text.empty()) return 0;
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(socket);
      run(text, files);
    }
    for (const int file : files) ::close(file);
    ::send(socket, &child, sizeof child, 0);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ::send(socket, &status, sizeof status, 0);
  }
}
