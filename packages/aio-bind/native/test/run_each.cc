#include "run_each.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <utility>

#include "fixtures.h"

namespace aio_bind::test {
namespace {

// Of a case that runs. Its output goes to memory: it may print what it likes, and nobody need read.
struct Running {
  std::string title;
  Fd out;
  Fd err;
};

Fd Memory() { return Fd(memfd_create("output", MFD_CLOEXEC)); }

std::string StatusOf(int status) {
  return WIFEXITED(status) ? std::to_string(WEXITSTATUS(status))
                           : "signal " + std::to_string(WTERMSIG(status));
}

pid_t Start(const Running& running, std::vector<std::string> command) {
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(running.out.get(), STDOUT_FILENO);
  dup2(running.err.get(), STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

void RunEach(const std::vector<std::string>& titles, int jobs,
             const std::vector<std::string>& under,
             const std::function<void(const Ended&)>& report) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  std::map<pid_t, Running> all;
  auto next = titles.begin();
  while (next != titles.end() || !all.empty()) {
    if (next != titles.end() && std::cmp_less(all.size(), jobs)) {
      std::vector<std::string> command = under;
      command.insert(command.end(), {program, *next});
      Running running{*next++, Memory(), Memory()};
      const pid_t child = Start(running, std::move(command));
      all.emplace(child, std::move(running));
      continue;
    }
    int status = 0;
    const auto found = all.find(waitpid(-1, &status, 0));
    REQUIRE(found != all.end());
    const Running& ended = found->second;
    report(
        {ended.title, StatusOf(status), ContentsOf(ended.out.get()), ContentsOf(ended.err.get())});
    all.erase(found);
  }
}

}  // namespace aio_bind::test
