#include "harness.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <vector>

namespace aio_bind::test {
namespace {

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Entry {
  const char* title;
  void (*body)();
};

// A function's own static: cases register while other files' statics are still being made.
std::vector<Entry>& Entries() {
  static std::vector<Entry> entries;
  return entries;
}

// Expectations may fail on any thread.
std::atomic<bool>& Failed() {
  static std::atomic<bool> failed = false;
  return failed;
}

int RunOne(const Entry& entry) {
  try {
    entry.body();
  } catch (const Skip& skip) {
    std::printf("%s\n", skip.reason.c_str());
    if (!Failed()) return kSkipped;
  } catch (const Stop&) {
    Failed() = true;  // Fail() has printed why
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", entry.title, error.what());
    Failed() = true;
  }
  return Failed() ? kFailed : kPassed;
}

int RunInOwnProcess(const char* program, const char* title) {
  std::string name(program);
  std::string argument(title);
  char* arguments[] = {name.data(), argument.data(), nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0) {
    return kFailed;
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return kFailed;
  return WEXITSTATUS(status);
}

int RunAll(const char* program) {
  int passed = 0;
  int skipped = 0;
  for (const Entry& entry : Entries()) {
    const int result = RunInOwnProcess(program, entry.title);
    passed += result == kPassed;
    skipped += result == kSkipped;
    if (result == kSkipped) std::printf("  skipped: %s\n", entry.title);
    if (result != kPassed && result != kSkipped) std::printf("  FAILED: %s\n", entry.title);
    std::fflush(stdout);
  }
  const int rest = static_cast<int>(Entries().size()) - passed - skipped;
  std::printf("%d passed, %d failed, %d skipped\n", passed, rest, skipped);
  return rest == 0 ? kPassed : kFailed;
}

}  // namespace

Case::Case(const char* title, void (*body)()) { Entries().push_back({title, body}); }

void Fail(const char* file, int line, const std::string& what) {
  Failed() = true;
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
}

}  // namespace aio_bind::test

int main(int argc, char** argv) {
  using aio_bind::test::Entries;
  if (argc == 1) return aio_bind::test::RunAll(argv[0]);
  if (argc == 2 && std::string(argv[1]) == "--list") {
    for (const auto& entry : Entries()) std::printf("%s\n", entry.title);
    return aio_bind::test::kPassed;
  }
  for (const auto& entry : Entries()) {
    if (argc == 2 && std::string(argv[1]) == entry.title) return RunOne(entry);
  }
  std::fprintf(stderr, "usage: %s [--list | <claim>]\n", argv[0]);
  return aio_bind::test::kUsage;
}
